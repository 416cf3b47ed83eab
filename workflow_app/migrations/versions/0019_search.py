"""Search over a million pages (R37): numbers by their keys, and the pages that were read last
first.

The keys of pages that were read before are made here, by the same rules as those of new ones.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from archive import queries

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WORDS = (
    "to_tsvector('indonesian'::regconfig, left(text, 200000)) || to_tsvector('simple'::regconfig, "
    "left(text, 200000))"
)
KEYS = "array_to_tsvector(numbers || ('~'::text || (seq / 4096)::text))"
AT_ONCE = 1000


def upgrade() -> None:
    op.drop_column("page", "tsv", schema="archive")
    op.add_column(
        "page",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        schema="archive",
    )
    op.create_unique_constraint(op.f("uq_page_seq"), "page", ["seq"], schema="archive")
    op.add_column(
        "page",
        sa.Column("numbers", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        schema="archive",
    )
    _number_pages()
    _add_index(f"{WORDS} || {KEYS}", fastupdate="off")


def _number_pages() -> None:
    connection = op.get_bind()
    some = sa.text(
        "select seq, text from archive.page where seq > :last order by seq limit :at_once"
    )
    keep = sa.text("update archive.page set numbers = :numbers where seq = :seq")
    last = 0
    while rows := connection.execute(some, {"last": last, "at_once": AT_ONCE}).all():
        connection.execute(
            keep, [{"seq": row.seq, "numbers": queries.keys_of(row.text)} for row in rows]
        )
        last = rows[-1].seq


def _add_index(expression: str, **options: str) -> None:
    op.add_column(
        "page",
        sa.Column(
            "tsv", postgresql.TSVECTOR(), sa.Computed(expression, persisted=True), nullable=False
        ),
        schema="archive",
    )
    op.create_index(
        op.f("ix_page_tsv"),
        "page",
        ["tsv"],
        unique=False,
        schema="archive",
        postgresql_using="gin",
        postgresql_with=options,
    )


def downgrade() -> None:
    op.drop_column("page", "tsv", schema="archive")
    op.drop_column("page", "numbers", schema="archive")
    op.drop_column("page", "seq", schema="archive")
    _add_index(WORDS)
