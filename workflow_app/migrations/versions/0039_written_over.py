"""A planned value keeps what it was written over, so that taking back another one takes nothing
from it (decision 0061).

Values that were planned before change what differs from the value before them, as until now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLE = "configuration"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("over", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column(TABLE, "over")
