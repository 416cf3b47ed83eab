"""Papers have versions that people made of them, are checked, and may be made of others (decision
0037).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

DOUBTS = """
    update archive.page set doubts = doubted.words
    from (
        select document_id, no, count(*) as words from archive.page, jsonb_array_elements(words)
            word
        where (word ->> 1)::float < 70 group by document_id, no
    ) doubted
    where doubted.document_id = page.document_id and doubted.no = page.no
"""
OF_DOCUMENTS = """
    update archive.document set doubts = doubted.words
    from (select document_id, sum(doubts) as words from archive.page where doubts > 0 group by
        document_id) doubted
    where doubted.document_id = document.id
"""


def upgrade() -> None:
    _add_columns()
    op.create_table(
        "version",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("places", postgresql.JSONB(), nullable=False),
        sa.Column("pdf_sha256", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("no > 1", name=op.f("ck_version_no")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive.document.id"], name=op.f("fk_version_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["pdf_sha256"], ["archive.blob.sha256"], name=op.f("fk_version_pdf_sha256_blob")
        ),
        sa.PrimaryKeyConstraint("document_id", "no", name=op.f("pk_version")),
        schema="archive",
    )
    op.create_index(op.f("ix_version_pdf_sha256"), "version", ["pdf_sha256"], schema="archive")
    op.create_table(
        "past_page",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("leaf", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive.document.id"], name=op.f("fk_past_page_document_id_document")
        ),
        sa.PrimaryKeyConstraint("document_id", "leaf", "edition", name=op.f("pk_past_page")),
        schema="archive",
    )
    op.create_table(
        "made_of",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.Column("pages", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive.document.id"], name=op.f("fk_made_of_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["archive.document.id"], name=op.f("fk_made_of_source_id_document")
        ),
        sa.PrimaryKeyConstraint("document_id", "source_id", name=op.f("pk_made_of")),
        schema="archive",
    )
    op.create_index(op.f("ix_made_of_source_id"), "made_of", ["source_id"], schema="archive")


def _add_columns() -> None:
    for table, column in (
        ("document", sa.Column("version", sa.Integer(), nullable=False, server_default="1")),
        ("document", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True)),
        ("document", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0")),
        (
            "page",
            sa.Column(
                "corrected", postgresql.ARRAY(sa.Integer()), nullable=False, server_default="{}"
            ),
        ),
        ("page", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0")),
        ("rendition", sa.Column("turn", sa.SmallInteger(), nullable=False, server_default="0")),
    ):
        op.add_column(table, column, schema="archive")
    op.execute(DOUBTS)
    op.execute(OF_DOCUMENTS)
    op.create_index(
        "ix_document_unchecked",
        "document",
        [sa.text("(doubts = 0)"), "added_at", "id"],
        schema="archive",
        postgresql_where=sa.text("checked_at IS NULL AND status = 'readable'"),
    )
    op.drop_constraint("pk_rendition", "rendition", schema="archive")
    op.create_primary_key(
        "pk_rendition", "rendition", ["document_id", "kind", "page", "turn"], schema="archive"
    )


def downgrade() -> None:
    op.drop_table("made_of", schema="archive")
    op.drop_table("past_page", schema="archive")
    op.drop_table("version", schema="archive")
    op.execute("delete from archive.rendition where turn <> 0")
    op.drop_constraint("pk_rendition", "rendition", schema="archive")
    op.drop_column("rendition", "turn", schema="archive")
    op.create_primary_key(
        "pk_rendition", "rendition", ["document_id", "kind", "page"], schema="archive"
    )
    op.drop_index("ix_document_unchecked", "document", schema="archive")
    for table, column in (
        ("page", "doubts"),
        ("page", "corrected"),
        ("document", "doubts"),
        ("document", "checked_at"),
        ("document", "version"),
    ):
        op.drop_column(table, column, schema="archive")
