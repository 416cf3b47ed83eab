"""Papers of the tray are no papers of the archive, and know the case that their cover sheet
named.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stack_part", sa.Column("meant_for", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_stack_part_meant_for_service_case"),
        "stack_part",
        "service_case",
        ["meant_for"],
        ["id"],
    )
    op.create_index(op.f("ix_stack_part_document_id"), "stack_part", ["document_id"])
    op.execute(
        "update archive.document set origin = 'tray' where origin = 'archive' and label = "
        "'Bagian tumpukan'"
        " and id in (select document_id from stack_part where status = 'tray')"
        " and id not in (select document_id from case_document)"
    )


def downgrade() -> None:
    op.execute("update archive.document set origin = 'archive' where origin = 'tray'")
    op.drop_index(op.f("ix_stack_part_document_id"), "stack_part")
    op.drop_constraint(
        op.f("fk_stack_part_meant_for_service_case"), "stack_part", type_="foreignkey"
    )
    op.drop_column("stack_part", "meant_for")
