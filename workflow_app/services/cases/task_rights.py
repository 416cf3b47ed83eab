"""Who may do a task: the holders of its role, those whom its step names to stand in (`standIn`),
and the substitutes of whom is absent.

What a substitute does he does at the desk of the absent one: the task stays his, is his again when
the period is over, and counts as done by both.

Whatever is done at a task asks here: opening it, keeping what is typed, handing in a paper,
completing it.

Who has had a hand in a case already and therefore does not judge it (four eyes). Cases in the hands
of a receiving function: from the hand-off until it is returned or withdrawn (R26, R49, R68, R71).

A task of the receiver's lane hands a case on to the role it opens for. That role reads the letters
and papers of the case as long as the hand-off holds and the office allows it. Decision 0022. Who
was faster: the sentence for who comes second, from the rows and the trail.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from workflow_app.domain import Conflict, Forbidden, OpenTask, Principal, TaskNotReady
from workflow_app.engine.definitions import Definition
from workflow_app.models import AuditEvent, Case, Incident, Letter, Submission, Task, User
from workflow_app.permissions import (
    PAPER_WORKERS,
    can_open_identities,
    can_read_papers,
    can_work_on,
    check_four_eyes,
    check_work_on,
    reads_every_paper,
)
from workflow_app.services.accounts import users
from workflow_app.services.cases import access
from workflow_app.services.cases.access import Sight
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.formatting import moment
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of

_RECORDERS = (
    select(Submission.submitted_by, Submission.on_behalf_of)
    .where(
        Submission.case_id == bindparam("case_id"),
        Submission.element.in_(bindparam("elements", expanding=True)),
    )
    .distinct()
)


def recorders(work: UnitOfWork, case_id: UUID, elements: str) -> set[UUID | None]:
    """Users who ever completed one of the named elements of this case, and those in whose place it
    was done (four eyes).
    """
    names = elements.split()
    if not names:
        return set()
    done = unit_of_work.read(work, _RECORDERS, {"case_id": case_id, "elements": names}).all()
    return {row.submitted_by for row in done} | {
        row.on_behalf_of for row in done if row.on_behalf_of
    }


HELD, ENDED = "held", "ended"
ALWAYS = "always"
"""A hand-off for an answer only: it ends with that answer, whatever it is."""


def begun_by(opened: OpenTask, definition: Definition) -> str | None:
    """The state of the hand-off that a new task is; None for a task of a lane of its own."""
    return HELD if definition.elements[opened.element].is_hand_off else None


def answer(
    work: UnitOfWork, task: Task, definition: Definition, control: Mapping[str, Any]
) -> None:
    """The receiver has completed its task: what it gave back is no longer in its hands."""
    back = definition.elements[task.element].properties.get("handBack", "")
    name, _, value = back.partition("=")
    if back == ALWAYS or (back and control.get(name) == value):
        end(work, task)


def end(work: UnitOfWork, task: Task) -> None:
    """The hand-off of this task is returned or withdrawn, with what the same function did in it
    before; other tasks are none.

    The rows are changed, not the tasks at hand: of earlier rounds only the last of each element is
    loaded.
    """
    if task.hand_off is None:
        return
    work.session.flush()
    work.session.execute(
        update(Task)
        .where(
            Task.case_id == task.case_id,
            Task.role == task.role,
            Task.hand_off == HELD,
            or_(Task.id == task.id, Task.status != "open"),
        )
        .values(hand_off=ENDED)
    )


def roles(work: UnitOfWork, case: Case) -> frozenset[str]:
    """The roles in which the actor works on a case: in lanes of their own, or as long as it is in
    their hands.
    """
    return _own(work, case) | _holding(work, case)


def reads_papers(work: UnitOfWork, case: Case) -> bool:
    """May the actor, who sees the case, read its letters and papers?"""
    holding = _holding(work, case) if access.receivers_read(work) else frozenset()
    return can_read_papers(work.actor, own=_own(work, case), holding=holding)


def opens_identities(work: UnitOfWork, case: Case) -> bool:
    """May the actor, who sees the case, open its personal answers?"""
    return can_open_identities(work.actor, roles(work, case))


def readable_case(work: UnitOfWork) -> ColumnElement[bool]:
    """`access.sees_case` and `reads_papers` as one condition on `Case`, for lists and searches."""
    return readable_case_of(access.of(work))


@lru_cache(maxsize=access.MOST)
def readable_case_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    actor, seen = sight.actor, access.sees_case_of(sight)
    if reads_every_paper(actor):
        return seen
    working = PAPER_WORKERS & actor.roles
    reading = Task.hand_off.is_(None) & Task.role.in_(working)
    if sight.reads_in_hand:
        reading |= (Task.hand_off == HELD) & Task.role.in_(actor.roles)
    grounds = select(Task.id).where(Task.case_id == Case.id, reading).exists()
    return seen & or_(grounds, Case.confined_to.in_(working))


def _own(work: UnitOfWork, case: Case) -> frozenset[str]:
    """The actor's roles with a lane of their own in the case."""
    lanes = {task.role for task in access.of_case(work, case.id) if task.hand_off is None}
    return work.actor.roles & (lanes | {case.confined_to or ""})


