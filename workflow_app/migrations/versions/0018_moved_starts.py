"""When the form of a task was first shown, and what it offered where the start of a clock was told
otherwise.

Open tasks from before count from when they came up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "time_correction", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("time_correction", "offered_at")
    op.drop_column("task", "shown_at")
