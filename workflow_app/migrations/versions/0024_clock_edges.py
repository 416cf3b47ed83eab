"""When the edges of clocks were passed, also those that the office has not chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock_edge",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("edge", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_clock_edge_case_id_service_case")
        ),
        sa.PrimaryKeyConstraint(
            "case_id", "clock", "operation", "edge", name=op.f("pk_clock_edge")
        ),
    )


def downgrade() -> None:
    op.drop_table("clock_edge")
