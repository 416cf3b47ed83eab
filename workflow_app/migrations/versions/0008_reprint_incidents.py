"""A withdrawn letter that could not be printed with its mark is an incident too."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "ck_incident_operation"


def upgrade() -> None:
    op.drop_constraint(NAME, "incident", type_="check")
    op.create_check_constraint(
        op.f(NAME), "incident", "operation in ('complete', 'effect', 'wake', 'reprint')"
    )


def downgrade() -> None:
    op.execute("delete from incident where operation = 'reprint'")
    op.drop_constraint(NAME, "incident", type_="check")
    op.create_check_constraint(
        op.f(NAME), "incident", "operation in ('complete', 'effect', 'wake')"
    )
