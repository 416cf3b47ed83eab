"""Cover sheets: a signed code says to which case and step the papers behind it belong. Nothing
personal is in it (R23, R39).

Cover sheets as they are printed: number, step and place in words, and the signed code (R39). No
name stands on them. How a stack falls into parts: a cover sheet begins one, blank pages are in
none. What becomes of one part of a stack: the case and step that its cover sheet names, or the tray
with the reason (R39).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from ocr.sandbox_requests import Stack, StackPage
from ocr.types import Limits
from workflow_app.domain import SYSTEM, NotFound, TaskNotReady
from workflow_app.engine.definitions import LetterSource
from workflow_app.models import Case, CaseDocument, CaseKinship, PaperStack, StackPart, Task
from workflow_app.permissions import check_work_on
from workflow_app.services.cases import access, task_rights
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import access as document_access
from workflow_app.services.documents import classification, ingest
from workflow_app.services.forms import requirements
from workflow_app.services.letters import printing
from workflow_app.services.letters.printing import Metadata, qr_picture
from workflow_app.services.processes.definitions import definition_of

MARK = "SENTRA1"
_FORM = re.compile(rf"{MARK}/([0-9a-f]{{32}})/([a-z0-9_]{{1,60}})/([A-Z2-7]{{24}})")
_KIND = "lembar sampul"


@dataclass(frozen=True)
class Slot:
    """A place of a step where papers belong: a question for papers, or a line of its checklist."""

    name: str
    label: str


@dataclass(frozen=True)
class Cover:
    """What a genuine cover sheet says."""

    task_id: UUID
    slot: str


def slots(work: UnitOfWork, case: Case, task: Task) -> list[Slot]:
    """Where papers of this task belong, in the order of its form."""
    form = definition_of(work, case.definition_id).form(task.element)
    found = [
        Slot(field.name, field.title)
        for field in form.fields.values()
        if field.widget == "documents"
    ]
    if any(field.widget == "requirements" for field in form.fields.values()):
        found += [Slot(line.id, line.evidence) for line in requirements.lines_of(work, case)]
    return found


def code(work: UnitOfWork, cover: Cover) -> str:
    """The text of the QR code."""
    told = f"{cover.task_id.hex}/{cover.slot}"
    return f"{MARK}/{told}/{_signature(work, told)}"


def is_cover(text: str) -> bool:
    """Does the code claim to be a cover sheet, genuine or not? Either way something new begins
    there.
    """
    return text.startswith(f"{MARK}/")


def read(work: UnitOfWork, text: str) -> Cover | None:
    """What the code says; None when this site did not sign it."""
    parts = _FORM.fullmatch(text)
    if parts is None:
        return None
    task, slot, signature = parts.groups()
    if not hmac.compare_digest(signature, _signature(work, f"{task}/{slot}")):
        return None
    return Cover(UUID(task), slot)


def _signature(work: UnitOfWork, told: str) -> str:
    return base64.b32encode(work.vault.mark(_KIND, told)[:15]).decode()


NO_PAPERS = "Langkah ini tidak meminta dokumen, jadi tidak memerlukan lembar sampul."
NOTHING_OPEN = "Tidak ada berkas di sini yang menunggu dokumen, jadi tidak ada lembar sampul."
_PAGES = LetterSource(
    """<!DOCTYPE html>
<html lang="id"><head><meta charset="utf-8"><title>Lembar sampul</title>
<style>
  @page { size: A4; margin: 20mm; }
  body { margin: 0; font: 13pt/1.4 "Liberation Sans", "DejaVu Sans", sans-serif;
    text-align: center; }
  article { break-after: page; }
  article:last-child { break-after: auto; }
  h1 { font-size: 24pt; margin: 4mm 0; }
  img { width: 95mm; height: 95mm; margin: 12mm 0; }
  .jenis { letter-spacing: 1pt; }
</style></head><body>
{% for sheet in lembar %}<article>
  <p class="jenis">LEMBAR SAMPUL PINDAI</p>
  <h1>{{ sheet.label }}</h1>
  <p>Berkas <strong>{{ sheet.case_number }}</strong>, langkah {{ sheet.step }}</p>
  <img src="{{ sheet.picture }}" alt="Kode lembar sampul">
  <p>Taruh lembar ini di depan dokumennya.</p>
