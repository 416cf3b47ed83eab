"""Recordings of a voice lie beside papers: they have no pages, and nobody reads them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATUSES = ("received", "reading", "readable", "unreadable")


def upgrade() -> None:
    op.add_column("document", sa.Column("seconds", sa.Float(), nullable=True), schema="archive")
    _check("status", _one_of(*STATUSES, "recording"))
    _check("pages", "pages > 0 OR status = 'recording'")


def downgrade() -> None:
    op.execute(
        "update archive.document set status = 'unreadable', pages = 1, status_reason = "
        "'Rekaman suara.' where status = 'recording'"
    )
    _check("pages", "pages > 0")
    _check("status", _one_of(*STATUSES))
    op.drop_column("document", "seconds", schema="archive")


def _check(name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_document_{name}"), "document", schema="archive", type_="check")
    op.create_check_constraint(op.f(f"ck_document_{name}"), "document", condition, schema="archive")


def _one_of(*values: str) -> str:
    return f"status IN ({', '.join(repr(value) for value in values)})"
