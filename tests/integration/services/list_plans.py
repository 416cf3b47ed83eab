"""How the database would read a list of the inbox."""

import json

from sqlalchemy import select, text

from workflow_app.services.cases import access, inbox
from workflow_app.services.core.unit_of_work import UnitOfWork


def plan_of_all(work: UnitOfWork) -> str:
    """The plan for all tasks that the actor may see, as JSON, as if every table were large."""
    work.session.execute(text("set local enable_seqscan = off"))
    asked = inbox._positions(access.of(work), frozenset(), "all", 26, ())
    query = str(
        select(asked).compile(work.session.get_bind(), compile_kwargs={"literal_binds": True})
    )
    return json.dumps(work.session.execute(text(f"explain (format json) {query}")).scalar_one())
