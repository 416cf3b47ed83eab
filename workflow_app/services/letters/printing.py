"""From a letter template to an archivable PDF. Pure: no database, no network, no files but the
installed fonts.

Printing a letter (a job): the template of the version it was issued under, filled with what was
frozen and sealed at issue. Letters as pages show them, and their printings: for those who see the
case.
"""

import hashlib
import io
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any, Literal
from uuid import UUID

import segno
from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from sqlalchemy import select
from weasyprint import HTML
from weasyprint.css import ColorProfile
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from workflow_app import logs
from workflow_app.domain import WITA, Answers, Conflict, InvalidDefinition, NotFound
from workflow_app.engine.definitions import Definition, LetterSource
from workflow_app.models import AuditEvent, Case, Letter, LetterNumber
from workflow_app.permissions import has_role
from workflow_app.services.cases import access, answers, task_rights
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification, documents, ingest
from workflow_app.services.letters import letters
from workflow_app.services.letters.letters import Statement
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.retention import bundles, disposal

PDF_VARIANT = "pdf/a-2u"
"""Archivable, with text that can be copied and searched; no attachments, hence not part 3."""
COLOURS = "warna"
"""Name of our own colour profile: WeasyPrint's built-in one is the same, but leaves its file open.
"""

logging.getLogger("weasyprint").setLevel(logs.QUIET["weasyprint"])

_environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


@dataclass(frozen=True)
class Metadata:
    """What the PDF says about itself: nothing about any person (pitfall 32)."""

    title: str
    author: str
    made_at: datetime
    identifier: bytes
    """Same content, same identifier: printing twice gives the same bytes."""


class _NothingOutside(URLFetcher):
    """A letter holds all it shows; a template that asks for anything else is refused, never
    fetched.
    """

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if not url.lower().startswith("data:"):
            raise FatalURLFetchingError("a letter template may use data: addresses only")
        response: URLFetcherResponse = super().fetch(url, headers)
        return response


def fill(letter: LetterSource, context: Mapping[str, Any]) -> str:
    """The letter as HTML. Raises `InvalidDefinition` for a template that does not fit what a letter
    knows.
    """
    environment = _environment.overlay(loader=DictLoader(letter.parts))
    try:
        return environment.from_string(letter.html).render(context)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        # The message could quote an answer, so only the kind of error is kept.
        raise InvalidDefinition(detail=f"letter template: {type(error).__name__}") from None


def typeset(html: str, metadata: Metadata) -> tuple[bytes, int]:
    """The HTML as PDF/A, and its number of pages. Raises `InvalidDefinition` when it asks for
    anything outside.
    """
    fetcher = _NothingOutside(
        allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True
    )
    try:
        document = HTML(string=html, url_fetcher=fetcher).render(
            color_profiles={COLOURS: _srgb()}, pdf_variant=PDF_VARIANT, output_intent=COLOURS
        )
        _describe(document.metadata, metadata)
        pdf: bytes = document.write_pdf(
            pdf_variant=PDF_VARIANT, output_intent=COLOURS, pdf_identifier=metadata.identifier
        )
    except FatalURLFetchingError as error:
        raise InvalidDefinition(detail=f"letter template: {error}") from None
    return pdf, len(document.pages)


def _describe(target: Any, metadata: Metadata) -> None:
    target.title = metadata.title
    target.authors = [metadata.author]
    target.description = None
    target.keywords = []
    target.custom = {}
    target.attachments = []
    target.created = target.modified = metadata.made_at.astimezone(UTC).isoformat(
        timespec="seconds"
    )


