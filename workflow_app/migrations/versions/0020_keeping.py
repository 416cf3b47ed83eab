"""Papers have an access level, and it is known which are under legal hold and which pages look
alike.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
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
    op.add_column(
        "document",
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        schema="archive",
    )
    op.create_index(
        "ix_document_held",
        "document",
        ["id"],
        schema="archive",
        postgresql_where=sa.text("held_since IS NOT NULL"),
    )
    op.add_column(
        "page",
        sa.Column("likeness", postgresql.ARRAY(sa.SmallInteger()), nullable=True),
        schema="archive",
    )
    op.create_index(
        op.f("ix_page_likeness"), "page", ["likeness"], schema="archive", postgresql_using="gin"
    )
    op.create_table(
        "page_alike",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("one_page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("other_page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_page_alike_order")),
        sa.ForeignKeyConstraint(
            ["one_id"], ["archive.document.id"], name=op.f("fk_page_alike_one_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["archive.document.id"], name=op.f("fk_page_alike_other_id_document")
        ),
        sa.PrimaryKeyConstraint(
            "one_id", "one_page", "other_id", "other_page", name=op.f("pk_page_alike")
        ),
        schema="archive",
    )
    op.create_index(op.f("ix_page_alike_other_id"), "page_alike", ["other_id"], schema="archive")


def downgrade() -> None:
    op.drop_table("page_alike", schema="archive")
    op.drop_index(op.f("ix_page_likeness"), "page", schema="archive")
    op.drop_column("page", "likeness", schema="archive")
    op.drop_index("ix_document_held", "document", schema="archive")
    op.drop_column("document", "held_since", schema="archive")
    op.drop_column("document", "level", schema="archive")
