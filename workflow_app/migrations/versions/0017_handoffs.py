"""What is in the hands of a receiving function, and until when (R49, R68). Tasks from before count as those of own lanes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("hand_off", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_task_hand_off"), "task", "hand_off in ('held', 'ended')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_task_hand_off"), "task", type_="check")
    op.drop_column("task", "hand_off")
