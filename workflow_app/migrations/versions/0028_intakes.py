"""Stacks that nobody brought by hand: from the scanner's folder, and from the mailbox; and those of
one function only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "paper_stack", sa.Column("kind", sa.String(), server_default="scan", nullable=False)
    )
    op.alter_column("paper_stack", "kind", server_default=None)
    op.add_column(
        "paper_stack", sa.Column("received_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("paper_stack", sa.Column("mark", sa.LargeBinary(), nullable=True))
    op.add_column("paper_stack", sa.Column("for_role", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_paper_stack_kind"), "paper_stack", "kind in ('scan', 'mail')"
    )
    op.create_check_constraint(
        op.f("ck_paper_stack_mail"),
        "paper_stack",
        "(kind = 'mail') = (received_at is not null) and (kind = 'mail') = (mark is not null)",
    )
    op.create_unique_constraint(op.f("uq_paper_stack_mark"), "paper_stack", ["mark"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_paper_stack_mark"), "paper_stack", type_="unique")
    op.drop_constraint(op.f("ck_paper_stack_mail"), "paper_stack", type_="check")
    op.drop_constraint(op.f("ck_paper_stack_kind"), "paper_stack", type_="check")
    op.drop_column("paper_stack", "for_role")
    op.drop_column("paper_stack", "mark")
    op.drop_column("paper_stack", "received_at")
    op.drop_column("paper_stack", "kind")
