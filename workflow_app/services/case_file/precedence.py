"""Who was faster: the sentence for who comes second, from the rows and the trail."""

from uuid import UUID

from sqlalchemy import ColumnElement, select

from workflow_app.errors import Conflict, TaskNotReady
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.models.incident import Incident
from workflow_app.models.letter import Letter
from workflow_app.models.submission import Submission
from workflow_app.models.task import Task
from workflow_app.models.user import User
from workflow_app.services.accounts import people
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office.readable import moment

HANDINGS = ("task.claimed", "task.reassigned", "task.released")


def ended(work: UnitOfWork, task: Task) -> TaskNotReady:
    """The task is not open any more: who completed it, or who ended its case. The case is read anew, for nobody need hold it."""
    if task.status == "done" and task.done_at is not None:
        return TaskNotReady(
            f"Tugas ini sudah diselesaikan oleh {_completer(work, task)} pada {moment(task.done_at)}."
        )
    case = work.session.get_one(Case, task.case_id, populate_existing=True)
    return closed(work, case) if case.closed_at is not None else TaskNotReady()


def completed_by(work: UnitOfWork, task: Task) -> str | None:
    """Who completed a task, and in whose place; None while it is open."""
    if task.done_by is None:
        return None
    absent = select(Submission.on_behalf_of).where(Submission.task_id == task.id)
    name = people.name_of(work, task.done_by) or ""
    return people.acting(name, people.name_of(work, work.session.scalars(absent).first()))


def _completer(work: UnitOfWork, task: Task) -> str:
    own = task.done_by == work.actor.user_id or task.done_by is None
    return _who(work, task.done_by) if own else completed_by(work, task) or ""


def changed(task: Task) -> TaskNotReady:
    """The actor has completed the task with other answers than those that come now; both were sent from one page."""
    at = f" pada {moment(task.done_at)}" if task.done_at else ""
    return TaskNotReady(
        f"Tugas ini sudah Anda selesaikan{at}, dengan isian yang berbeda dari isian ini. Perubahan ini tidak disimpan. "
        "Periksa isian yang tersimpan di halaman berkas; bila keliru, minta Ka SPKT mengembalikan berkas ini sebelum "
        "suratnya terbit."
    )


def closed(work: UnitOfWork, case: Case) -> TaskNotReady:
    """The case has ended: who cancelled it and when, or since when it is over and who did its last task."""
    cancelled = _newest(work, case.id, "case.cancelled")
    if case.status == "cancelled" and cancelled is not None:
        who, at = _who(work, cancelled.actor_id, cancelled.actor_name), moment(cancelled.at)
        return TaskNotReady(f"Berkas ini sudah dibatalkan oleh {who} pada {at}.")
    since = f" pada {moment(case.closed_at)}" if case.closed_at else ""
    last = _newest(work, case.id, "task.completed")
    by = f"; tugas terakhirnya diselesaikan oleh {_who(work, last.actor_id, last.actor_name)}" if last else ""
    return TaskNotReady(f"Berkas ini sudah berakhir{since}{by}.")


def issued(work: UnitOfWork, letter: Letter) -> Conflict:
    """The case has its letter: who approved it, and when."""
    return Conflict(
        f"Surat sudah terbit: disetujui oleh {_who(work, letter.issued_by)} pada {moment(letter.issued_at)}. "
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
    """The task is not with whom the page showed: who has it now, or who gave it back to the queue."""
    if task.assignee_id is not None:
        return held(work, task)
    event = _handing(work, task)
    if event is None or event.action != "task.released":
        return Conflict("Tugas ini menunggu di antrean.")
    who = _who(work, event.actor_id, event.actor_name)
    return Conflict(f"Tugas ini sudah dilepas {who} pada {moment(event.at)} dan menunggu di antrean.")


def mended(work: UnitOfWork, incident: Incident) -> Conflict:
    """The failed step went through already, or its case has ended: by whom, or after whose retry."""
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
        f"Langkah ini sudah dicoba lagi oleh {who} pada {at}. Muat ulang halaman dalam beberapa detik."
    )


def _handing(work: UnitOfWork, task: Task) -> AuditEvent | None:
    """Who took, gave or released this task last; what happened to an earlier task of the same element is not it."""
    return _newest(work, task.case_id, *HANDINGS, where=AuditEvent.details["task"].astext == str(task.id))


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
