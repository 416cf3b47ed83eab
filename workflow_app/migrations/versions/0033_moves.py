"""Running cases are moved to another version of their process, and back; a letter keeps the version
it was issued under.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "move_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("process_key", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("undoes_id", sa.Uuid(), nullable=True),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["definition_id"], ["definition.id"],
            name=op.f("fk_move_order_definition_id_definition")),
        sa.ForeignKeyConstraint(["ordered_by"], ["user_account.id"],
            name=op.f("fk_move_order_ordered_by_user_account")),
        sa.ForeignKeyConstraint(["undoes_id"], ["move_order.id"],
            name=op.f("fk_move_order_undoes_id_move_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_order")),
        sa.UniqueConstraint("token", name=op.f("uq_move_order_token")),
    )  # fmt: skip
    op.create_index("ix_move_order_process", "move_order", ["process_key", "ordered_at"])
    op.create_table(
        "case_move",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("former_id", sa.Uuid(), nullable=True),
        sa.Column("former_state", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('waiting', 'moved', 'refused', 'returned')",
            name=op.f("ck_case_move_status")),
        sa.CheckConstraint("(status = 'waiting') = (settled_at is null)",
            name=op.f("ck_case_move_settled")),
        sa.CheckConstraint("(status = 'refused') = (sentence <> '')",
            name=op.f("ck_case_move_sentence")),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"],
            name=op.f("fk_case_move_case_id_service_case")),
        sa.ForeignKeyConstraint(["former_id"], ["definition.id"],
            name=op.f("fk_case_move_former_id_definition")),
        sa.ForeignKeyConstraint(["order_id"], ["move_order.id"],
            name=op.f("fk_case_move_order_id_move_order")),
        sa.PrimaryKeyConstraint("order_id", "case_id", name=op.f("pk_case_move")),
    )  # fmt: skip
    op.create_index("ix_case_move_case", "case_move", ["case_id"])
    op.create_index(
        "ix_case_move_waiting",
        "case_move",
        ["order_id", "case_id"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.add_column("letter", sa.Column("definition_id", sa.Uuid(), nullable=True))
    op.execute(
        "update letter set definition_id = service_case.definition_id from service_case"
        " where service_case.id = letter.case_id"
    )
    op.alter_column("letter", "definition_id", nullable=False)
    op.create_foreign_key(
        op.f("fk_letter_definition_id_definition"),
        "letter",
        "definition",
        ["definition_id"],
        ["id"],
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_letter_definition_id_definition"), "letter", type_="foreignkey")
    op.drop_column("letter", "definition_id")
    op.drop_table("case_move")
    op.drop_table("move_order")
