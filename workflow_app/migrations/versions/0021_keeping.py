"""Papers have an access level."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "document",
        sa.Column("level", sa.SmallInteger(), nullable=False, server_default="0"),
        schema="archive",
    )
    op.alter_column("document", "level", server_default=None, schema="archive")
    op.create_check_constraint(
        op.f("ck_document_level"), "document", "level BETWEEN 0 AND 3", schema="archive"
    )


def downgrade() -> None:
    op.drop_column("document", "level", schema="archive")
