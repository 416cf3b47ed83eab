"""The duty roster of functions: periods and who serves in them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_period_order")),
        sa.ForeignKeyConstraint(
            ["set_by"], ["user_account.id"], name=op.f("fk_duty_period_set_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_period")),
        sa.UniqueConstraint(
            "function", "starts_at", name=op.f("uq_duty_period_function_starts_at")
        ),
    )
    op.create_index("ix_duty_period_ends_at", "duty_period", ["ends_at"])
    op.create_table(
        "duty_member",
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["duty_period.id"], name=op.f("fk_duty_member_period_id_duty_period")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_duty_member_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("period_id", "user_id", name=op.f("pk_duty_member")),
    )


def downgrade() -> None:
    op.drop_table("duty_member")
    op.drop_table("duty_period")
