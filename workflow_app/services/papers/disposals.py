"""The list of papers that a case proposes to dispose of: chosen by one person, looked through by another (R37, decision 0036)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from archive.models import Blob, Document
from workflow_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from workflow_app.models.case import Case
from workflow_app.models.disposal import DisposalItem
from workflow_app.models.letter import Letter
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.permissions import DISPOSAL_PROPOSERS, check_role
from workflow_app.services.case_file import access, case_tasks
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import readable
from workflow_app.services.papers import due_papers, intake, retention

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
    """Put papers on the list of a case while it is proposed: all of them, or none, so that who chose sees what is not due any
    more. What is on the list already stays.
    """
    check_role(work.actor, DISPOSAL_PROPOSERS)
    case = access.visible_case(work, case_id, lock=True)
    if _task_to_change_at(work, case) is None:
        raise Forbidden(NOT_NOW)
    listed_already = select(DisposalItem.document_id).where(DisposalItem.case_id == case.id)
    known_items = set(work.session.scalars(listed_already))
    if not document_ids:
        raise InvalidInput("Pilih dokumen yang diusulkan, lalu kirim lagi.")
    wanted = sorted(set(document_ids) - known_items)
    if len(wanted) + len(known_items) > MOST:
        raise InvalidInput(f"Satu usulan memuat paling banyak {MOST} dokumen. Kurangi pilihannya.")
    known = select(Document.id).where(Document.id.in_(wanted), due_papers.known_to(work))
    # Locked, so that of two proposals at once the later one finds the first.
    locked = known.order_by(Document.id).with_for_update(key_share=True)
    if len(work.session.scalars(locked).all()) < len(wanted):
        raise NotFound("Salah satu dokumen tidak ada lagi. Muat ulang daftar, lalu pilih lagi.")
    judged = retention.standings(work, wanted)
    refused = [(one, one.obstacles[0]) for one in judged.values() if one.obstacles]
    refused += [
        (one, words)
        for one in judged.values()
        if not one.obstacles and (words := retention.store_refusal(work, one.document_id))
    ]
    if refused:
        one, words = refused[0]
        raise Conflict(f"{len(refused)} dokumen belum dapat diusulkan. Misalnya {one.label}: {words}")
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
        audit.record_case(work, case.id, "disposal.proposed", count=len(ordered))


def listed(work: UnitOfWork, case_id: UUID) -> Proposal | None:
    """The list of a case; None when it proposes nothing. Papers that the actor may not know of are not
    there.
    """
    case = access.visible_case(work, case_id)
    found = work.session.execute(
        select(DisposalItem, Document)
        .join(Document, Document.id == DisposalItem.document_id)
        .where(DisposalItem.case_id == case.id, due_papers.known_to(work))
        .order_by(DisposalItem.no)
    ).all()
    if not found:
        return None
    ids = [document.id for _, document in found]
    judged = retention.standings(work, ids, proposal=case.id)
    opened = due_papers.readable_among(work, ids)
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
    left = select(func.count()).where(DisposalItem.case_id == case.id, DisposalItem.status == "proposed")
    if work.session.scalar(left) == 1:
        raise Conflict(LAST_ONE)
    settle(work, item, "taken_out", reason)
    audit.record_case(work, case.id, "disposal.taken_out", no=no, reason=reason)


def settle(work: UnitOfWork, item: DisposalItem, status: str, reason: str = "") -> None:
    """What has become of an item."""
    item.status, item.reason = status, reason
    item.settled_by, item.settled_at = work.actor.user_id, work.clock()
    work.session.flush()


def highest_level(work: UnitOfWork, case_id: UUID) -> int:
    """The highest level among the papers that the case is about; 0 when it is about none."""
    query = select(func.max(Document.level)).join(DisposalItem, DisposalItem.document_id == Document.id)
    return work.session.scalar(query.where(DisposalItem.case_id == case_id)) or 0


@dataclass(frozen=True)
class Minutes:
    """Under what a paper was disposed of."""

    case_id: UUID
    number: str
    """Of the case."""
    letter: str
    """Number of the minutes; empty while there are none."""
    can_open: bool


def minutes_of(work: UnitOfWork, document_id: UUID) -> Minutes | None:
    """The case under which a paper was disposed of, with its minutes; None when it was by none."""
    query = (
        select(Case.id, Case.number, func.coalesce(func.max(Letter.number), ""))
        .join(DisposalItem, DisposalItem.case_id == Case.id)
        .outerjoin(Letter, (Letter.case_id == Case.id) & (Letter.status == "valid"))
        .where(DisposalItem.document_id == document_id, DisposalItem.status.in_(("erasing", "disposed")))
        .group_by(Case.id, Case.number)
    )
    row = work.session.execute(query).first()
    if row is None:
        return None
    can_open = access.still_sees(work, work.session.get_one(Case, row[0]))
    return Minutes(row[0], row[1], row[2], can_open)


def stated(work: UnitOfWork, case_id: UUID) -> list[dict[str, Any]]:
    """The list as minutes state it: every paper with what became of it. For the letter; no access check."""
    query = (
        select(DisposalItem, Document, Blob.size)
        .join(Document, Document.id == DisposalItem.document_id)
        .join(Blob, Blob.sha256 == Document.blob_sha256)
        .where(DisposalItem.case_id == case_id)
        .order_by(DisposalItem.no)
    )
    rows = work.session.execute(query).all()
    judged = retention.standings(work, [document.id for _, document, _ in rows], proposal=case_id)
    in_stacks = _in_stacks_that_stay(work, [document.id for _, document, _ in rows])
    return [
        {
            "no": item.no,
            "dokumen": judged[document.id].label,
            "berkas": ", ".join(judged[document.id].case_numbers) or "tanpa berkas",
            "baris": f"{item.row_code} {item.row_words}",
            "disimpan_sampai": readable.day(item.kept_until),
            "halaman": document.pages,
            "ukuran": size,
            "sha256": document.blob_sha256,
            "hasil": STATUS_WORDS[item.status].lower(),
            "musnah": item.status == "disposed",
            "alasan": item.reason,
            "tumpukan": document.id in in_stacks,
        }
        for item, document, size in rows
    ]


def _in_stacks_that_stay(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Papers whose pages a stack still holds that came out of the scanner with other papers."""
    whole = select(Document.id).where(
        Document.id == PaperStack.document_id,
        Document.disposed_at.is_(None),
        Document.origin == intake.STACK,
    )
    query = select(StackPart.document_id).join(PaperStack, PaperStack.id == StackPart.stack_id)
    return set(work.session.scalars(query.where(StackPart.document_id.in_(ids), whole.exists())))


def _last_day(one: retention.Standing) -> date:
    return (one.term.kept_until if one.term else None) or date.max


def _task_to_change_at(work: UnitOfWork, case: Case) -> UUID | None:
    """The open task of the case that the actor holds, while nothing has been decided: the tasks after the decision come when
    the list is settled. Whom four eyes keep from a task holds none.
    """
    if case.closed_at is not None:
        return None
    mine = (
        task.id
        for task in case_tasks.open_of_case(work, case.id)
        if task.assignee_id is not None and task.assignee_id == work.actor.user_id
    )
    return next(mine, None)


def _is_told(work: UnitOfWork, document_id: UUID) -> bool:
    query = select(Document.id).where(Document.id == document_id, due_papers.known_to(work))
    return work.session.scalar(query) is not None


def _view(item: DisposalItem, one: retention.Standing, *, can_open: bool, is_over: bool) -> ItemView:
    is_proposed = item.status == "proposed"
    return ItemView(
        no=item.no,
        document_id=item.document_id,
        label=one.label,
        pages=one.pages,
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
