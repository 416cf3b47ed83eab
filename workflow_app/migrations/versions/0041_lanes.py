"""Messages that wait for a phone stand in a queue of their own (decision 0017).

Those that somebody has begun as well: they wait again where their worker was stopped, and then
somebody must ask for their queue.
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

APART = """
    update procrastinate_jobs job set queue_name = 'phones' from message
    where job.task_name = 'send_message' and job.queue_name = 'messages' and job.status in ('todo',
        'doing')
    and job.args->>'message_id' = message.id::text and message.channel = 'telepon'"""
TOGETHER = """
    update procrastinate_jobs set queue_name = 'messages'
    where queue_name = 'phones' and status in ('todo', 'doing')"""


def upgrade() -> None:
    op.execute(APART)


def downgrade() -> None:
    op.execute(TOGETHER)
