"""By what a search for papers is narrowed: what a paper is called, the process and unit of its
cases, its level.

Kept with the paper as codes, of all cases that hold it, so that the index finds them. What somebody
may know of them is asked when they are shown (`paper_search`).

A part of a stack that waited for a person has its place: by what somebody says, or because its
paper came otherwise (R39). Taking papers in: looked at before anything decodes them, kept as
received, linked to a case once. Drawn signatures before they are kept or printed: drawn anew by the
sandbox, so that no paper carries a foreign picture.
"""

import base64
import hashlib
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, literal, select, union
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import Mapped

from archive import documents, search
from archive.models import Document, DocumentStatus
from ocr.errors import OcrError
from ocr.inspect import inspect
from ocr.sandbox_requests import redraw
from ocr.types import Inspection, Limits
from workflow_app.domain import Answers, InvalidInput, Unavailable
from workflow_app.engine.form_values import ADDRESS, LONGEST_SIDE, UNREADABLE, is_drawing
from workflow_app.engine.forms import Form
from workflow_app.models import Case, CaseDocument, StackPart
from workflow_app.services.core import jobs, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, translated

CODE = 12
"""Characters of the digest that stands for a name of papers: short, and safe in an address."""


_Text = ColumnElement[str] | Mapped[str]


class Facet(StrEnum):
    """What is kept in the index; the year is not, since papers are in the order of time there."""

    KIND = "j"
    PROCESS = "k"
    UNIT = "u"
    LEVEL = "l"


def entry(facet: Facet, code: str) -> str:
    """As it stands in the index."""
    return f"{search.MARK}{facet}:{code}"


def code_of(label: str) -> str:
    """The code of what a paper is called."""
    return hashlib.sha256(label.encode()).hexdigest()[:CODE]


def renew(work: UnitOfWork, document_ids: Collection[UUID]) -> None:
    """These papers have been linked, or have another level: the search is told."""
    work.session.flush()
    of_paper = union(
        select(_entry(Facet.LEVEL, cast(Document.level, String)).label("entry")).correlate(
            Document
        ),
        select(_entry(Facet.KIND, _code(Document.label))).correlate(Document),
        *(
            select(_entry(facet, code))
            .select_from(CaseDocument)
            .join(Case, Case.id == CaseDocument.case_id)
            .where(CaseDocument.document_id == Document.id)
            .correlate(Document)
            for facet, code in (
                (Facet.KIND, _code(CaseDocument.label)),
                (Facet.PROCESS, Case.process_key),
                (Facet.UNIT, Case.unit),
            )
        ),
    ).lateral()
    entries = func.array_agg(aggregate_order_by(of_paper.c.entry, of_paper.c.entry))
    search.give(
        work.session,
        document_ids,
        select(Document.id, entries.label("facets"))
        .join(of_paper, literal(True))
        .where(Document.id.in_(document_ids))
        .group_by(Document.id),
    )


def _entry(facet: Facet, code: _Text) -> ColumnElement[str]:
    return literal(entry(facet, "")) + code


def _code(label: _Text) -> ColumnElement[str]:
    """`code_of` in the database."""
    return func.left(func.encode(func.sha256(func.convert_to(label, "UTF8")), "hex"), CODE)


def settle(work: UnitOfWork, part: StackPart) -> None:
    """Put on record what became of a part, as its status and case say, and end the wait of the same
    paper elsewhere.
    """
    _record(work, part)
    settle_waiting(work, part.document_id)


def settle_waiting(work: UnitOfWork, document_id: UUID) -> None:
    """This paper has its place: no tray asks for one any more."""
    query = select(StackPart).where(
        StackPart.document_id == document_id, StackPart.status == "tray"
    )
    query = query.order_by(StackPart.stack_id, StackPart.no).with_for_update()
    for part in work.session.scalars(query, execution_options={"populate_existing": True}):
        part.status, part.reason = "known", ""
        _record(work, part)


def _record(work: UnitOfWork, part: StackPart) -> None:
    part.settled_at, part.settled_by = work.clock(), work.actor.user_id
    work.session.flush()
    unit_of_work.record(
        work,
        f"stack:{part.stack_id}",
        "stack.sorted",
        no=part.no,
        status=part.status,
        document_id=str(part.document_id),
        case=str(part.case_id) if part.case_id else None,
    )


UPLOAD, ARCHIVE, LETTER, BUNDLE, STACK, TRAY = (
    "upload",
    "archive",
    "letter",
    "bundle",
    "stack",
    "tray",
)
"""Where a document came from (`Document.origin`). What is in the tray waits for a person to say
what it becomes.
"""
SCHEDULED = (UPLOAD, ARCHIVE, LETTER)
"""What the retention schedule is about. Manifests stay: they tell what a case held. A stack goes
with its last paper.
"""


def look_into(data: bytes, max_megabytes: int, recording_megabytes: int = 0) -> Inspection:
    """What the file is, by its content; raises `InvalidInput` with the sentence why it cannot be
    accepted. Recordings are where they may be as large as `recording_megabytes`.
    """
    limits = Limits(
        max_bytes=max_megabytes * 1_000_000, max_recording_bytes=recording_megabytes * 1_000_000
    )
    try:
        with translated():
            return inspect(data, limits)
    except OcrError as refusal:
        raise InvalidInput(refusal.sentence) from refusal


