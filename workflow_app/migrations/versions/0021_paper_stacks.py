"""Stacks from the feeder and what became of their parts (R39)."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_stack",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("brought_by", sa.Uuid(), nullable=True),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pages_seen", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status in ('waiting', 'splitting', 'split', 'failed')",
            name=op.f("ck_paper_stack_status"),
        ),
        sa.ForeignKeyConstraint(
            ["brought_by"], ["user_account.id"], name=op.f("fk_paper_stack_brought_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["archive.document.id"],
            name=op.f("fk_paper_stack_document_id_document"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_stack")),
        sa.UniqueConstraint("document_id", name=op.f("uq_paper_stack_document_id")),
    )
    op.create_index("ix_paper_stack_unit", "paper_stack", ["unit", "brought_at"])
    op.create_table(
        "stack_part",
        sa.Column("stack_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("pages", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("element", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status in ('landed', 'known', 'tray', 'archived')", name=op.f("ck_stack_part_status")
        ),
        sa.CheckConstraint(
            "(status = 'landed') = (case_id is not null)", name=op.f("ck_stack_part_landed")
        ),
        sa.ForeignKeyConstraint(
            ["stack_id"], ["paper_stack.id"], name=op.f("fk_stack_part_stack_id_paper_stack")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["archive.document.id"],
            name=op.f("fk_stack_part_document_id_document"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_stack_part_case_id_service_case")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["user_account.id"], name=op.f("fk_stack_part_settled_by_user_account")
        ),
        sa.PrimaryKeyConstraint("stack_id", "no", name=op.f("pk_stack_part")),
    )
    op.create_index(
        "ix_stack_part_tray",
        "stack_part",
        ["stack_id"],
        postgresql_where=sa.text("status = 'tray'"),
    )
    op.create_index("ix_stack_part_case", "stack_part", ["case_id", "element"])


def downgrade() -> None:
    op.drop_table("stack_part")
    op.drop_table("paper_stack")
