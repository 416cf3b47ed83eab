"""Members are absent and have a substitute, for whom a step was done is kept, roles change on a
day, first passwords are replaced.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absence_order")),
        sa.CheckConstraint("user_id <> substitute_id", name=op.f("ck_absence_another")),
        *(
            sa.ForeignKeyConstraint(
                [column], ["user_account.id"], name=op.f(f"fk_absence_{column}_user_account")
            )
            for column in ("user_id", "substitute_id", "entered_by", "ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_user", "absence", ["user_id", "ends_at"])
    op.create_index("ix_absence_substitute", "absence", ["substitute_id", "ends_at"])
    op.create_table(
        "role_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status in ('to_come', 'made', 'withdrawn', 'refused')",
            name=op.f("ck_role_change_status"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["user_account.id"], name=op.f(f"fk_role_change_{column}_user_account")
            )
            for column in ("user_id", "entered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_change")),
    )
    op.create_index(
        "ix_role_change_due",
        "role_change",
        ["valid_from"],
        postgresql_where=sa.text("status = 'to_come'"),
    )
    op.add_column("submission", sa.Column("on_behalf_of", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_submission_on_behalf_of_user_account"),
        "submission",
        "user_account",
        ["on_behalf_of"],
        ["id"],
    )
    op.add_column(
        "user_account",
        sa.Column("is_password_temporary", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("user_account", "is_password_temporary")
    op.drop_constraint(
        op.f("fk_submission_on_behalf_of_user_account"), "submission", type_="foreignkey"
    )
    op.drop_column("submission", "on_behalf_of")
    op.drop_table("role_change")
    op.drop_table("absence")
