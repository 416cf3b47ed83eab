"""What a person is shown, list by list, beside what the rules say he may see: nothing more, and
nothing less where all is due.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from tests.integration.stateful import rules
from tests.integration.stateful.rules import Sight
from workflow_app.domain import NotFound
from workflow_app.models import Case, CaseKinship, Task
from workflow_app.services.cases import inbox, incidents, related_cases
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.messages import messages
from workflow_app.services.reporting import dispatches
from workflow_app.services.workflow import cases, complaint_boxes

ALL = 1000
CENTURY = "20"
"""Every number of a case has its year in it."""
KEEP_OUTBOX = frozenset({"pamapta", "ka_spkt", "admin"})
READ_INCIDENTS = KEEP_OUTBOX | {"auditor", "piket_propam"}
READ_BOARD = frozenset({"pamapta", "ka_spkt", "petugas", "pimpinan"})


def too_much_or_too_little(work: UnitOfWork, known: Mapping[UUID, Sight], turn: int) -> list[str]:
    """Where the lists of the actor differ from what he may see. `turn` chooses the list of tasks
    and the cases he opens.
    """
    seen = {case_id for case_id, sight in known.items() if sight.is_for(work.actor)}
    tab = inbox.TABS[turn % len(inbox.TABS)]
    sample = list(known.values())[turn % max(1, len(known)) :][:1]
    return [
        *_inbox(work, known, seen, tab),
        *_cases(work, sample, seen),
        *_kin(work, seen),
        *_boards(work, known, seen),
    ]


def _inbox(
    work: UnitOfWork, known: Mapping[UUID, Sight], seen: set[UUID], tab: inbox.Tab
) -> Iterable[str]:
    who, stood_for = work.actor, rules.stood_for(work, work.actor)
    opened = work.session.scalars(select(Task).where(Task.status == "open"))
    tasks = {task.id: task for task in opened if task.case_id in seen}
    due = {
        "mine": {
            task.id
            for task in tasks.values()
            if task.assignee_id == who.user_id
            or (task.assignee_id is not None and task.role in stood_for.get(task.assignee_id, ()))
        },
        "queue": {
            task.id
            for task in tasks.values()
            if task.assignee_id is None
            and (
                task.role in who.roles
                or any(
                    task.role in roles and absent not in known[task.case_id].walled_off
                    for absent, roles in stood_for.items()
                )
            )
        },
    }
    page = inbox.page(work, tab, limit=ALL)
    shown = {row.task_id for row in page.rows}
    if shown != due.get(tab, shown & tasks.keys()):
        yield f"inbox {tab}"
    if page.counts[tab] != min(len(shown), inbox.COUNT_LIMIT):
        yield f"count of {tab}"


def _cases(work: UnitOfWork, sample: Iterable[Sight], seen: set[UUID]) -> Iterable[str]:
    if {hit.id for hit in inbox.search(work, CENTURY, limit=ALL)} != seen:
        yield "search"
    for sight in sample:
        try:
            opened = {cases.get(work, sight.case_id).id}
        except NotFound:
            opened = set()
        if opened != {sight.case_id} & seen:
            yield "page of a case"


def _kin(work: UnitOfWork, seen: set[UUID]) -> Iterable[str]:
    for bond in work.session.scalars(select(CaseKinship)):
        for one, other in ((bond.parent_id, bond.child_id), (bond.child_id, bond.parent_id)):
            if one not in seen:
                continue
            family = related_cases.of_case(work, work.session.get_one(Case, one))
            if (other in {kin.case_id for kin in family.kin}) != (other in seen):
                yield "kinship"
            if other not in seen and not family.has_hidden:
                yield "kinship that is not said to be hidden"


def _boards(work: UnitOfWork, known: Mapping[UUID, Sight], seen: set[UUID]) -> Iterable[str]:
    who = work.actor
    behind = {
        case_id
        for case_id, sight in known.items()
        if who.user_id in sight.walled_off or who.unit != sight.unit
    }
    minds_all = "admin" in who.roles
    minded = seen | {
        case_id
        for case_id, sight in known.items()
        if minds_all and case_id not in behind and sight.confined_to is None
    }
    shown: dict[str, tuple[set[UUID], set[UUID]]] = {
        "boxes": (
            {case_id for box in complaint_boxes.list_boxes(work) for case_id, _ in box.cases},
            seen,
        )
    }
    if who.roles & READ_INCIDENTS:
        shown["incidents"] = ({one.case_id for one in incidents.list_open(work)}, minded)
    if who.roles & KEEP_OUTBOX:
        outbox = messages.outbox(work)
        shown["outbox"] = ({one.case_id for one in (*outbox.unsent, *outbox.sent)}, minded)
    if who.roles & READ_BOARD:
        shown["board of calls"] = (
            {call.case_id for call in (*dispatches.running(work), *dispatches.begun(work))},
            known.keys() - behind,
        )
    return [place for place, (ids, allowed) in shown.items() if not ids <= allowed]
