"""What the copy of a paper conforms to and why it is not more; who accepted a paper into the
archive; since when a photo of a phone is wanted by nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

COLUMNS = ("copy_level", "copy_reason", "accepted_by")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column(
            "document",
            sa.Column(name, sa.Text(), server_default="", nullable=False),
            schema="archive",
        )
    for name in ("dropped_at", "swept_at"):
        op.add_column("capture_page", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_capture_page_dropped"),
        "capture_page",
        (
            "(dropped_at is null or document_id is null) and (swept_at is null or dropped_at is "
            "not null)"
        ),
    )
    op.create_index(
        "ix_capture_page_unsent",
        "capture_page",
        ["taken_at"],
        postgresql_where=sa.text("document_id is null"),
    )


def downgrade() -> None:
    op.execute("delete from capture_page where dropped_at is not null")
    op.drop_index("ix_capture_page_unsent", table_name="capture_page")
    op.drop_constraint(op.f("ck_capture_page_dropped"), "capture_page", type_="check")
    for name in ("swept_at", "dropped_at"):
        op.drop_column("capture_page", name)
    for name in reversed(COLUMNS):
        op.drop_column("document", name, schema="archive")
