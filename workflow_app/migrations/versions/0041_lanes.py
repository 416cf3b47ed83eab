"""Messages that wait for a phone stand in a queue of their own (decision 0017)."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

MOVE = """
    update procrastinate_jobs job set queue_name = '{to}' from message
    where job.task_name = 'send_message' and job.queue_name = '{start}' and job.status = 'todo'
    and job.args->>'message_id' = message.id::text and message.channel = 'telepon'"""


def upgrade() -> None:
    op.execute(MOVE.format(start="messages", to="phones"))


def downgrade() -> None:
    op.execute(MOVE.format(start="phones", to="messages"))
