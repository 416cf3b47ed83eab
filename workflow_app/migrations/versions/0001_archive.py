"""Tables of the archive."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_blob_sha256")),
        sa.CheckConstraint("size > 0", name=op.f("ck_blob_size")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
        schema="archive",
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("blob_sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('received', 'reading', 'readable', 'unreadable')",
            name=op.f("ck_document_status"),
        ),
        sa.CheckConstraint("pages > 0", name=op.f("ck_document_pages")),
        sa.ForeignKeyConstraint(
            ["blob_sha256"], ["archive.blob.sha256"], name=op.f("fk_document_blob_sha256_blob")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("blob_sha256", name=op.f("uq_document_blob_sha256")),
        schema="archive",
    )
    op.create_index(
        op.f("ix_document_added_at_id"),
        "document",
        ["added_at", "id"],
        unique=False,
        schema="archive",
    )
    op.create_table(
        "page",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "tsv",
            postgresql.TSVECTOR(),
            sa.Computed(
                (
                    "to_tsvector('indonesian'::regconfig, left(text, 200000)) || "
                    "to_tsvector('simple'::regconfig, left(text, 200000))"
                ),
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("no > 0", name=op.f("ck_page_no")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive.document.id"], name=op.f("fk_page_document_id_document")
        ),
        sa.PrimaryKeyConstraint("document_id", "no", name=op.f("pk_page")),
        schema="archive",
    )
    op.create_index(
        op.f("ix_page_tsv"), "page", ["tsv"], unique=False, schema="archive", postgresql_using="gin"
    )
    op.create_table(
        "rendition",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blob_sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("page >= 0", name=op.f("ck_rendition_page")),
        sa.ForeignKeyConstraint(
            ["blob_sha256"], ["archive.blob.sha256"], name=op.f("fk_rendition_blob_sha256_blob")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive.document.id"], name=op.f("fk_rendition_document_id_document")
        ),
        sa.PrimaryKeyConstraint("document_id", "kind", "page", name=op.f("pk_rendition")),
        schema="archive",
    )
    op.create_index(
        op.f("ix_rendition_blob_sha256"),
        "rendition",
        ["blob_sha256"],
        unique=False,
        schema="archive",
    )


def downgrade() -> None:
    raise RuntimeError("the first revisions are not taken back: drop the database instead")
