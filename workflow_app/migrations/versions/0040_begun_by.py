"""A task knows who began its case: the list of what one began is one index read in order, whatever the statistics say.

Tasks that are done are in no list and stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

INDEX = "ix_task_begun"
FILL = """
    update task set begun_by = service_case.opened_by
    from service_case where service_case.id = task.case_id and task.status = 'open'
"""


def upgrade() -> None:
    op.add_column("task", sa.Column("begun_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_task_begun_by"), "task", "user_account", ["begun_by"], ["id"])
    op.execute(FILL)
    op.create_index(
        INDEX, "task", ["begun_by", "created_at", "id"], postgresql_where=sa.text("status = 'open'")
    )


def downgrade() -> None:
    op.drop_index(INDEX, "task")
    op.drop_column("task", "begun_by")
