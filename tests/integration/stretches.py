"""A case whose stretch of rework is used up, without walking it twenty times round."""

from uuid import UUID

from workflow_app.domain import SYSTEM
from workflow_app.engine import state
from workflow_app.engine.specs import Scope
from workflow_app.models import Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes.definitions import definition_of

LENGTH = 20


def use_up(works: Works, case_id: UUID) -> None:
    """Its counts say that it has been at each step as often as a stretch allows: going back once
    more is held.
    """
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        specs = definition_of(work, case.definition_id).specs
        stored = state.unpack(specs, case.state, Scope({}, work.clock()))
        stored.visits = dict.fromkeys(stored.visits, LENGTH)
        case.state = state.pack(stored)
