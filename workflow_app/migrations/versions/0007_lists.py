"""Lists that cost the same however many tasks there are: an index for each ground on which a task
is in a list.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("status = 'open'")
UNASSIGNED = sa.text("status = 'open' and assignee_id is null")
RUNNING = sa.text("closed_at is null")


def upgrade() -> None:
    op.create_index(
        "ix_task_unassigned",
        "task",
        ["unit", "role", "created_at", "id"],
        postgresql_where=UNASSIGNED,
    )
    op.create_index("ix_task_unit", "task", ["unit", "created_at", "id"], postgresql_where=OPEN)
    op.create_index(
        "ix_service_case_opened_by", "service_case", ["opened_by"], postgresql_where=RUNNING
    )
    op.create_index(
        "ix_service_case_number_begins",
        "service_case",
        ["number"],
        postgresql_ops={"number": "text_pattern_ops"},
    )
    op.execute(
        "create index ix_service_case_number_ends on service_case (reverse(number) "
        "text_pattern_ops)"
    )


def downgrade() -> None:
    for name in ("number_ends", "number_begins", "opened_by"):
        op.drop_index(f"ix_service_case_{name}", "service_case")
    op.drop_index("ix_task_unit", "task")
    op.drop_index("ix_task_unassigned", "task")