</article>{% endfor %}
</body></html>""",
    {},
)


@dataclass(frozen=True)
class CoverSheet:
    """One sheet."""

    case_number: str
    step: str
    label: str
    picture: str
    """The code, as a data address."""


def of_task(work: UnitOfWork, task_id: UUID) -> list[CoverSheet]:
    """The sheets of an open task, for who may work on it. Raises `NotFound` where the task asks for
    no papers.
    """
    task = access.visible_task(work, task_id)
    check_work_on(work.actor, unit=task.unit, role=task.role)
    if task.status != "open":
        raise TaskNotReady(task_rights.ended(work, task).sentence)
    sheets = _sheets(work, access.visible_case(work, task.case_id), task)
    if not sheets:
        raise NotFound(NO_PAPERS)
    return sheets


def of_children(work: UnitOfWork, case_id: UUID) -> list[CoverSheet]:
    """The sheets of all open tasks of the cases that a case has begun, for who may work on them, in
    the order of the cases. Raises `NotFound` where none asks for papers.
    """
    parent = access.visible_case(work, case_id)
    children = select(Case).join(CaseKinship, CaseKinship.child_id == Case.id)
    children = children.where(CaseKinship.parent_id == parent.id, access.sees_case(work))
    known = {case.id: case for case in work.session.scalars(children)}
    waiting = select(Task).where(Task.case_id.in_(known), Task.status == "open")
    waiting = waiting.where(Task.role.in_(work.actor.roles), Task.unit == work.actor.unit)
    found = sorted(
        work.session.scalars(waiting),
        key=lambda task: (known[task.case_id].number, task.created_at),
    )
    sheets = [sheet for task in found for sheet in _sheets(work, known[task.case_id], task)]
    if not sheets:
        raise NotFound(NOTHING_OPEN)
    return sheets


def printed(work: UnitOfWork, sheets: Sequence[CoverSheet]) -> bytes:
    """The sheets as one PDF, a page each."""
    html = printing.fill(_PAGES, {"lembar": sheets})
    mark = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    return printing.typeset(html, Metadata("Lembar sampul", "", work.clock(), mark))[0]


def _sheets(work: UnitOfWork, case: Case, task: Task) -> list[CoverSheet]:
    return [
        CoverSheet(
            case.number,
            task.name,
            slot.label,
            qr_picture(code(work, Cover(task.id, slot.name))),
        )
        for slot in slots(work, case, task)
    ]


@dataclass(frozen=True)
class Share:
    """Pages that belong together."""

    cover: str | None
    """The code of the cover sheet before them; None for what lay on top without one."""
    pages: tuple[int, ...]


def plan(
    pages: Iterable[StackPage],
    *,
    is_cover: Callable[[str], bool],
    is_genuine: Callable[[str], bool],
) -> list[Share]:
    """The parts in their order. A cover sheet that is not genuine stays with its papers, for a
    person to look at; one with no paper behind it makes no part.
    """
    shares: list[tuple[str | None, list[int]]] = [(None, [])]
    for page in pages:
        cover = next((code for code in page.codes if is_cover(code)), None)
        if cover is not None:
            shares.append((cover, [] if is_genuine(cover) else [page.no]))
        elif not page.is_blank:
            shares[-1][1].append(page.no)
    return [Share(cover, tuple(found)) for cover, found in shares if found]


LABEL = "Bagian tumpukan"
ACCEPTED = Limits(max_bytes=500_000_000)
"""The size was judged when the stack was brought."""
NO_COVER = "Tidak ada lembar sampul di depan halaman ini."
NOT_OURS = "Lembar sampul di depan halaman ini tidak dibuat sistem ini, atau rusak."
CLOSED = "Berkas pada lembar sampulnya sudah berakhir."
NO_PLACE = "Langkah pada lembar sampulnya tidak lagi meminta dokumen ini."


@dataclass(frozen=True)
class _Place:
    case: Case
    element: str
    label: str


@dataclass(frozen=True)
class _Stray:
    """Why a person has to say where it belongs, and the case that its genuine cover sheet names all
    the same.
    """

    reason: str
    case: Case | None = None
    label: str = LABEL


def take_up(work: UnitOfWork, stack_id: UUID) -> PaperStack | None:
    """The stack, whose parts are to be made now; None when all of them are. Raises `NotFound`."""
    stack = work.session.get(PaperStack, stack_id)
    if stack is None:
        raise NotFound()
    if stack.status == "split":
        return None
    stack.status, stack.pages_seen, stack.reason = "splitting", 0, ""
    return stack


def shares(works: Works, pages: Iterable[StackPage]) -> list[Share]:
    """How these pages fall into parts by the cover sheets among them."""
    with works.begin(SYSTEM) as work:
        return plan(
            pages,
            is_cover=is_cover,
            is_genuine=lambda code: read(work, code) is not None,
        )


def settle_all(
    works: Works, stack_id: UUID, found: Sequence[Share], opened: Stack, first: int = 1
) -> int:
    """Give every share its place, numbered from `first`; returns the number after the last. Those
    that have theirs are left alone.
    """
    for no, share in enumerate(found, first):
        if not is_settled(works, stack_id, no):
            settle(works, stack_id, no, share, opened.cut(share.pages))
    return first + len(found)


def is_settled(works: Works, stack_id: UUID, no: int) -> bool:
    """Did this part get its place already, or a place in the tray?"""
    with works.begin(SYSTEM) as work:
        return work.session.get(StackPart, (stack_id, no)) is not None


def settle(works: Works, stack_id: UUID, no: int, share: Share, data: bytes) -> None:
    """Keep one part and put it where its cover sheet says, or into the tray."""
    with works.begin(SYSTEM) as work:
        place = _place(work, work.session.get_one(PaperStack, stack_id), share)
        _keep(work, stack_id, no, share.pages, data, place)


def let_wait(works: Works, stack_id: UUID, no: int, data: bytes, reason: str, label: str) -> None:
    """Keep a part that no cover sheet can place, for a person to say where it belongs."""
    with works.begin(SYSTEM) as work:
        _keep(work, stack_id, no, (no,), data, _Stray(reason, label=label))


def _keep(
    work: UnitOfWork,
    stack_id: UUID,
    no: int,
    pages: Sequence[int],
    data: bytes,
    place: _Place | _Stray,
) -> None:
    found = ingest.look_into(data, ACCEPTED.max_bytes // 1_000_000)
    origin = ingest.UPLOAD if isinstance(place, _Place) else ingest.TRAY
    added = ingest.keep(work, data, found, origin=origin, label=place.label)
    part = StackPart(
        stack_id=stack_id,
        no=no,
        pages=list(pages),
        document_id=added.document_id,
        status="tray",
        reason="",
        element="",
        label=place.label,
        settled_at=work.clock(),
    )
    if isinstance(place, _Place):
        _land(work, part, place)
    else:
        _wait(work, part, place, is_new=not added.is_duplicate)
    work.session.add(part)
    work.session.flush()
    unit_of_work.record(
        work,
        f"stack:{stack_id}",
        "stack.part",
        no=no,
        pages=list(pages),
        status=part.status,
        document_id=str(part.document_id),
        case=str(part.case_id) if part.case_id else None,
    )


def _land(work: UnitOfWork, part: StackPart, place: _Place) -> None:
    part.status, part.case_id, part.element = "landed", place.case.id, place.element
    classification.take_in(
        work,
        place.case,
        part.document_id,
        element=place.element,
        label=place.label,
        stack=str(part.stack_id),
    )


def _wait(work: UnitOfWork, part: StackPart, stray: _Stray, *, is_new: bool) -> None:
    """Into the tray, unless the paper has its place or waits already. It begins with the level of
    the case it was meant for.
    """
    if is_new:
        document_access.kept(work, part.document_id, "document.added")
    if not is_new and _is_in_case(work, part.document_id):
        part.status = "known"
        return
    part.reason = stray.reason
    if stray.case is not None:
        part.meant_for = stray.case.id
        _is_meant_for(work, part.document_id, stray.case)
    if not is_new and _is_part(work, part.document_id):
        part.status, part.reason = "known", ""


def _is_meant_for(work: UnitOfWork, document_id: UUID, case: Case) -> None:
    """Also where the same pages wait without a cover sheet."""
    waiting = update(StackPart).where(
        StackPart.document_id == document_id, StackPart.status == "tray"
    )
    work.session.execute(waiting.where(StackPart.meant_for.is_(None)).values(meant_for=case.id))
    classification.raise_to(work, document_id, classification.default_of(work, case, LABEL))


def _place(work: UnitOfWork, stack: PaperStack, share: Share) -> _Place | _Stray:
    """Where a part belongs, or why a person has to say. The case is locked: it does not end
    meanwhile.
    """
    if share.cover is None:
        return _Stray(NO_COVER)
    cover = read(work, share.cover)
    task = work.session.get(Task, cover.task_id) if cover else None
    if cover is None or task is None:
        return _Stray(NOT_OURS)
    case = access.lock_case(work, task.case_id)
    if task.unit != stack.unit:
        return _Stray(NOT_OURS, case)
    if case.closed_at is not None:
        return _Stray(CLOSED, case)
    named = {slot.name: slot.label for slot in slots(work, case, task)}
    if cover.slot not in named:
        return _Stray(NO_PLACE, case)
    return _Place(case, task.element, named[cover.slot])


def _is_in_case(work: UnitOfWork, document_id: UUID) -> bool:
    query = select(CaseDocument.case_id).where(CaseDocument.document_id == document_id)
    return work.session.scalar(select(query.exists())) is True


def _is_part(work: UnitOfWork, document_id: UUID) -> bool:
    """Was it sorted before, or does it wait elsewhere?"""
    query = select(StackPart.no).where(StackPart.document_id == document_id)
    return work.session.scalar(select(query.exists())) is True
