"""Times from which a clock counts are not moved in silence: who tells another one than the form offered says why (R24, R34, R52,
R57, R63).

The offer is the server's: when the form was first shown, or when its task came up. No page can change it, opening the form again
does not renew it, and somebody else who takes the task over is offered the same.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from workflow_app.engine import form_starts
from workflow_app.engine.form_starts import Told, minute_of
from workflow_app.engine.forms import Form
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.services.case_file import remarks, stages
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration, readable
from workflow_app.types import Answers

MOVED = "time.moved"


def note_showing(work: UnitOfWork, task: Task, form: Form) -> None:
    """The form is shown to who does the task. Only the first time counts, whoever sees it later."""
    if task.shown_at is None and form_starts.offers_opening(form):
        task.shown_at = work.clock()
        work.session.flush()


def opened_at(task: Task) -> datetime:
    """The moment that the form of a task offers: when it was first shown, or until then when the task came up."""
    return task.shown_at or task.created_at


def check(work: UnitOfWork, task: Task, form: Form, given: Answers) -> dict[str, str]:
    """Starts of clocks that have not been yet, and missing reasons for those that were moved, with a sentence."""
    found: dict[str, str] = {}
    for told in form_starts.told(form, given):
        if told.at > work.clock():
            found[told.field] = _not_yet(work.clock())
    for told in _moved(work, task, form, given):
        if told.field not in found and len(told.reason) < remarks.SHORTEST:
            found[told.reason_field] = _why(told, _begun(task, told))
    return found


def keep(work: UnitOfWork, case: Case, task: Task, form: Form, given: Answers) -> None:
    """Put on record what was moved, beside what the form had offered."""
    for told in _moved(work, task, form, given):
        offered = minute_of(_begun(task, told))
        stages.put_beside(
            work, case, task.element, task.name, MOVED, offered, told.at, told.reason, is_offer=True
        )


def _moved(work: UnitOfWork, task: Task, form: Form, given: Answers) -> Iterator[Told]:
    """The starts that the form never offered."""
    for told in form_starts.told(form, given):
        leeway = timedelta(minutes=configuration.value(work, "toleransi.waktu_mulai"))
        if told.is_moved(_begun(task, told), leeway):
            yield told


def _begun(task: Task, told: Told) -> datetime:
    return opened_at(task) if told.offers_opening else task.created_at


def _not_yet(now: datetime) -> str:
    return f"Waktu ini belum terjadi. Sekarang {readable.moment(now)}; isi waktu yang sudah lewat."


def _why(told: Told, begun: datetime) -> str:
    """What is missing, and what can be done instead."""
    if told.reason:
        return f"Tulis alasannya lebih jelas, paling sedikit {remarks.SHORTEST} huruf."
    if told.offers_opening:
        return (
            f"Formulir ini dibuka {readable.moment(begun)}. Tulis mengapa waktunya lain, atau isi waktu itu."
        )
    return f"Langkah ini baru dimulai {readable.moment(begun)}. Tulis mengapa waktunya lebih awal, atau perbaiki waktunya."
