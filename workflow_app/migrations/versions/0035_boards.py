"""Boards find what ended today, what is over its limit and what a service took without reading what
is long over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_service_case_closed", "service_case", ["unit", "closed_at"], "closed_at is not null"),
    ("ix_case_clock_running", "case_clock", ["due_at", "case_id"], "stopped_at is null"),
    (
        "ix_case_clock_breached",
        "case_clock",
        ["due_at"],
        "stopped_at is null or stopped_at > due_at",
    ),
    ("ix_case_clock_stopped", "case_clock", ["name", "stopped_at"], "stopped_at is not null"),
)


def upgrade() -> None:
    for name, table, columns, condition in INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(condition))


def downgrade() -> None:
    for name, table, _columns, _condition in reversed(INDEXES):
        op.drop_index(name, table_name=table)
