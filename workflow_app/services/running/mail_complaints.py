"""A mail that belongs to no case yet begins a complaint, when a person says so (R17): its papers stand in the form of the first
step as the original, with channel, time of receipt and the address of the sender, sealed like everything that is typed there.

Nothing is answered by this. The officer reads the form, puts right what is wrong, and completes the step, or cancels the case.
"""

from collections.abc import Iterable, Sequence
from email.utils import parseaddr
from uuid import UUID

from sqlalchemy import select

import archive.documents
from archive.models import Document
from workflow_app.engine.forms import Form
from workflow_app.errors import Conflict, NotFound
from workflow_app.models.case import Case
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.models.task import Task
from workflow_app.permissions import BEGINNERS, STACK_BRINGERS, check_role
from workflow_app.services.bringing import mail_letters, stacks
from workflow_app.services.bringing.mail_letters import Unreasonable
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import offers
from workflow_app.services.papers import intake, levels, sorting, tray_sight
from workflow_app.services.running import cases, drafts
from workflow_app.services.running.cases import Started
from workflow_app.services.running.tray import WaitingPart
from workflow_app.services.sop import processes
from workflow_app.types import Answers

PROCESS, CHANNEL, ORIGINAL = "complaint", "surel", "bukti_asli"
SHEET = 1
"""The part of a mail with its words: with it the whole mail goes."""
LONGEST_ADDRESS = 254
UNDER_WAY = ("waiting", "splitting")
RECEIVED = "Waktu surat diterima menurut server surat elektronik."
SORTED = "Surat ini sudah ditempatkan. Muat ulang halaman untuk melihat sisanya."
NOT_APART = "Lampiran surat ini masih dipilah. Muat ulang halaman sebentar lagi."
NO_FORM = "Pengaduan dari surat tidak dapat dimulai. Hubungi admin."


def offered(work: UnitOfWork, parts: Iterable[WaitingPart]) -> set[UUID]:
    """Which of the mails that wait in the tray, taken apart to their end, the actor may begin a complaint from."""
    mails = {part.stack_id for part in parts if part.kind == stacks.MAIL and part.no == SHEET}
    if not mails or not _is_offered(work):
        return set()
    apart = select(PaperStack.id).where(PaperStack.id.in_(mails), PaperStack.status.not_in(UNDER_WAY))
    return set(work.session.scalars(apart))


def begin(work: UnitOfWork, stack_id: UUID, token: str) -> Started:
    """Begin the complaint that a mail is; its parts go along, except those that a cover sheet has put into a case or named one for.

    The same `token` again answers with the case it began. Raises `Conflict` when the mail has its place already.
    """
    check_role(work.actor, STACK_BRINGERS & BEGINNERS)
    stack = work.session.get(PaperStack, stack_id)
    if stack is None or stack.unit != work.actor.unit or stack.kind != stacks.MAIL:
        raise NotFound()
    sheet = work.session.get(StackPart, (stack_id, SHEET), with_for_update=True, populate_existing=True)
    if sheet is not None and sheet.case_id is not None:
        if work.session.get_one(Case, sheet.case_id).start_token == token:
            return cases.start(work, PROCESS, token)
        raise Conflict(SORTED)
    if stack.status in UNDER_WAY:
        raise Conflict(NOT_APART)
    parts = _parts(work, stack_id)
    if not _is_offered(work) or SHEET not in {part.no for part in parts if part.status == "tray"}:
        raise NotFound(SORTED)
    started = cases.start(work, PROCESS, token)
    if started.task_id is None:
        raise Conflict(NO_FORM)
    task = work.session.get_one(Task, started.task_id)
    case = access.lock_case(work, started.case_id)
    form = processes.definition_of(work, case.definition_id).form(task.element)
    for part in parts:
        _land(work, case, task, form.fields[ORIGINAL].title, part)
    drafts.save(work, task.id, _known(work, stack, form))
    return started


def _is_offered(work: UnitOfWork) -> bool:
    """May the actor begin complaints, and does the office take them by mail?"""
    if CHANNEL not in offers.in_service(work, offers.CHANNELS):
        return False
    return PROCESS in {process.key for process in processes.startable(work)}


def _parts(work: UnitOfWork, stack_id: UUID) -> Sequence[StackPart]:
    """What of the mail goes along: what waits, and what came another way as well, so that the original is whole."""
    query = (
        select(StackPart)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .join(Document, Document.id == StackPart.document_id)
        .where(
            StackPart.stack_id == stack_id,
            StackPart.status.in_(("tray", "known")),
            StackPart.meant_for.is_(None),
            tray_sight.is_to_sort(work),
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
    levels.take_in(work, case, part.document_id, element=task.element, label=label, stack=stack)
    document = work.session.get_one(Document, part.document_id, with_for_update=True, populate_existing=True)
    if document.origin == intake.TRAY:
        document.origin = intake.UPLOAD
    sorting.settle(work, part)


def _known(work: UnitOfWork, stack: PaperStack, form: Form) -> Answers:
    """What the mail itself tells. Who wrote it is what the mail says: nobody has proved it."""
    received_at = min(stack.received_at or stack.brought_at, work.clock())
    known: Answers = {
        "kanal": CHANNEL,
        "received_at": received_at.isoformat(),
        "alasan_waktu": RECEIVED,
        "surel": _sender(work, stack),
    }
    return {name: value for name, value in known.items() if name in form.fields and value}


def _sender(work: UnitOfWork, stack: PaperStack) -> str:
    whole = archive.documents.get(work.session, stack.document_id)
    try:
        letter = mail_letters.read(work.blobs.read(whole.blob_sha256))
    except Unreasonable:
        return ""
    address = parseaddr(letter.sender)[1]
    return address if "@" in address and len(address) <= LONGEST_ADDRESS else ""
