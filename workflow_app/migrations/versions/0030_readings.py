"""A paper is read page by page: what its copy will need of the pages that were read is kept until
the copy is made; and which QR codes a page carries.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_layer",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("layout", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("layer", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("no > 0", name=op.f("ck_page_layer_no")),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["archive.document.id"],
            name=op.f("fk_page_layer_document_id_document"),
        ),
        sa.PrimaryKeyConstraint("document_id", "no", name=op.f("pk_page_layer")),
        schema="archive",
    )
    op.add_column(
        "page",
        sa.Column("codes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        schema="archive",
    )


def downgrade() -> None:
    op.drop_column("page", "codes", schema="archive")
    op.drop_table("page_layer", schema="archive")
