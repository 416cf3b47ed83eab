"""Openings of complaint boxes: two people, the count of sheets, and the case of each sheet
(R19).
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

APPEND_ONLY = ("box_opening", "box_sheet")


def upgrade() -> None:
    op.create_table(
        "box_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("box", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_box_opening_two_people")),
        sa.CheckConstraint("sheets >= 0", name=op.f("ck_box_opening_sheets")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["user_account.id"], name=op.f("fk_box_opening_first_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["user_account.id"], name=op.f("fk_box_opening_second_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_opening")),
        sa.UniqueConstraint("token", name=op.f("uq_box_opening_token")),
    )
    op.create_index("ix_box_opening_last", "box_opening", ["unit", "box", "opened_at"])
    op.create_table(
        "box_sheet",
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["box_opening.id"], name=op.f("fk_box_sheet_opening_id_box_opening")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_box_sheet_case_id_service_case")
        ),
        sa.PrimaryKeyConstraint("opening_id", "sheet", name=op.f("pk_box_sheet")),
        sa.UniqueConstraint("case_id", name=op.f("uq_box_sheet_case_id")),
    )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger append_only before update or delete on {table} "
            "for each row execute function refuse_change()"
        )


def downgrade() -> None:
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