def keep(
    work: UnitOfWork, data: bytes, found: Inspection, *, origin: str, label: str
) -> documents.Added:
    """Store a paper in the archive; a job reads it after commit, unless it is a recording. Bytes
    that were brought before are not stored again; when they were only a stack or in the tray until
    now, they become a paper of a case like any other.
    """
    added = _add(work, data, found.media_type, found.pages, origin, label, found)
    if added.is_duplicate and origin == UPLOAD:
        _become_paper(work, added.document_id)
    if not (added.is_duplicate or found.is_recording):
        jobs.defer(work, "read_document", document_id=str(added.document_id))
    return added


def keep_own(
    work: UnitOfWork, data: bytes, media_type: str, pages: int, *, origin: str, label: str
) -> UUID:
    """Store a paper that we made ourselves. Nobody reads it back: its words would lie open in the
    database.
    """
    added = _add(work, data, media_type, pages, origin, label)
    documents.get(work.session, added.document_id).status = DocumentStatus.READABLE
    work.session.flush()
    return added.document_id


def keep_whole(
    work: UnitOfWork, data: bytes, media_type: str, pages: int, *, label: str
) -> documents.Added:
    """Store a stack of papers as it came. It is not read as a whole: its parts are."""
    added = _add(work, data, media_type, pages, STACK, label)
    if not added.is_duplicate:
        documents.get(work.session, added.document_id).status = DocumentStatus.READABLE
        work.session.flush()
    return added


def link(
    work: UnitOfWork,
    case_id: UUID,
    document_id: UUID,
    *,
    element: str,
    label: str,
    action: str = "document.added",
    **details: str,
) -> bool:
    """Make a document part of a case and say so in its history; false when it already is. The
    caller checked access.
    """
    with translated():
        documents.get_living(work.session, document_id)
    linked = work.session.scalar(
        insert(CaseDocument)
        .values(
            case_id=case_id,
            document_id=document_id,
            element=element,
            label=label,
            added_at=work.clock(),
            added_by=work.actor.user_id,
        )
        .on_conflict_do_nothing(index_elements=[CaseDocument.case_id, CaseDocument.document_id])
        .returning(CaseDocument.document_id)
    )
    if linked is None:
        return False
    unit_of_work.record_case(
        work, case_id, action, element, document_id=str(document_id), label=label, **details
    )
    renew(work, [document_id])
    return True


def is_own(document: Document) -> bool:
    """True for papers that the product made: letters and manifests."""
    return document.origin in (LETTER, BUNDLE)


def become_archive(work: UnitOfWork, document: Document) -> None:
    """A locked document that was something else until now becomes a paper of the archive: its time
    there begins.
    """
    document.accepted_at, document.accepted_by = work.clock(), work.actor.name
    _become(work, document, ARCHIVE)


def accepted_at(document: Document) -> datetime | None:
    """Since when a paper is in the archive; None of one that nobody has accepted there."""
    return document.accepted_at or (document.added_at if document.origin == ARCHIVE else None)


def _become_paper(work: UnitOfWork, document_id: UUID) -> None:
    document = work.session.get_one(
        Document, document_id, with_for_update=True, populate_existing=True
    )
    if document.origin in (STACK, TRAY):
        _become(work, document, UPLOAD)


def _become(work: UnitOfWork, document: Document, origin: str) -> None:
    """What was only a stack was not read yet; what waited in the tray waits no more."""
    if document.origin == STACK:
        document.status, document.status_reason = DocumentStatus.RECEIVED, ""
        jobs.defer(work, "read_document", document_id=str(document.id))
    elif document.origin == TRAY:
        settle_waiting(work, document.id)
    document.origin = origin
    work.session.flush()


def _add(
    work: UnitOfWork,
    data: bytes,
    media_type: str,
    pages: int,
    origin: str,
    label: str,
    found: Inspection | None = None,
) -> documents.Added:
    added = documents.add(
        work.session,
        work.blobs,
        data,
        media_type=media_type,
        pages=pages,
        origin=origin,
        label=label,
        at=work.clock(),
        is_recording=found is not None and found.is_recording,
        seconds=found.seconds if found else None,
    )
    if not added.is_duplicate:
        if origin == ARCHIVE:
            documents.get(work.session, added.document_id).accepted_by = work.actor.name
        renew(work, [added.document_id])
    return added


EMPTY = "Tanda tangan masih kosong. Minta warga menandatangani di kotak, lalu kirim lagi."


def clean(address: str) -> str | None:
    """The drawing as a data address of our own making, None when nothing can be seen in it.

    Raises `InvalidInput` for what is no drawing, `Unavailable` when it could not be looked at now.
    """
    if not is_drawing(address):
        raise InvalidInput(UNREADABLE)
    try:
        picture = redraw(base64.b64decode(address.removeprefix(ADDRESS)), LONGEST_SIDE)
    except OcrError as error:
        if error.is_retryable:
            raise Unavailable(detail=type(error).__name__) from error
        raise InvalidInput(UNREADABLE) from error
    if picture is None:
        return None
    anew = ADDRESS + base64.b64encode(picture).decode()
    # What comes out of the sandbox is judged as what went in: a picture full of noise may have
    # grown.
    if not is_drawing(anew):
        raise InvalidInput(UNREADABLE)
    return anew


def redrawn(form: Form, given: Answers) -> Answers:
    """The answers with their drawings drawn anew. Raises `InvalidInput` with the sentence at the
    field.
    """
    found = dict(given)
    for field in form.fields.values():
        if field.widget != "signature" or not isinstance(address := given.get(field.name), str):
            continue
        try:
            anew = clean(address)
        except InvalidInput as error:
            raise InvalidInput(fields={field.name: error.sentence}) from error
        if anew is None:
            raise InvalidInput(fields={field.name: EMPTY})
        found[field.name] = anew
    return found
