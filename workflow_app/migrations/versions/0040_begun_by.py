"""A task knows who began its case: the list of what one began is one index read in order, whatever
the statistics say. Nothing else looked for running cases by who began them.

Tasks that are done are in no list and stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

INDEX, BEFORE = "ix_task_begun", "ix_service_case_opened_by"
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
    op.drop_index(BEFORE, "service_case")


def downgrade() -> None:
    op.create_index(
        BEFORE, "service_case", ["opened_by"], postgresql_where=sa.text("closed_at is null")
    )
    op.drop_index(INDEX, "task")
    op.drop_column("task", "begun_by")
