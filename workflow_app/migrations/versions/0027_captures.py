"""Phones that hand in papers for a desk (R39)."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(connected_at is null) = (device_hash is null)", name=op.f("ck_capture_connected")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_capture_task_id")),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["user_account.id"], name=op.f("fk_capture_opened_by")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["user_session.id"],
            name=op.f("fk_capture_session_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_capture_token_hash")),
        sa.UniqueConstraint("device_hash", name=op.f("uq_capture_device_hash")),
    )
    op.create_index(
        "uq_capture_in_force",
        "capture",
        ["task_id", "place"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(op.f("ix_capture_session_id"), "capture", ["session_id"])
    op.create_table(
        "capture_page",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("capture_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("blob_sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(sending is null) = (document_id is null)", name=op.f("ck_capture_page_sent")
        ),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["capture.id"], name=op.f("fk_capture_page_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["blob_sha256"], ["archive.blob.sha256"], name=op.f("fk_capture_page_blob_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["archive.document.id"], name=op.f("fk_capture_page_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_page")),
        sa.UniqueConstraint(
            "capture_id", "blob_sha256", name=op.f("uq_capture_page_capture_id_blob_sha256")
        ),
    )
    op.create_index(op.f("ix_capture_page_document_id"), "capture_page", ["document_id"])


def downgrade() -> None:
    op.drop_table("capture_page")
    op.drop_table("capture")
