"""Papers are disposed of by their schedule, are held by hand, and leave a row that tells what they
were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

STATUS = "status IN ({})"
BEFORE = ("received", "reading", "readable", "unreadable", "recording")


def _status(*words: str) -> str:
    return STATUS.format(", ".join(f"'{word}'" for word in words))


def upgrade() -> None:
    _widen_archive()
    op.create_table(
        "paper_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(lifted_at, lifted_reason) in (0, 2)", name=op.f("ck_paper_hold_lifted")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive.document.id"], name=op.f("fk_paper_hold_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by"], ["user_account.id"], name=op.f("fk_paper_hold_lifted_by")
        ),
        sa.ForeignKeyConstraint(
            ["placed_by"], ["user_account.id"], name=op.f("fk_paper_hold_placed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_hold")),
    )
    op.create_index(op.f("ix_paper_hold_document_id"), "paper_hold", ["document_id"])
    op.create_index(
        "ix_paper_hold_now",
        "paper_hold",
        ["document_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at is null"),
    )
    op.create_table(
        "disposal_item",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("row_code", sa.String(), nullable=False),
        sa.Column("row_words", sa.String(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("chosen_by", sa.Uuid(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('proposed', 'taken_out', 'left_out', 'erasing', 'disposed')",
            name=op.f("ck_disposal_item_status"),
        ),
        sa.CheckConstraint(
            "(status = 'proposed') = (settled_at is null)", name=op.f("ck_disposal_item_settled")
        ),
        sa.CheckConstraint(
            "(status in ('taken_out', 'left_out')) = (reason <> '')",
            name=op.f("ck_disposal_item_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_disposal_item_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["chosen_by"], ["user_account.id"], name=op.f("fk_disposal_item_chosen_by")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive.document.id"], name=op.f("fk_disposal_item_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["user_account.id"], name=op.f("fk_disposal_item_settled_by")
        ),
        sa.PrimaryKeyConstraint("case_id", "no", name=op.f("pk_disposal_item")),
        sa.UniqueConstraint(
            "case_id", "document_id", name=op.f("uq_disposal_item_case_id_document_id")
        ),
    )
    op.create_index("ix_disposal_item_document", "disposal_item", ["document_id"])
    op.create_index(
        "ix_disposal_item_waiting",
        "disposal_item",
        ["case_id"],
        postgresql_where=sa.text("status in ('proposed', 'erasing')"),
    )


def _widen_archive() -> None:
    """Rows of documents and blobs outlive what they stood for."""
    for table, column in (
        ("blob", "gone_at"),
        ("blob", "erased_at"),
        ("document", "accepted_at"),
        ("document", "disposed_at"),
    ):
        op.add_column(
            table, sa.Column(column, sa.DateTime(timezone=True), nullable=True), schema="archive"
        )
    op.add_column(
        "document",
        sa.Column("disposed_under", sa.Text(), nullable=False, server_default=""),
        schema="archive",
    )
    op.create_check_constraint(
        op.f("ck_blob_erased"), "blob", "erased_at IS NULL OR gone_at IS NOT NULL", schema="archive"
    )
    op.drop_constraint(op.f("ck_document_status"), "document", schema="archive")
    op.create_check_constraint(
        op.f("ck_document_status"), "document", _status(*BEFORE, "disposed"), schema="archive"
    )
    op.create_check_constraint(
        op.f("ck_document_disposed"),
        "document",
        "(status = 'disposed') = (disposed_at IS NOT NULL)",
        schema="archive",
    )
    _check_pages("status IN ('recording', 'disposed')")
    op.drop_constraint(op.f("uq_document_blob_sha256"), "document", schema="archive")
    op.create_index(
        "ix_document_living",
        "document",
        ["blob_sha256"],
        unique=True,
        schema="archive",
        postgresql_where=sa.text("disposed_at IS NULL"),
    )
    op.create_table(
        "former_rendition",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("blob_sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["archive.document.id"],
            name=op.f("fk_former_rendition_document_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["blob_sha256"],
            ["archive.blob.sha256"],
            name=op.f("fk_former_rendition_blob_sha256_blob"),
        ),
        sa.PrimaryKeyConstraint("document_id", "blob_sha256", name=op.f("pk_former_rendition")),
        schema="archive",
    )
    op.create_index(
        op.f("ix_former_rendition_blob_sha256"),
        "former_rendition",
        ["blob_sha256"],
        schema="archive",
    )
    op.execute(
        "update archive.document set accepted_at = shelved.at from ("
        " select paper.id, min(event.at) as at from audit_event event,"
        " jsonb_array_elements_text(event.details -> 'documents') as paper(id)"
        " where event.action = 'document.shelved' group by paper.id) shelved"
        " where archive.document.id::text = shelved.id"
    )


def _check_pages(none: str) -> None:
    """Which documents have no pages."""
    op.drop_constraint(op.f("ck_document_pages"), "document", schema="archive")
    op.create_check_constraint(
        op.f("ck_document_pages"), "document", f"pages > 0 OR {none}", schema="archive"
    )


def downgrade() -> None:
    """Not once papers were disposed of: their rows have nothing behind them."""
    disposed = "select id from archive.document where disposed_at is not null"
    if op.get_bind().scalar(sa.text(f"select exists ({disposed})")):  # no input in it
        raise RuntimeError(
            "papers have been disposed of: their minutes would lose what they are about"
        )
    op.drop_table("disposal_item")
    op.drop_table("paper_hold")
    op.drop_table("former_rendition", schema="archive")
    op.drop_index("ix_document_living", "document", schema="archive")
    op.create_unique_constraint(
        op.f("uq_document_blob_sha256"), "document", ["blob_sha256"], schema="archive"
    )
    op.drop_constraint(op.f("ck_document_disposed"), "document", schema="archive")
    _check_pages("status = 'recording'")
    op.drop_constraint(op.f("ck_document_status"), "document", schema="archive")
    op.create_check_constraint(
        op.f("ck_document_status"), "document", _status(*BEFORE), schema="archive"
    )
    op.drop_constraint(op.f("ck_blob_erased"), "blob", schema="archive")
    for table, column in (
        ("document", "disposed_under"),
        ("document", "disposed_at"),
        ("document", "accepted_at"),
        ("blob", "erased_at"),
        ("blob", "gone_at"),
    ):
        op.drop_column(table, column, schema="archive")
