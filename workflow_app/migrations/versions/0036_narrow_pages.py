"""Rows of pages are narrow (decision 0050): what stands on them lies beside them, so that a search
passes thousands of them quickly.

The pages that are there are written anew, in the order in which they were read. That takes some
minutes for a million.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table archive.page set (toast_tuple_target = 128)")
    op.execute("alter table archive.page alter column likeness set storage main")
    op.execute("cluster archive.page using uq_page_seq")
    op.execute("alter table archive.page set without cluster")
    op.execute("analyze archive.page")


def downgrade() -> None:
    op.execute("alter table archive.page reset (toast_tuple_target)")
    op.execute("alter table archive.page alter column likeness set storage extended")
