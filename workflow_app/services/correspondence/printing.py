"""Printing a letter (a job): the template of the version it was issued under, filled with what was frozen and sealed at issue."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from workflow_app.engine.definitions import Definition
from workflow_app.errors import NotFound
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.models.letter import Letter
from workflow_app.services.case_file import access, answers
from workflow_app.services.correspondence import letters, typesetting
from workflow_app.services.correspondence.letters import Statement
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.keeping import bundles, disposal_minutes
from workflow_app.services.office import readable
from workflow_app.services.papers import drawings, intake, levels
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import WITA, Answers

ELEMENT = "surat"
ISSUED, VOIDED, COMPLETED = "letter.issued", "letter.voided", "task.completed"


def render(work: UnitOfWork, letter_id: UUID, *, public_url: str) -> UUID:
    """Print a letter, keep the PDF and return its document. Printing again without a change makes nothing new.

    Once the citizen has signed, the printing carries the signature; earlier printings stay linked to the case.
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
    html = typesetting.fill(definition.letter(letter.kind), context)
    pdf, pages = typesetting.typeset(html, _metadata(letter, html))
    label = f"{letter.title} ({_state(letter, bool(signatures))})"
    document_id = intake.keep_own(work, pdf, "application/pdf", pages, origin=intake.LETTER, label=label)
    intake.link(
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
    levels.raise_to(work, document_id, disposal_minutes.highest_level(work, case.id))
    letter.document_id = document_id
    work.session.flush()
    return document_id


def _state(letter: Letter, is_signed: bool) -> str:
    """What tells the printings of one letter from each other."""
    if letter.status == "void":
        return "cetakan batal"
    return "cetakan bertanda tangan" if is_signed else "cetakan"


def reprint(work: UnitOfWork, letter_id: UUID, *, public_url: str) -> None:
    """Print a withdrawn letter with its mark; a case that has ended gets a manifest that knows of it."""
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
        "hari": readable.written_day,
        "waktu": lambda answer: when(datetime.fromisoformat(answer)),
        "tempat_terbit": letter.frozen["tempat_terbit"],
        "jawaban": statement.answers,
        "label": _labeller(definition, statement.answers),
        "butir": [_paper(paper) for paper in statement.papers],
        "arsip": statement.listed,
        "penandatangan": letter.frozen["penandatangan"],
        "tanda_tangan": next(iter(reversed(list(signatures.values()))), None),
        "tanda_tangan_di": signatures.get,
        "qr": typesetting.qr_picture(address),
        "alamat_verifikasi": address,
        "kode_verifikasi": letter.verify_code,
        "alamat_pelacakan": f"{public_url.rstrip('/')}/lacak",
        "masa_berlaku": _validity(local.date(), letter.frozen.get("masa_berlaku")),
        "ketentuan": letter.frozen.get("ketentuan") or [],
        "kepada": letter.frozen.get("kepada", ""),
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
    return {"tanggal": readable.long_day(local.date()), "jam": f"{local:%H.%M} WITA"}


def _signatures(work: UnitOfWork, case: Case, definition: Definition, letter: Letter) -> dict[str, str]:
    """By field the newest signatures given while the letter was valid, the newest last: others were given for another letter."""
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
            # Drawn anew although it was when it was kept: older releases kept pictures as they came.
            if isinstance(drawn, str) and drawn and (picture := drawings.clean(drawn)):
                signatures.pop(name, None)
                signatures[name] = picture
    return signatures


def _completed_while_valid(work: UnitOfWork, letter: Letter) -> set[str]:
    """Elements last completed while the letter was valid: by the order of the events, which no clock can turn round."""
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
        return readable.answer(definition, field, given.get(element, {}).get(name))

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
    last = readable.day(issued_on + timedelta(days=days))
    return f"Surat ini berlaku {days} hari sejak diterbitkan, sampai dengan {last}."


def _metadata(letter: Letter, html: str) -> typesetting.Metadata:
    return typesetting.Metadata(
        title=f"{letter.title} {letter.number}",
        author=letter.frozen["nama_unit"],
        made_at=letter.issued_at,
        identifier=hashlib.sha256(html.encode()).hexdigest()[:32].encode(),
    )
