"""Papers that could not be read can be dismissed from the tray, for a reason, and are found by an
index (decision 0058).
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLE = "paper_dismissal"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_by", sa.Uuid(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(data_key, sealed) in (0, 2)", name=op.f("ck_paper_dismissal_sealed")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive.document.id"], name=op.f("fk_paper_dismissal_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["dismissed_by"], ["user_account.id"], name=op.f("fk_paper_dismissal_dismissed_by")
        ),
        sa.ForeignKeyConstraint(
            ["returned_by"], ["user_account.id"], name=op.f("fk_paper_dismissal_returned_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_dismissal")),
    )
    op.create_index(op.f("ix_paper_dismissal_document_id"), TABLE, ["document_id"])
    op.create_index(
        "ix_paper_dismissal_now",
        TABLE,
        ["document_id"],
        unique=True,
        postgresql_where=sa.text("returned_at is null"),
    )
    op.create_index(
        "ix_document_unread",
        "document",
        ["added_at"],
        schema="archive",
        postgresql_where=sa.text("status = 'unreadable'"),
    )


def downgrade() -> None:
    op.drop_index("ix_document_unread", table_name="document", schema="archive")
    op.drop_table(TABLE)
