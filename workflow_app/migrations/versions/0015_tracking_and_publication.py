"""Secret codes with which citizens follow their cases (R36), and the counts that are published
(R40).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tracking_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_tracking_code_letter_id_letter")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["user_account.id"], name=op.f("fk_tracking_code_issued_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_code")),
    )
    op.create_index(op.f("ix_tracking_code_letter_id"), "tracking_code", ["letter_id"])
    op.create_index(
        "uq_tracking_code_in_force",
        "tracking_code",
        ["letter_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process_key", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_index("ix_publication_newest", "publication", ["process_key", "made_at"])
    op.execute(
        "create trigger append_only before update or delete on publication "
        "for each row execute function refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("publication")
    op.drop_table("tracking_code")
