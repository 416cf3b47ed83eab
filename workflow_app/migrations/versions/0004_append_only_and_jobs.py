"""What may only grow, and the job engine's own tables."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_event", "audit_checkpoint", "submission", "sealed_answers")

REFUSE_CHANGE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$
"""


def upgrade() -> None:
    op.execute(REFUSE_CHANGE)
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger append_only before update or delete on {table} "
            "for each row execute function refuse_change()"
        )
        op.execute(
            f"create trigger never_truncated before truncate on {table} "
            "for each statement execute function refuse_change()"
        )
    # Several statements in one string: straight to the driver.
    driver = op.get_bind().connection.driver_connection
    if driver is None:
        raise RuntimeError("no connection to the database")
    driver.execute(SchemaManager.get_schema())


def downgrade() -> None:
    raise RuntimeError("the first revisions are not taken back: drop the database instead")
