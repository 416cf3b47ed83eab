"""Opening a complaint box: two people, the count of sheets, one case for each of them (R19).

What lies in the box counts as received when the box is opened, so an opening is recorded once, at
once, and never changed.

A mail that belongs to no case yet begins a complaint, when a person says so (R17): its papers stand
in the form of the first step as the original, with channel, time of receipt and the address of the
sender, sealed like everything that is typed there.

Nothing is answered by this. The officer reads the form, puts right what is wrong, and completes the
step, or cancels the case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from uuid import UUID, uuid4

from sqlalchemy import func, select

from archive import documents
from archive.models import Document
from workflow_app.domain import Answers, Conflict, InvalidInput, NotFound
from workflow_app.engine.form_rules import judge_instant
from workflow_app.engine.form_values import read_value
from workflow_app.engine.forms import Form
from workflow_app.models import BoxOpening, BoxSheet, Case, PaperStack, StackPart, Task
from workflow_app.permissions import (
    BEGINNERS,
    BOX_OPENERS,
    BOX_WITNESSES,
    STACK_BRINGERS,
    check_role,
)
from workflow_app.services.accounts import users
from workflow_app.services.accounts.users import UserView
from workflow_app.services.cases import access
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.formatting import moment
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification, ingest
from workflow_app.services.documents.access import is_to_sort
from workflow_app.services.intake import mails, stacks
from workflow_app.services.intake.mails import Unreasonable
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, drafts, tasks
from workflow_app.services.workflow.cases import Started
from workflow_app.services.workflow.tray import WaitingPart

PROCESS, SHEET = "complaint", "lembar_kotak"
CHANNEL = "kotak_pengaduan"
OUT_OF_SERVICE = (
    "Kotak pengaduan tidak dilayani pada waktu itu. Minta Ka SPKT mengaktifkannya lagi pada "
    "kanal_pengaduan, lalu catat "
    "pembukaannya; lembar yang sudah ada di dalam kotak tetap harus diterima."
)
MOST_SHEETS = 50
EARLIEST = "P7D"
"""How long after an opening it can still be recorded."""
OPENED_BY_TWO = "Waktu kotak dibuka menurut catatan dua petugas."
"""Why a sheet was received before it was recorded; the opening itself is a record of its own."""


@dataclass(frozen=True)
class Asked:
    """What somebody typed on the page, as it was typed."""

    box: str = ""
    opened_at: str = ""
    sheets: str = ""


@dataclass(frozen=True)
class Box:
    """A box, and its last opening."""

    name: str
    opened_at: datetime | None = None
    sheets: int = 0
    opened_by: tuple[str, ...] = ()
    cases: tuple[tuple[UUID, str], ...] = ()
    """Id and number of those cases of its sheets that the actor may see."""


def list_boxes(work: UnitOfWork) -> list[Box]:
    """The boxes of the office, each with its last opening."""
    names: list[str] = configuration.value(work, "kotak_pengaduan")
    return [_box(work, name) for name in names]


def open_box(work: UnitOfWork, asked: Asked, second: UserView | None, token: str) -> list[UUID]:
    """Record an opening and begin the case of each sheet; `second` has proved who he is by his
    password.

    The same `token` again answers with the cases it began. Raises `InvalidInput` with a sentence
    per field.
    """
    check_role(work.actor, BOX_OPENERS)
    users.check(work)
    faults = _judge(work, asked) | _judge_second(work, second)
    if faults or second is None:
        raise InvalidInput(fields=faults)
    work.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"box:{asked.box}", 0)))
    )
    known = work.session.scalars(select(BoxOpening).where(BoxOpening.token == token)).first()
    if known is not None:
        return _begun(work, known)
    opened_at = min(_instant(asked.opened_at), work.clock())
    last = _last(work, asked.box)
    if last is not None and opened_at <= last.opened_at:
        sentence = (
            f"Kotak ini sudah dicatat dibuka pada {moment(last.opened_at)}. Waktu dibuka harus "
            "sesudah itu."
        )
        raise InvalidInput(fields={"dibuka": sentence})
    opening = BoxOpening(
        id=uuid4(),
        unit=work.actor.unit,
        box=asked.box,
        opened_at=opened_at,
        sheets=int(asked.sheets),
        first_id=work.actor.user_id,
        second_id=second.id,
        recorded_at=work.clock(),
        token=token,
    )
    work.session.add(opening)
    work.session.flush()
    begun = [_begin(work, opening, sheet) for sheet in range(1, opening.sheets + 1)]
    unit_of_work.record(
        work,
        f"box:{opening.unit}:{opening.box}",
        "box.opened",
        opened_at=opened_at.isoformat(),
        sheets=opening.sheets,
        second=str(second.id),
        cases=[str(case_id) for case_id in begun],
    )
    return begun


def _begin(work: UnitOfWork, opening: BoxOpening, sheet: int) -> UUID:
    """The case of one sheet: received when the box was opened; next it is scanned."""
    started = cases.start(work, PROCESS, begins_with={"dari_kotak": True})
    if started.task_id is None:
        raise Conflict("Berkas lembar ini tidak dapat dimulai. Hubungi admin.")
    answers: Answers = {
        "kanal": CHANNEL,
        "kotak": opening.box,
        "nomor_lembar": sheet,
        "received_at": opening.opened_at.isoformat(),
        "alasan_waktu": OPENED_BY_TWO,
    }
    tasks.complete(work, started.task_id, answers, str(uuid4()))
    work.session.add(BoxSheet(opening_id=opening.id, sheet=sheet, case_id=started.case_id))
    work.session.flush()
    return started.case_id


def _judge(work: UnitOfWork, asked: Asked) -> dict[str, str]:
    faults = {}
    read = read_value("dibuka", "datetime", {}, {"dibuka": [asked.opened_at]})
    if fault := judge_instant(str(read or ""), work.clock(), EARLIEST, "now"):
        faults["dibuka"] = fault
    elif CHANNEL not in configuration.in_service(
        work, configuration.CHANNELS, _instant(asked.opened_at)
    ):
        faults["kotak"] = OUT_OF_SERVICE
    if asked.box not in configuration.value(work, "kotak_pengaduan"):
        faults["kotak"] = "Pilih kotak yang dibuka."
    sheets = asked.sheets
    if not (
        sheets.isascii() and sheets.isdigit() and len(sheets) < 4 and int(sheets) <= MOST_SHEETS
    ):
        faults["lembar"] = f"Isi jumlah lembar dengan bilangan 0 sampai {MOST_SHEETS}."
    return faults


def _judge_second(work: UnitOfWork, second: UserView | None) -> dict[str, str]:
    if second is None:
        return {
            "kedua": (
                "Nama pengguna atau kata sandi petugas kedua salah. Petugas kedua mengetiknya "
                "sendiri."
            )
        }
    if second.id == work.actor.user_id:
        return {
            "kedua": (
                "Kotak dibuka oleh dua orang. Mintalah rekan lain mengetik nama pengguna dan kata "
                "sandinya."
            )
        }
    if second.unit != work.actor.unit or second.roles.isdisjoint(BOX_WITNESSES):
        return {"kedua": "Petugas kedua harus petugas, Pamapta, atau Ka SPKT di unit ini."}
    return {}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(str(read_value("dibuka", "datetime", {}, {"dibuka": [text]})))


def _last(work: UnitOfWork, name: str) -> BoxOpening | None:
    query = select(BoxOpening).where(BoxOpening.unit == work.actor.unit, BoxOpening.box == name)
    return work.session.scalars(query.order_by(BoxOpening.opened_at.desc()).limit(1)).first()


def _begun(work: UnitOfWork, opening: BoxOpening) -> list[UUID]:
    query = (
        select(BoxSheet.case_id).where(BoxSheet.opening_id == opening.id).order_by(BoxSheet.sheet)
    )
    return list(work.session.scalars(query))


def _box(work: UnitOfWork, name: str) -> Box:
    last = _last(work, name)
    if last is None:
        return Box(name)
    seen = (
        select(Case.id, Case.number)
        .join(BoxSheet, BoxSheet.case_id == Case.id)
        .where(BoxSheet.opening_id == last.id, access.sees_case(work))
        .order_by(BoxSheet.sheet)
    )
    names = users.names_of(work, [last.first_id, last.second_id])
    return Box(
        name=name,
        opened_at=last.opened_at,
        sheets=last.sheets,
        opened_by=tuple(names[person] for person in (last.first_id, last.second_id)),
        cases=tuple((case_id, number) for case_id, number in work.session.execute(seen)),
    )


MAIL_COMPLAINT_PROCESS, MAIL_COMPLAINT_CHANNEL, ORIGINAL = "complaint", "surel", "bukti_asli"
MAIL_COMPLAINT_SHEET = 1
"""The part of a mail with its words: with it the whole mail goes."""
LONGEST_ADDRESS = 254
UNDER_WAY = ("waiting", "splitting")
RECEIVED = "Waktu surat diterima menurut server surat elektronik."
SORTED = "Surat ini sudah ditempatkan. Muat ulang halaman untuk melihat sisanya."
NOT_APART = "Lampiran surat ini masih dipilah. Muat ulang halaman sebentar lagi."
NO_FORM = "Pengaduan dari surat tidak dapat dimulai. Hubungi admin."


def offered(work: UnitOfWork, parts: Iterable[WaitingPart]) -> set[UUID]:
    """Which of the mails that wait in the tray, taken apart to their end, the actor may begin a
    complaint from.
    """
    mails = {
        part.stack_id
        for part in parts
        if part.kind == stacks.MAIL and part.no == MAIL_COMPLAINT_SHEET
    }
    if not mails or not _is_offered(work):
        return set()
    apart = select(PaperStack.id).where(
        PaperStack.id.in_(mails), PaperStack.status.not_in(UNDER_WAY)
    )
    return set(work.session.scalars(apart))


def begin(work: UnitOfWork, stack_id: UUID, token: str) -> Started:
    """Begin the complaint that a mail is; its parts go along, except those that a cover sheet has
    put into a case or named one for.

    The same `token` again answers with the case it began. Raises `Conflict` when the mail has its
    place already.
    """
    check_role(work.actor, STACK_BRINGERS & BEGINNERS)
    stack = work.session.get(PaperStack, stack_id)
    if stack is None or stack.unit != work.actor.unit or stack.kind != stacks.MAIL:
        raise NotFound()
    sheet = work.session.get(
        StackPart, (stack_id, MAIL_COMPLAINT_SHEET), with_for_update=True, populate_existing=True
    )
    if sheet is not None and sheet.case_id is not None:
        if work.session.get_one(Case, sheet.case_id).start_token == token:
            return cases.start(work, MAIL_COMPLAINT_PROCESS, token)
        raise Conflict(SORTED)
    if stack.status in UNDER_WAY:
        raise Conflict(NOT_APART)
    parts = _parts(work, stack_id)
    if not _is_offered(work) or MAIL_COMPLAINT_SHEET not in {
        part.no for part in parts if part.status == "tray"
    }:
        raise NotFound(SORTED)
    started = cases.start(work, MAIL_COMPLAINT_PROCESS, token)
    if started.task_id is None:
        raise Conflict(NO_FORM)
    task = work.session.get_one(Task, started.task_id)
    case = access.lock_case(work, started.case_id)
    form = definitions.definition_of(work, case.definition_id).form(task.element)
    for part in parts:
        _land(work, case, task, form.fields[ORIGINAL].title, part)
    drafts.save(work, task.id, _known(work, stack, form))
    return started


def _is_offered(work: UnitOfWork) -> bool:
    """May the actor begin complaints, and does the office take them by mail?"""
    if MAIL_COMPLAINT_CHANNEL not in configuration.in_service(work, configuration.CHANNELS):
        return False
    return MAIL_COMPLAINT_PROCESS in {process.key for process in definitions.startable(work)}


def _parts(work: UnitOfWork, stack_id: UUID) -> Sequence[StackPart]:
    """What of the mail goes along: what waits, and what came another way as well, so that the
    original is whole.
    """
    query = (
        select(StackPart)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .join(Document, Document.id == StackPart.document_id)
        .where(
            StackPart.stack_id == stack_id,
            StackPart.status.in_(("tray", "known")),
            StackPart.meant_for.is_(None),
            is_to_sort(work),
        )
        .order_by(StackPart.no)
        .with_for_update(of=StackPart)
    )
    return work.session.scalars(query, execution_options={"populate_existing": True}).all()


def _land(work: UnitOfWork, case: Case, task: Task, label: str, part: StackPart) -> None:
    """Put a part where `arrivals` finds it for the form."""
    part.status, part.reason = "landed", ""
    part.case_id, part.element, part.label = case.id, task.element, label
    work.session.flush()
    stack = str(part.stack_id)
    classification.take_in(
        work, case, part.document_id, element=task.element, label=label, stack=stack
    )
    document = work.session.get_one(
        Document, part.document_id, with_for_update=True, populate_existing=True
    )
    if document.origin == ingest.TRAY:
        document.origin = ingest.UPLOAD
    ingest.settle(work, part)


def _known(work: UnitOfWork, stack: PaperStack, form: Form) -> Answers:
    """What the mail itself tells. Who wrote it is what the mail says: nobody has proved it."""
    received_at = min(stack.received_at or stack.brought_at, work.clock())
    known: Answers = {
        "kanal": MAIL_COMPLAINT_CHANNEL,
        "received_at": received_at.isoformat(),
        "alasan_waktu": RECEIVED,
        "surel": _sender(work, stack),
    }
    return {name: value for name, value in known.items() if name in form.fields and value}


def _sender(work: UnitOfWork, stack: PaperStack) -> str:
    whole = documents.get(work.session, stack.document_id)
    try:
        letter = mails.read(work.blobs.read(whole.blob_sha256))
    except Unreasonable:
        return ""
    address = parseaddr(letter.sender)[1]
    return address if "@" in address and len(address) <= LONGEST_ADDRESS else ""