def _holding(work: UnitOfWork, case: Case) -> frozenset[str]:
    """The actor's roles in whose hands the case is."""
    held = {task.role for task in access.of_case(work, case.id) if task.hand_off == HELD}
    return work.actor.roles & held


HANDINGS = ("task.claimed", "task.reassigned", "task.released")


def ended(work: UnitOfWork, task: Task) -> TaskNotReady:
    """The task is not open any more: who completed it, or who ended its case. The case is read
    anew, for nobody need hold it.
    """
    if task.status == "done" and task.done_at is not None:
        return TaskNotReady(
            f"Tugas ini sudah diselesaikan oleh {_completer(work, task)} pada "
            f"{moment(task.done_at)}."
        )
    case = work.session.get_one(Case, task.case_id, populate_existing=True)
    return closed(work, case) if case.closed_at is not None else TaskNotReady()


def completed_by(work: UnitOfWork, task: Task) -> str | None:
    """Who completed a task, and in whose place; None while it is open."""
    if task.done_by is None:
        return None
    absent = select(Submission.on_behalf_of).where(Submission.task_id == task.id)
    name = users.name_of(work, task.done_by) or ""
    return users.acting(name, users.name_of(work, work.session.scalars(absent).first()))


def _completer(work: UnitOfWork, task: Task) -> str:
    own = task.done_by == work.actor.user_id or task.done_by is None
    return _who(work, task.done_by) if own else completed_by(work, task) or ""


def changed(task: Task) -> TaskNotReady:
    """The actor has completed the task with other answers than those that come now; both were sent
    from one page.
    """
    at = f" pada {moment(task.done_at)}" if task.done_at else ""
    return TaskNotReady(
        f"Tugas ini sudah Anda selesaikan{at}, dengan isian yang berbeda dari isian ini. "
        "Perubahan ini tidak disimpan. "
        "Periksa isian yang tersimpan di halaman berkas; bila keliru, minta Ka SPKT "
        "mengembalikan berkas ini sebelum "
        "suratnya terbit."
    )


def closed(work: UnitOfWork, case: Case) -> TaskNotReady:
    """The case has ended: who cancelled it and when, or since when it is over and who did its last
    task.
    """
    cancelled = _newest(work, case.id, "case.cancelled")
    if case.status == "cancelled" and cancelled is not None:
        who, at = _who(work, cancelled.actor_id, cancelled.actor_name), moment(cancelled.at)
        return TaskNotReady(f"Berkas ini sudah dibatalkan oleh {who} pada {at}.")
    since = f" pada {moment(case.closed_at)}" if case.closed_at else ""
    last = _newest(work, case.id, "task.completed")
    by = (
        f"; tugas terakhirnya diselesaikan oleh {_who(work, last.actor_id, last.actor_name)}"
        if last
        else ""
    )
    return TaskNotReady(f"Berkas ini sudah berakhir{since}{by}.")


