"""The list of papers that a case proposes to dispose of: chosen by one person, looked through by
another (R37, decision 0036).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from archive.models import Document
from workflow_app.domain import Conflict, Forbidden, InvalidInput, NotFound
from workflow_app.models import Case, CaseDocument, DisposalItem, Task
from workflow_app.services.cases import access, task_rights, walls
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.retention import schedule

MOST = 100
"""Papers of one proposal: somebody has to look at each of them."""
REASONS = (
    "Masih diperlukan untuk pekerjaan",
    "Bernilai sejarah atau pembuktian",
    "Masa simpannya perlu diperiksa lagi",
    "Salah pilih",
)
"""Reasons are chosen: what is typed could name people."""
STATUS_WORDS = {
    "proposed": "Diusulkan",
    "taken_out": "Dikeluarkan",
    "left_out": "Ditinggalkan",
    "erasing": "Sedang dimusnahkan",
    "disposed": "Dimusnahkan",
}
LAST_ONE = "Ini satu-satunya dokumen yang tersisa. Tolak usulannya, atau batalkan berkasnya."
NOT_NOW = "Daftar ini hanya dapat diubah oleh yang sedang mengerjakan usulannya."


@dataclass(frozen=True)
class ItemView:
    """One paper of the list."""

    no: int
    document_id: UUID
    label: str
    pages: int
    extent: str
    case_numbers: Sequence[str]
    row_code: str
    row_words: str
    kept_until: date
    status: str
    status_words: str
    reason: str
    obstacle: str
    """What stands against it now, while it is only proposed."""
    can_open: bool


@dataclass(frozen=True)
class Proposal:
    """The list of a case, as far as the actor may know of the papers."""

    case_id: UUID
    case_number: str
    papers: Sequence[ItemView]
    pages: int
    """Of those that are proposed or disposed of."""
    task_id: UUID | None
    """The task at which the actor may change the list; None when he may not."""

    @property
    def can_change(self) -> bool:
        """May the actor take papers out?"""
        return self.task_id is not None


def choose(work: UnitOfWork, case_id: UUID, document_ids: Collection[UUID]) -> None:
    """Put papers on the list of a case while it is proposed: all of them, or none, so that who
    chose sees what is not due any more. What is on the list already stays.
    """
    case = access.visible_case(work, case_id, lock=True)
    schedule.check_scope(work, case.confined_to)
    if not may_add(work, case):
        raise Forbidden(NOT_NOW)
    listed_already = select(DisposalItem.document_id).where(DisposalItem.case_id == case.id)
    known_items = set(work.session.scalars(listed_already))
    if not document_ids:
        raise InvalidInput("Pilih dokumen yang diusulkan, lalu kirim lagi.")
    wanted = sorted(set(document_ids) - known_items)
    if len(wanted) + len(known_items) > MOST:
        raise InvalidInput(f"Satu usulan memuat paling banyak {MOST} dokumen. Kurangi pilihannya.")
    known = select(Document.id).where(
        Document.id.in_(wanted), schedule.known_to(work), schedule.is_within(case.confined_to)
    )
    # Locked, so that of two proposals at once the later one finds the first.
    locked = known.order_by(Document.id).with_for_update(key_share=True)
    if len(work.session.scalars(locked).all()) < len(wanted):
        raise NotFound("Salah satu dokumen tidak ada lagi. Muat ulang daftar, lalu pilih lagi.")
    judged = schedule.standings(work, wanted, scope=case.confined_to)
    refused = [(one, one.obstacles[0]) for one in judged.values() if one.obstacles]
    refused += [
        (one, words)
        for one in judged.values()
        if not one.obstacles and (words := schedule.store_refusal(work, one.document_id))
    ]
    if refused:
        one, words = refused[0]
        raise Conflict(
            f"{len(refused)} dokumen belum dapat diusulkan. Misalnya {one.label}: {words}"
        )
    ordered = sorted(judged.values(), key=lambda one: (_last_day(one), one.label, one.document_id))
    for no, one in enumerate(ordered, len(known_items) + 1):
        assert one.term is not None  # noqa: S101  # else there were an obstacle
        work.session.add(
            DisposalItem(
                case_id=case.id,
                no=no,
                document_id=one.document_id,
                row_code=one.term.row.code,
                row_words=one.term.row.words,
                kept_until=_last_day(one),
                status="proposed",
                reason="",
                chosen_by=work.actor.user_id,
                chosen_at=work.clock(),
            )
        )
    work.session.flush()
    if ordered:
        unit_of_work.record_case(work, case.id, "disposal.proposed", count=len(ordered))
        hide(work, case, wanted)


def may_add(work: UnitOfWork, case: Case) -> bool:
    """Does the actor hold a task at which papers are chosen? Who decides under four eyes chooses
    none.
    """
    elements = definition_of(work, case.definition_id).elements
    mine = _my_tasks(work, case)
    return case.closed_at is None and any(
        "fourEyes" not in elements[task.element].properties for task in mine
    )


def hide(work: UnitOfWork, case: Case, document_ids: Collection[UUID]) -> None:
    """Whoever is kept out of a case of these papers is kept out of this one, which names them: also
    the minutes do.
    """
    held = select(CaseDocument.case_id).where(CaseDocument.document_id.in_(document_ids)).distinct()
    walls.stand_alike(work, case, work.session.scalars(held.order_by(CaseDocument.case_id)).all())


def listed(work: UnitOfWork, case_id: UUID) -> Proposal | None:
    """The list of a case; None when it proposes nothing. Papers that the actor may not know of are
    not there.
    """
    case = access.visible_case(work, case_id)
    found = work.session.execute(
        select(DisposalItem, Document)
        .join(Document, Document.id == DisposalItem.document_id)
        .where(DisposalItem.case_id == case.id, schedule.known_to(work))
        .order_by(DisposalItem.no)
    ).all()
    if not found:
        return None
    ids = [document.id for _, document in found]
    judged = schedule.standings(work, ids, proposal=case.id)
    opened = schedule.readable_among(work, ids)
    items = [
        _view(
            item,
            judged[document.id],
            can_open=document.id in opened or item.status == "disposed",
            is_over=case.closed_at is not None,
        )
        for item, document in found
    ]
    return Proposal(
        case_id=case.id,
        case_number=case.number,
        papers=items,
        pages=sum(item.pages for item in items if item.status not in ("taken_out", "left_out")),
        task_id=_task_to_change_at(work, case),
    )


def take_out(work: UnitOfWork, case_id: UUID, no: int, reason: str) -> None:
    """Take one paper off the list, for a reason of the list. Twice is once."""
    case = access.visible_case(work, case_id, lock=True)
    item = work.session.get(DisposalItem, (case.id, no), populate_existing=True)
    if item is None or not _is_told(work, item.document_id):
        raise NotFound()
    if item.status == "taken_out":
        return
    if _task_to_change_at(work, case) is None or item.status != "proposed":
        raise Forbidden(NOT_NOW)
    if reason not in REASONS:
        raise InvalidInput(fields={f"alasan-{no}": "Pilih alasan dari daftar."})
    left = select(func.count()).where(
        DisposalItem.case_id == case.id, DisposalItem.status == "proposed"
    )
    if work.session.scalar(left) == 1:
        raise Conflict(LAST_ONE)
    settle(work, item, "taken_out", reason)
    unit_of_work.record_case(work, case.id, "disposal.taken_out", no=no, reason=reason)


def settle(work: UnitOfWork, item: DisposalItem, status: str, reason: str = "") -> None:
    """What has become of an item."""
    item.status, item.reason = status, reason
    item.settled_by, item.settled_at = work.actor.user_id, work.clock()
    work.session.flush()


def _last_day(one: schedule.Standing) -> date:
    return (one.term.kept_until if one.term else None) or date.max


def _task_to_change_at(work: UnitOfWork, case: Case) -> UUID | None:
    """The open task of the case that the actor holds, while nothing has been decided: the tasks
    after the decision come when the list is settled. Whom four eyes keep from a task holds none.
    """
    if case.closed_at is not None:
        return None
    return next((task.id for task in _my_tasks(work, case)), None)


def _my_tasks(work: UnitOfWork, case: Case) -> list[Task]:
    """Those that are with him, or with somebody absent for whom he works; none that four eyes keep
    from him.
    """
    return [
        task
        for task in access.open_of_case(work, case.id)
        if task_rights.has_in_hand(work, case, task)
        and work.actor.user_id not in task_rights.barred(work, case, task)
    ]


def _is_told(work: UnitOfWork, document_id: UUID) -> bool:
    query = select(Document.id).where(Document.id == document_id, schedule.known_to(work))
    return work.session.scalar(query) is not None


def _view(item: DisposalItem, one: schedule.Standing, *, can_open: bool, is_over: bool) -> ItemView:
    is_proposed = item.status == "proposed"
    return ItemView(
        no=item.no,
        document_id=item.document_id,
        label=one.label,
        pages=one.pages,
        extent=one.extent,
        case_numbers=one.case_numbers,
        row_code=item.row_code,
        row_words=item.row_words,
        kept_until=item.kept_until,
        status=item.status,
        status_words="Tidak dimusnahkan" if is_proposed and is_over else STATUS_WORDS[item.status],
        reason=item.reason,
        obstacle=one.obstacles[0] if is_proposed and not is_over and one.obstacles else "",
        can_open=can_open,
    )
