"""Times of stages are corrected beside what was recorded, with a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_time_correction_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user_account.id"], name=op.f("fk_time_correction_made_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_correction")),
    )
    op.create_index(op.f("ix_time_correction_case_id"), "time_correction", ["case_id"])
    op.execute(
        "create trigger append_only before update or delete on time_correction "
        "for each row execute function refuse_change()"
    )
    op.execute(
        "create trigger never_truncated before truncate on time_correction "
        "for each statement execute function refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("time_correction")
