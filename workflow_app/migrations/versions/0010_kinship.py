"""Cases that beget cases: who descends from whom, written once."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_kinship",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("parent_id <> child_id", name=op.f("ck_case_kinship_others")),
        sa.ForeignKeyConstraint(
            ["child_id"], ["service_case.id"], name=op.f("fk_case_kinship_child_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["service_case.id"], name=op.f("fk_case_kinship_parent_id")
        ),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_case_kinship")),
    )
    op.create_index(op.f("ix_case_kinship_parent_id"), "case_kinship", ["parent_id"])
    op.execute(
        "create trigger append_only before update or delete on case_kinship "
        "for each row execute function refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("case_kinship")