def issued(work: UnitOfWork, letter: Letter) -> Conflict:
    """The case has its letter: who approved it, and when."""
    return Conflict(
        f"Surat sudah terbit: disetujui oleh {_who(work, letter.issued_by)} pada "
        f"{moment(letter.issued_at)}. "
        "Berkas tidak dapat dibatalkan; surat yang salah dibetulkan saat diperiksa warga."
    )


def withdrawn(work: UnitOfWork, letter: Letter) -> Conflict:
    """The letter is void already: by whom, and since when."""
    since = f" pada {moment(letter.voided_at)}" if letter.voided_at else ""
    return Conflict(f"Surat ini sudah ditarik oleh {_who(work, letter.voided_by)}{since}.")


def held(work: UnitOfWork, task: Task) -> Conflict:
    """Somebody else has the task: who, since when, and who gave it."""
    holder = _who(work, task.assignee_id)
    event = _handing(work, task)
    if event is None or event.action == "task.released":
        return Conflict(f"Tugas ini sedang dikerjakan {holder}.")
    if event.action == "task.reassigned":
        by = _who(work, event.actor_id, event.actor_name)
        return Conflict(f"Tugas ini sudah dialihkan {by} kepada {holder} pada {moment(event.at)}.")
    return Conflict(f"Tugas ini sudah diambil {holder} pada {moment(event.at)}.")


def moved(work: UnitOfWork, task: Task) -> Conflict:
    """The task is not with whom the page showed: who has it now, or who gave it back to the
    queue.
    """
    if task.assignee_id is not None:
        return held(work, task)
    event = _handing(work, task)
    if event is None or event.action != "task.released":
        return Conflict("Tugas ini menunggu di antrean.")
    who = _who(work, event.actor_id, event.actor_name)
    return Conflict(
        f"Tugas ini sudah dilepas {who} pada {moment(event.at)} dan menunggu di antrean."
    )


def mended(work: UnitOfWork, incident: Incident) -> Conflict:
    """The failed step went through already, or its case has ended: by whom, or after whose
    retry.
    """
    since = f" pada {moment(incident.resolved_at)}" if incident.resolved_at else ""
    retry = _retry(work, incident)
    if incident.resolved_by is None and retry is not None:
        by = f", setelah dicoba lagi oleh {_who(work, retry.actor_id, retry.actor_name)}"
    else:
        by = f" oleh {_who(work, incident.resolved_by)}"
    return Conflict(f"Gangguan ini sudah teratasi{since}{by}.")


def retried(work: UnitOfWork, incident: Incident) -> Conflict:
    """The failed step is being tried again at this moment."""
    event = _retry(work, incident)
    if event is None:
        return Conflict("Langkah ini sedang dicoba lagi. Muat ulang halaman dalam beberapa detik.")
    who, at = _who(work, event.actor_id, event.actor_name), moment(event.at)
    return Conflict(
        f"Langkah ini sudah dicoba lagi oleh {who} pada {at}. Muat ulang halaman dalam "
        "beberapa detik."
    )


def _handing(work: UnitOfWork, task: Task) -> AuditEvent | None:
    """Who took, gave or released this task last; what happened to an earlier task of the same
    element is not it.
    """
    return _newest(
        work, task.case_id, *HANDINGS, where=AuditEvent.details["task"].astext == str(task.id)
    )


def _retry(work: UnitOfWork, incident: Incident) -> AuditEvent | None:
    is_its = (AuditEvent.element == incident.element) & (AuditEvent.at >= incident.happened_at)
    return _newest(work, incident.case_id, "incident.retried", where=is_its)


