"""Boards read what they count from the index alone, and a step of a case rewrites no index any
more. And bags that are asked for in the browser.

`standing` stood in the condition of an index, so that no update of a case could be a heap-only one:
every step wrote an entry into each of a dozen indexes. Cases of before the event log are found by a
column that no step changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

RUNNING, CLOSED, STOPPED = (
    "ix_service_case_running",
    "ix_service_case_closed",
    "ix_case_clock_stopped",
)
UNLOGGED = "ix_service_case_unlogged"


def upgrade() -> None:
    op.create_table(
        "bag_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("papers_done", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stored", sa.ARRAY(sa.String()), nullable=False),
        sa.CheckConstraint(
            "status in ('waiting', 'making', 'ready', 'failed', 'gone')",
            name=op.f("ck_bag_order_status"),
        ),
        sa.CheckConstraint(
            "(status = 'failed') = (sentence <> '')", name=op.f("ck_bag_order_sentence")
        ),
        sa.CheckConstraint(
            "(status in ('ready', 'gone')) = (made_at is not null)", name=op.f("ck_bag_order_made")
        ),
        sa.CheckConstraint(
            "num_nulls(sha256, size, made_at) in (0, 3)", name=op.f("ck_bag_order_file")
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by"], ["user_account.id"], name=op.f("fk_bag_order_ordered_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bag_order")),
        sa.UniqueConstraint("token", name=op.f("uq_bag_order_token")),
    )
    op.create_index("ix_bag_order_by", "bag_order", ["ordered_by", "ordered_at"])
    _drop(
        (RUNNING, "service_case"),
        (CLOSED, "service_case"),
        (STOPPED, "case_clock"),
        (UNLOGGED, "service_case"),
    )
    op.add_column(
        "service_case",
        sa.Column("is_logged", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.execute("update service_case set is_logged = false where standing is null")
    op.create_index(UNLOGGED, "service_case", ["id"], postgresql_where=sa.text("not is_logged"))
    op.create_index(
        RUNNING,
        "service_case",
        ["unit", "definition_id"],
        postgresql_include=["id", "opened_at", "confined_to", "process_key"],
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        CLOSED,
        "service_case",
        ["unit", "closed_at"],
        postgresql_include=["id", "process_key", "status", "confined_to"],
        postgresql_where=sa.text("closed_at is not null"),
    )
    op.create_index(
        STOPPED,
        "case_clock",
        ["name", "stopped_at"],
        postgresql_include=["case_id", "started_at", "due_at"],
        postgresql_where=sa.text("stopped_at is not null"),
    )


def downgrade() -> None:
    op.drop_table("bag_order")
    _drop(
        (RUNNING, "service_case"),
        (CLOSED, "service_case"),
        (STOPPED, "case_clock"),
        (UNLOGGED, "service_case"),
    )
    op.drop_column("service_case", "is_logged")
    op.create_index(UNLOGGED, "service_case", ["id"], postgresql_where=sa.text("standing is null"))
    op.create_index(
        RUNNING, "service_case", ["process_key"], postgresql_where=sa.text("closed_at is null")
    )
    op.create_index(
        CLOSED,
        "service_case",
        ["unit", "closed_at"],
        postgresql_where=sa.text("closed_at is not null"),
    )
    op.create_index(
        STOPPED,
        "case_clock",
        ["name", "stopped_at"],
        postgresql_where=sa.text("stopped_at is not null"),
    )


def _drop(*indexes: tuple[str, str]) -> None:
    for name, table in indexes:
        op.drop_index(name, table_name=table)
