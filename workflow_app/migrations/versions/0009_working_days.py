"""Clocks with targets in working days: how many, by which calendar, by which version of it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_clock", sa.Column("target_working_days", sa.Integer(), nullable=True))
    op.add_column("case_clock", sa.Column("calendar", sa.String(), nullable=True))
    op.add_column(
        "case_clock", sa.Column("calendar_valid_from", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_check_constraint(
        op.f("ck_case_clock_target"),
        "case_clock",
        "target_minutes is null or target_working_days is null",
    )
    op.create_check_constraint(
        op.f("ck_case_clock_calendar"),
        "case_clock",
        "num_nulls(target_working_days, calendar, calendar_valid_from) in (0, 3)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_case_clock_calendar"), "case_clock")
    op.drop_constraint(op.f("ck_case_clock_target"), "case_clock")
    for column in ("calendar_valid_from", "calendar", "target_working_days"):
        op.drop_column("case_clock", column)
