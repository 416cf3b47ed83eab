"""Searches are narrowed by what the index knows of a paper, and numbers that go on in the next line
are one (R37).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from archive import queries

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

WORDS = (
    "to_tsvector('indonesian'::regconfig, left(text, 200000)) || to_tsvector('simple'::regconfig, "
    "left(text, 200000))"
)
BEFORE = f"{WORDS} || array_to_tsvector(numbers || ('~'::text || (seq / 4096)::text))"
AFTER = f"{WORDS} || array_to_tsvector(numbers || facets || ('~'::text || (seq / 4096)::text))"
AT_ONCE = 1000

FACETS = """
    update archive.document d set facets = found.facets from (
        select document_id, array_agg(entry order by entry) as facets from (
            select id as document_id, '=l:' || level as entry from archive.document
            union select id, '=j:' || left(encode(sha256(convert_to(label, 'UTF8')), 'hex'), 12)
                from archive.document
            union select document_id, '=j:' || left(encode(sha256(convert_to(label, 'UTF8')),
                'hex'), 12) from case_document
            union select document_id, '=k:' || c.process_key from case_document join service_case c
                on c.id = case_id
            union select document_id, '=u:' || c.unit from case_document join service_case c on
                c.id = case_id
        ) entries group by document_id
    ) found where found.document_id = d.id
"""
OF_PAGES = (
    "update archive.page p set facets = d.facets from archive.document d where d.id = p.document_id"
)


def upgrade() -> None:
    op.drop_column("page", "tsv", schema="archive")
    for table in ("document", "page"):
        op.add_column(
            table,
            sa.Column("facets", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
            schema="archive",
        )
    op.execute(FACETS)
    op.execute(OF_PAGES)
    _number_pages_again()
    _add_index(AFTER)
    op.create_index("ix_task_role", "task", ["role", "case_id"])


def _number_pages_again() -> None:
    """Those where a line ends with a figure and the next begins with one."""
    connection = op.get_bind()
    some = sa.text(
        "select seq, text from archive.page where seq > :last and text ~ "
        "'[0-9OoIlSB]\\n[0-9OoIlSBA-Z]'"
        " order by seq limit :at_once"
    )
    keep = sa.text("update archive.page set numbers = :numbers where seq = :seq")
    last = 0
    while rows := connection.execute(some, {"last": last, "at_once": AT_ONCE}).all():
        connection.execute(
            keep, [{"seq": row.seq, "numbers": queries.keys_of(row.text)} for row in rows]
        )
        last = rows[-1].seq


def _add_index(expression: str) -> None:
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
        postgresql_with={"fastupdate": "off"},
    )


def downgrade() -> None:
    op.drop_index("ix_task_role", "task")
    op.drop_column("page", "tsv", schema="archive")
    op.drop_column("page", "facets", schema="archive")
    op.drop_column("document", "facets", schema="archive")
    _add_index(BEFORE)
