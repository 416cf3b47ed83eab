"""What the copy of a paper conforms to and why it is not more, and who accepted a paper into the archive."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0030"
branch_labels = None
depends_on = None

COLUMNS = ("copy_level", "copy_reason", "accepted_by")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column(
            "document", sa.Column(name, sa.String(), server_default="", nullable=False), schema="archive"
        )


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("document", name, schema="archive")
