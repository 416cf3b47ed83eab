"""Tasks of a member that could not be given back to their queue are an incident too."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

NAME = "ck_incident_operation"
FORMER = "'complete', 'effect', 'wake', 'reprint', 'message', 'stranded'"


def upgrade() -> None:
    _allow(f"{FORMER}, 'release'")


def downgrade() -> None:
    op.execute("delete from incident where operation = 'release'")
    _allow(FORMER)


def _allow(operations: str) -> None:
    op.drop_constraint(NAME, "incident", type_="check")
    op.create_check_constraint(op.f(NAME), "incident", f"operation in ({operations})")