def _srgb() -> ColorProfile:
    profile = io.BytesIO((files("weasyprint.pdf") / "sRGB2014.icc").read_bytes())
    return ColorProfile(profile, "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))


def qr_picture(address: str) -> str:
    """A QR code as a data address, black on white, that survives a stamp over a corner."""
    picture: str = segno.make_qr(address, error="q").svg_data_uri(
        scale=4, border=2, dark="#000", light="#fff"
    )
    return picture


ELEMENT = "surat"
ISSUED, VOIDED, COMPLETED = "letter.issued", "letter.voided", "task.completed"


def render(work: UnitOfWork, letter_id: UUID, *, public_url: str) -> UUID:
    """Print a letter, keep the PDF and return its document. Printing again without a change makes
    nothing new.

    Once the citizen has signed, the printing carries the signature; earlier printings stay linked
    to the case.
    """
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    case = access.lock_case(work, letter.case_id)
    work.session.refresh(letter)
    definition = definition_of(work, letter.definition_id)
    statement = letters.statement(work, case, letter)
    signatures = _signatures(work, case, definition, letter)
    context = context_of(letter, definition, statement, public_url, signatures)
    html = fill(definition.letter(letter.kind), context)
    pdf, pages = typeset(html, _metadata(letter, html))
    label = f"{letter.title} ({_state(letter, bool(signatures))})"
    document_id = ingest.keep_own(
        work, pdf, "application/pdf", pages, origin=ingest.LETTER, label=label
    )
    ingest.link(
        work,
        case.id,
        document_id,
        element=ELEMENT,
        label=label,
        action="letter.rendered",
        letter_id=str(letter.id),
        number=letter.number,
    )
    # It may name papers that not everybody who sees its case may know of.
    classification.raise_to(work, document_id, disposal.highest_level(work, case.id))
    letter.document_id = document_id
    work.session.flush()
    return document_id


def _state(letter: Letter, is_signed: bool) -> str:
    """What tells the printings of one letter from each other."""
    if letter.status == "void":
        return "cetakan batal"
    return "cetakan bertanda tangan" if is_signed else "cetakan"


def reprint(work: UnitOfWork, letter_id: UUID, *, public_url: str) -> None:
    """Print a withdrawn letter with its mark; a case that has ended gets a manifest that knows of
    it.
    """
    render(work, letter_id, public_url=public_url)
    case = work.session.get_one(Case, work.session.get_one(Letter, letter_id).case_id)
    if case.closed_at is not None:
        bundles.archive_case(work, case.id)


def context_of(
    letter: Letter,
    definition: Definition,
    statement: Statement,
    public_url: str,
    signatures: Mapping[str, str],
) -> dict[str, Any]:
    """Everything a letter template may use, under the names the process folders use."""
    address = f"{public_url.rstrip('/')}/verifikasi/{letter.verify_code}"
    local = letter.issued_at.astimezone(WITA)
    issued = when(letter.issued_at)
    return {
        "kop": letter.frozen["kop"],
        "nama_unit": letter.frozen["nama_unit"],
        "judul": letter.title,
        "nomor": letter.number,
        "tanggal_terbit": issued["tanggal"],
        "jam_terbit": issued["jam"],
        "hari": formatting.written_day,
        "waktu": lambda answer: when(datetime.fromisoformat(answer)),
        "tempat_terbit": letter.frozen["tempat_terbit"],
        "jawaban": statement.answers,
        "label": _labeller(definition, statement.answers),
        "butir": [_paper(paper) for paper in statement.papers],
        "arsip": statement.listed,
        "penandatangan": letter.frozen["penandatangan"],
        "tanda_tangan": next(iter(reversed(list(signatures.values()))), None),
        "tanda_tangan_di": signatures.get,
        "qr": qr_picture(address),
        "alamat_verifikasi": address,
        "kode_verifikasi": letter.verify_code,
        "alamat_pelacakan": f"{public_url.rstrip('/')}/lacak",
        "masa_berlaku": _validity(local.date(), letter.frozen.get("masa_berlaku")),
        "ketentuan": letter.frozen.get("ketentuan") or [],
        "kepada": letter.frozen.get("kepada", ""),
        "khusus": letter.frozen.get("khusus", False),
        "petugas": letter.frozen.get("petugas"),
        "penyetuju": letter.frozen.get("penyetuju"),
        "daftar_musnah": statement.disposal,
        "surat_lain": (letter.frozen.get("surat_lain") or {}).get,
        "batal": letter.status == "void",
        "contoh": letter.frozen["contoh"],
    }


def when(instant: datetime) -> dict[str, str]:
    """An instant as a letter says it: `tanggal` with the day of the week, and `jam` in WITA."""
    local = instant.astimezone(WITA)
    return {"tanggal": formatting.long_day(local.date()), "jam": f"{local:%H.%M} WITA"}


def _signatures(
    work: UnitOfWork, case: Case, definition: Definition, letter: Letter
) -> dict[str, str]:
    """By field the newest signatures given while the letter was valid, the newest last: others were
    given for another letter.
    """
    fields = {
        element: names
        for element, form in definition.forms.items()
        if (names := [field.name for field in form.fields.values() if field.widget == "signature"])
    }
    found = answers.newest(work, case.id, fields)
    meanwhile = _completed_while_valid(work, letter)
    since = [submission for element, submission in found.items() if element in meanwhile]
    signed: dict[str, Answers] = answers.unsealed(work, case, since)
    signatures: dict[str, str] = {}
    for element in (submission.element for submission in since):
        for name in fields[element]:
            drawn = signed[element].get(name)
            # Drawn anew although it was when it was kept: older releases kept pictures as they
            # came.
            if isinstance(drawn, str) and drawn and (picture := ingest.clean(drawn)):
                signatures.pop(name, None)
                signatures[name] = picture
    return signatures


def _completed_while_valid(work: UnitOfWork, letter: Letter) -> set[str]:
    """Elements last completed while the letter was valid: by the order of the events, which no
    clock can turn round.
    """
    query = (
        select(AuditEvent.action, AuditEvent.element, AuditEvent.details)
        .where(AuditEvent.case_id == letter.case_id)
        .order_by(AuditEvent.position)
    )
    found: set[str] = set()
    is_valid = False
    for action, element, details in work.session.execute(query):
        if action in (ISSUED, VOIDED) and details["letter_id"] == str(letter.id):
            is_valid = action == ISSUED
        elif action == COMPLETED and is_valid:
            found.add(element)
        elif action == COMPLETED:
            found.discard(element)
    return found


def _labeller(definition: Definition, given: Mapping[str, Answers]) -> Callable[[str, str], str]:
    """`label(element, field)`: the answer in words; empty when there is none."""

    def label(element: str, name: str) -> str:
        field = definition.form(element).fields[name]
        return formatting.answer(definition, field, given.get(element, {}).get(name))

    return label


def _paper(paper: Mapping[str, str]) -> dict[str, str]:
    return {
        "bukti": paper["evidence"],
        "nomor": paper["number"],
        "penerbit": paper["issuer"],
        "tanggal": paper["date"],
    }


def _validity(issued_on: date, days: int | None) -> str | None:
    """The sentence on validity; nothing is said while Ka SPKT has not decided one (pitfall 24)."""
    if not days:
        return None
    last = formatting.day(issued_on + timedelta(days=days))
    return f"Surat ini berlaku {days} hari sejak diterbitkan, sampai dengan {last}."


def _metadata(letter: Letter, html: str) -> Metadata:
    return Metadata(
        title=f"{letter.title} {letter.number}",
        author=letter.frozen["nama_unit"],
        made_at=letter.issued_at,
        identifier=hashlib.sha256(html.encode()).hexdigest()[:32].encode(),
    )


@dataclass(frozen=True)
class LetterView:
    """An issued letter as the case page shows it."""

    id: UUID
    case_id: UUID
    kind: str
    title: str
    number: str
    issued_at: datetime
    status: Literal["valid", "void"]
    void_reason: str | None
    document_id: UUID | None
    """Newest printing; None until the worker has printed it."""
    verify_code: str
    can_withdraw: bool
    """The actor may withdraw it: the case has ended, the letter is in the citizen's hand."""
    can_open: bool
    """The actor may read what it states, and it is printed."""
    goes_with: list[str]
    """Title and number of the valid letters that are withdrawn together with it."""


def for_case(work: UnitOfWork, case_id: UUID) -> list[LetterView]:
    """The letters of a case that the actor may see, oldest first, withdrawn ones included."""
    case = access.visible_case(work, case_id)
    found = letters.of_case(work, case.id)
    may_withdraw = case.closed_at is not None and has_role(work.actor, letters.WITHDRAWERS)
    reasons = letters.reasons(work, case, found)
    can_open = bool(found) and task_rights.reads_papers(work, case)
    views = []
    for letter, reason in zip(found, reasons, strict=True):
        with_it = [f"{one.title} {one.number}" for one in letters.partners(work, case, letter)]
        views.append(_view(letter, reason, may_withdraw, can_open, with_it))
    return views


def case_of(work: UnitOfWork, letter_id: UUID) -> UUID:
    """The case of a letter, if the actor may see it; raises `NotFound`."""
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    return access.visible_case(work, letter.case_id).id


def pdf(work: UnitOfWork, letter_id: UUID) -> documents.Content:
    """The newest printing of a letter, for those who may read the papers of its case; the opening
    is on record.
    """
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    access.visible_case(work, letter.case_id)
    if letter.document_id is None:
        raise Conflict("Surat masih dicetak. Tunggu beberapa detik, lalu buka lagi.")
    number = work.session.get_one(LetterNumber, letter.number_id)
    printed = documents.content(work, letter.document_id, "original")
    return documents.Content(
        printed.data, printed.media_type, f"{letter.kind}-{number.year}-{number.sequence:04d}.pdf"
    )


def _view(
    letter: Letter,
    void_reason: str | None,
    may_withdraw: bool,
    can_open: bool,
    goes_with: list[str],
) -> LetterView:
    return LetterView(
        id=letter.id,
        case_id=letter.case_id,
        kind=letter.kind,
        title=letter.title,
        number=letter.number,
        issued_at=letter.issued_at,
        status="void" if letter.status == "void" else "valid",
        void_reason=void_reason,
        document_id=letter.document_id,
        verify_code=letter.verify_code,
        can_withdraw=may_withdraw and letter.status == "valid",
        can_open=letter.document_id is not None and can_open,
        goes_with=goes_with,
    )
