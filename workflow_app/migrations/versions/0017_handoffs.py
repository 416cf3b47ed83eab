"""What is in the hands of a receiving function, and until when (R49, R68); clocks that start anew
in each round of a hand-off; marks by which two cases of one person are found (R47).

Tasks from before count as those of own lanes, clocks as first rounds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ONE_CLOCK = ["case_id", "name"]


def upgrade() -> None:
    op.add_column("task", sa.Column("hand_off", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_task_hand_off"), "task", "hand_off in ('held', 'ended')")
    op.add_column(
        "case_clock", sa.Column("round", sa.Integer(), nullable=False, server_default="1")
    )
    op.alter_column("case_clock", "round", server_default=None)
    op.create_check_constraint(op.f("ck_case_clock_round"), "case_clock", "round > 0")
    op.drop_constraint(op.f("pk_case_clock"), "case_clock", type_="primary")
    op.create_primary_key(op.f("pk_case_clock"), "case_clock", [*ONE_CLOCK, "round"])
    op.create_table(
        "case_mark",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_case_mark_case_id_service_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "element", "mark", name=op.f("pk_case_mark")),
    )
    op.create_index("ix_case_mark_mark", "case_mark", ["mark"])


def downgrade() -> None:
    op.drop_table("case_mark")
    op.execute(
        "delete from case_clock earlier using case_clock later where earlier.case_id = "
        "later.case_id "
        "and earlier.name = later.name and earlier.round < later.round"
    )
    op.drop_constraint(op.f("pk_case_clock"), "case_clock", type_="primary")
    op.create_primary_key(op.f("pk_case_clock"), "case_clock", ONE_CLOCK)
    op.drop_constraint(op.f("ck_case_clock_round"), "case_clock", type_="check")
    op.drop_column("case_clock", "round")
    op.drop_constraint(op.f("ck_task_hand_off"), "task", type_="check")
    op.drop_column("task", "hand_off")
