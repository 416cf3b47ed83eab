"""Walls: members who do not see a case, and cases that only one role sees."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_wall",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_case_wall_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_case_wall_user_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "user_id", name=op.f("pk_case_wall")),
    )
    op.create_index(op.f("ix_case_wall_user_id"), "case_wall", ["user_id"])
    op.add_column("service_case", sa.Column("confined_to", sa.String(), nullable=True))
    op.create_index(
        "ix_service_case_confined",
        "service_case",
        ["confined_to", "id"],
        postgresql_where=sa.text("confined_to is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_service_case_confined", "service_case")
    op.drop_column("service_case", "confined_to")
    op.drop_table("case_wall")