def _newest(
    work: UnitOfWork, case_id: UUID, *actions: str, where: ColumnElement[bool] | None = None
) -> AuditEvent | None:
    query = select(AuditEvent).where(AuditEvent.case_id == case_id, AuditEvent.action.in_(actions))
    if where is not None:
        query = query.where(where)
    return work.session.scalars(query.order_by(AuditEvent.position.desc()).limit(1)).first()


def _who(work: UnitOfWork, user_id: UUID | None, name: str = "sistem") -> str:
    if user_id is None:
        return name
    if user_id == work.actor.user_id:
        return "Anda sendiri"
    user = work.session.get(User, user_id)
    return user.full_name if user else name


def may_work(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor do this task, in the own role or for somebody else?"""
    return (
        can_work_on(work.actor, unit=task.unit, role=task.role)
        or may_stand_in(work, case, task)
        or principal(work, case, task) is not None
    )


def principal(work: UnitOfWork, case: Case, task: Task) -> Principal | None:
    """Who is absent and has this task, or in whose role alone the actor may take it from the queue;
    None where the actor acts for himself. Nobody stands in for whom a wall keeps out of the case
    (R79).
    """
    actor = work.actor
    if not actor.stands_for or actor.unit != task.unit:
        return None
    kept_out = access.users_walled_off(work, case.id)
    fit = [
        other
        for other in actor.stands_for
        if task.role in other.roles and other.user_id not in kept_out
    ]
    if task.assignee_id is not None:
        return next((other for other in fit if other.user_id == task.assignee_id), None)
    if not fit or task.role in actor.roles or may_stand_in(work, case, task):
        return None
    earlier = barred(work, case, task)
    return min(fit, key=lambda other: other.user_id in earlier)


def has_in_hand(work: UnitOfWork, case: Case, task: Task) -> bool:
    """Is the task with the actor, or with somebody absent for whom he works?"""
    if task.assignee_id is None:
        return False
    return task.assignee_id == work.actor.user_id or principal(work, case, task) is not None


def may_stand_in(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor do this task for a role that is not the own one?"""
    if can_work_on(work.actor, unit=task.unit, role=task.role) or work.actor.unit != task.unit:
        return False
    roles = (
        definition_of(work, case.definition_id).elements[task.element].properties.get("standIn", "")
    )
    return not work.actor.roles.isdisjoint(roles.split())


def check_may_work(work: UnitOfWork, case: Case, task: Task) -> None:
    """Raise `Forbidden` unless `may_work`."""
    if not may_stand_in(work, case, task) and principal(work, case, task) is None:
        check_work_on(work.actor, unit=task.unit, role=task.role)


def barred(work: UnitOfWork, case: Case, task: Task) -> set[UUID | None]:
    """Who must not do the task, because of what they did before in this case, themselves or through
    a substitute (four eyes).
    """
    properties = definition_of(work, case.definition_id).elements[task.element].properties
    return recorders(work, case.id, properties.get("fourEyes", ""))


def check_may_complete(work: UnitOfWork, case: Case, task: Task) -> Principal | None:
    """Raise unless the actor may complete the task; returns who is absent and in whose place, None
    for himself.
    """
    check_may_work(work, case, task)
    if task.assignee_id is not None and not has_in_hand(work, case, task):
        raise held(work, task)
    return _judged(work, case, task)


def check_may_take(work: UnitOfWork, case: Case, task: Task) -> Principal | None:
    """The same for taking the task from the queue."""
    if principal(work, case, task) is None:
        check_work_on(work.actor, unit=task.unit, role=task.role)
    return _judged(work, case, task)


def may_take(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor take this task from the queue?"""
    try:
        check_may_take(work, case, task)
    except Forbidden:
        return False
    return True


def _judged(work: UnitOfWork, case: Case, task: Task) -> Principal | None:
    """Four eyes judge the actor, and whom he stands in for."""
    absent = principal(work, case, task)
    check_four_eyes(work.actor, barred(work, case, task), absent)
    return absent
