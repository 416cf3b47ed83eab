"""The event log: numbers for elements and flows, one row for each step of a case, where each case
stands, and tallies of days.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_part",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["definition.id"],
            name=op.f("fk_model_part_definition_id_definition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_part")),
        sa.UniqueConstraint("definition_id", "key", name=op.f("uq_model_part_definition_id_key")),
    )
    op.create_table(
        "case_step",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("path", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("stay_parts", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column(
            "stay_since", postgresql.ARRAY(postgresql.TIMESTAMP(timezone=True)), nullable=False
        ),
        sa.Column("stay_ends", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["service_case.id"], name=op.f("fk_case_step_case_id_service_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "no", name=op.f("pk_case_step")),
    )
    op.create_index("ix_case_step_at", "case_step", ["at"])
    op.create_index(
        "ix_case_step_told_afterwards", "case_step", ["at"], postgresql_where=sa.text("no < 0")
    )
    op.create_table(
        "stay_tally",
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("stays", sa.Integer(), nullable=False),
        sa.Column("timed", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["part"], ["model_part.id"], name=op.f("fk_stay_tally_part_model_part")
        ),
        sa.PrimaryKeyConstraint("unit", "part", "day", "bucket", name=op.f("pk_stay_tally")),
    )
    op.create_table(
        "tallied_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_tallied_day")),
    )
    op.add_column("service_case", sa.Column("standing", postgresql.JSONB(), nullable=True))
    op.create_index(
        "ix_service_case_running",
        "service_case",
        ["process_key"],
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "ix_service_case_unlogged",
        "service_case",
        ["id"],
        postgresql_where=sa.text("standing is null"),
    )


def downgrade() -> None:
    op.drop_index("ix_service_case_unlogged", table_name="service_case")
    op.drop_index("ix_service_case_running", table_name="service_case")
    op.drop_column("service_case", "standing")
    op.drop_table("tallied_day")
    op.drop_table("stay_tally")
    op.drop_table("case_step")
    op.drop_table("model_part")
