"""The outbox, and incidents of messages that were not sent and of cases that nothing moves any
more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NAME = "ck_incident_operation"


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("element", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "channel in ('telepon', 'surel', 'slip')", name=op.f("ck_message_channel")
        ),
        sa.CheckConstraint(
            "status in ('waiting', 'sent', 'failed')", name=op.f("ck_message_status")
        ),
        sa.CheckConstraint(
            "(status = 'sent') = (sent_at is not null)", name=op.f("ck_message_sent")
        ),
        sa.CheckConstraint("channel <> 'slip' or status <> 'failed'", name=op.f("ck_message_slip")),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_message_case_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["user_account.id"], name=op.f("fk_message_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_case", "message", ["case_id"])
    op.create_index(
        "ix_message_unsent", "message", ["written_at"], postgresql_where=sa.text("status <> 'sent'")
    )
    op.create_index(
        "ix_message_sent", "message", ["sent_at"], postgresql_where=sa.text("status = 'sent'")
    )
    _allow("'complete', 'effect', 'wake', 'reprint', 'message', 'stranded'")


def downgrade() -> None:
    op.drop_table("message")
    op.execute("delete from incident where operation in ('message', 'stranded')")
    _allow("'complete', 'effect', 'wake', 'reprint'")


def _allow(operations: str) -> None:
    op.drop_constraint(NAME, "incident", type_="check")
    op.create_check_constraint(op.f(NAME), "incident", f"operation in ({operations})")
