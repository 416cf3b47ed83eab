"""What stands around the words of a letter, as it was configured when the letter was issued: a
later change shows on none.

Letters: issued with everything they state frozen at that instant, and withdrawn with a reason.
The public answer to a letter's QR: valid, withdrawn or unknown, and nothing about any person (R23).
Letters of our own that come back as paper: known for sure by the QR code they were printed with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import select

from archive.models import Page
from workflow_app.domain import (
    WITA,
    Answer,
    Answers,
    Conflict,
    InvalidDefinition,
    InvalidInput,
    NotFound,
    SentraError,
)
from workflow_app.engine.definitions import Definition
from workflow_app.models import Case, Letter, User
from workflow_app.permissions import check_role
from workflow_app.services.cases import access, task_rights
from workflow_app.services.cases import answers as case_answers
from workflow_app.services.core import jobs, unit_of_work, vault
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import access as document_access
from workflow_app.services.forms import requirements
from workflow_app.services.letters import digitisation
from workflow_app.services.office_settings import configuration, numbers
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.retention import disposal as retention_disposal

NO_SIGNATORY = (
    "Surat belum dapat diterbitkan karena pejabat penanda tangan belum diatur. "
    "Minta Ka SPKT mengisinya di Pengaturan kantor, lalu kirim lagi langkah ini."
)


def frame(
    work: UnitOfWork, case: Case, letter: str, meta: Mapping[str, Any], at: datetime, to: str = ""
) -> dict[str, Any]:
    """Return what stands around the words of a letter, as it is at `at`.

    That is letterhead, signatory, place, validity and provisions, the role to which it is written,
    whether its case is confined, the officers who did the steps that the letter names
    (`written_by`, `approved_by`), and the numbers of the other letters of the case.
    Raises `SentraError` where the signatory is still the example and the site is no demo.
    """
    signatory_key = f"penandatangan.{letter}"
    signatory = configuration.value(work, signatory_key, at)
    is_demo: bool = configuration.value(work, "mode_demo", at)
    if not is_demo and _is_example(signatory_key, signatory):
        raise SentraError(NO_SIGNATORY, detail=f"{signatory_key} is still the example")
    return {
        "contoh": is_demo,
        "kop": configuration.value(work, "kop_surat", at),
        "nama_unit": configuration.value(work, "nama_unit", at),
        "tempat_terbit": configuration.value(work, "tempat_terbit", at),
        "penandatangan": signatory,
        "masa_berlaku": configuration.value(work, f"masa_berlaku.{letter}", at),
        "ketentuan": configuration.value(work, f"ketentuan.{letter}", at),
        "kepada": configuration.role_label(work, to) if to else "",
        "khusus": case.confined_to is not None,
        "petugas": _officer(work, case, meta.get("written_by")),
        "penyetuju": _officer(work, case, meta.get("approved_by")),
        "surat_lain": _other_letters(work, case),
    }


def example_signatories(work: UnitOfWork) -> list[str]:
    """Keys of signatories that are still invented, so that their letters are not issued; none on a
    demo site.
    """
    if configuration.value(work, "mode_demo"):
        return []
    keys = (key for key in configuration.SEED if key.startswith("penandatangan."))
    return [key for key in keys if _is_example(key, configuration.value(work, key))]


def _is_example(key: str, signatory: Any) -> bool:
    """Is this still the invented one that the product comes with?"""
    return bool(signatory == configuration.SEED.get(key))


def _other_letters(work: UnitOfWork, case: Case) -> dict[str, str]:
    """Numbers of the letters of the case that hold, by kind: a receipt names the report it is
    for.
    """
    query = select(Letter.kind, Letter.number).where(
        Letter.case_id == case.id, Letter.status == "valid"
    )
    return {
        letter.kind: letter.number
        for letter in work.session.execute(query.order_by(Letter.issued_at))
    }


def _officer(work: UnitOfWork, case: Case, element: str | None) -> dict[str, str] | None:
    """Who last did a step, for letters that are signed by who wrote them, and in whose place he did
    it.
    """
    written = case_answers.newest(work, case.id, [element] if element else [])
    done = written.get(element) if element else None
    officer = (
        work.session.get(User, done.submitted_by)
        if done is not None and done.submitted_by
        else None
    )
    if officer is None or done is None:
        return None
    absent = work.session.get(User, done.on_behalf_of) if done.on_behalf_of else None
    capacity = f", selaku pengganti {absent.rank} {absent.full_name}" if absent else ""
    return {
        "nama": officer.full_name,
        "pangkat": officer.rank,
        "nrp": officer.nrp,
        "selaku": capacity,
    }


LENGTH = 16
"""80 random bits: cannot be guessed, nor found by trying numbers (pitfall 15)."""


@dataclass(frozen=True)
class Verification:
    """What anyone who holds the code may know."""

    status: Literal["valid", "void", "unknown"]
    unit_name: str
    kind_title: str | None = None
    number: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    """Last day of validity, when a validity was configured at issue."""


def new_code() -> str:
    """A fresh random code, in groups: `7K3M-0QXR-...`."""
    return vault.new(LENGTH)


def verify(work: UnitOfWork, code: str) -> Verification:
    """Whether a letter with this code was issued and still holds. Forgives case, spaces, dashes, O
    for 0, I for 1.
    """
    unit_name = str(configuration.value(work, "nama_unit"))
    wanted = normalise(code)
    letter = (
        work.session.scalars(select(Letter).where(Letter.verify_code == wanted)).first()
        if wanted
        else None
    )
    if letter is None:
        return Verification("unknown", unit_name)
    issued_on = letter.issued_at.astimezone(WITA).date()
    days = letter.frozen.get("masa_berlaku")
    return Verification(
        status="void" if letter.status == "void" else "valid",
        unit_name=unit_name,
        kind_title=letter.title,
        number=letter.number,
        issued_on=issued_on,
        valid_until=issued_on + timedelta(days=days) if days else None,
    )


def normalise(code: str) -> str | None:
    """The code as it is stored, or None when it cannot be one."""
    return vault.normalise(code, LENGTH)


WITHDRAWERS = frozenset({"ka_spkt"})
NUMBER_VOIDED = "Suratnya ditarik; alasannya ada pada berkas."


@dataclass(frozen=True)
class Statement:
    """What a letter states about its citizen; kept sealed."""

    answers: dict[str, Answers]
    """Per element."""
    papers: list[dict[str, str]]
    """Papers handed in: evidence, number, issuer, date (ISO or empty)."""
    disposal: list[dict[str, Any]] = field(default_factory=list)
    """Papers that the case was to dispose of, with what became of each; empty in other cases."""
    listed: dict[str, Any] = field(default_factory=digitisation.none)
    """What was digitised, for letters that list it."""


def issue(work: UnitOfWork, case: Case, letter: str, model: str = "", to: str = "") -> UUID:
    """Give `letter` (a template of the case's own definition) its number and freeze what it states.

    A letter of several models counts each by itself: model `a` of the series `LP` is numbered in
    `LP_A`. One to a role of the house (`to`) names it.

    Letterhead, signatory, place and validity are those configured at this instant, so that a later
    change never shows on a letter that is already out. The answers are sealed with the case's key.
    Outside of a demo the example signatory signs nothing: the step fails with a sentence until a
    real one is configured.
    """
    now = work.clock()
    definition = definition_of(work, case.definition_id)
    meta = definition.letter(letter).meta
    letter_id = uuid4()
    series = _required(meta, "series", letter)
    number = numbers.allocate(work, f"{series}_{model.upper()}" if model else series, now)
    work.session.add(
        Letter(
            id=letter_id,
            case_id=case.id,
            definition_id=case.definition_id,
            kind=letter,
            title=_required(meta, "title", letter),
            number_id=number.id,
            number=number.text,
            status="valid",
            verify_code=new_code(),
            frozen=frame(work, case, letter, meta, now, to),
            sealed=work.vault.seal(
                case.data_key, _statement(work, case, definition, meta), _context(letter_id)
            ),
            issued_at=now,
            issued_by=work.actor.user_id,
        )
    )
    work.session.flush()
    unit_of_work.of_case(work, case.id).pop("letters", None)
    unit_of_work.record_case(
        work, case.id, "letter.issued", letter_id=str(letter_id), kind=letter, number=number.text
    )
    return letter_id


def void(work: UnitOfWork, letter_id: UUID, reason: str) -> None:
    """Withdraw a letter together with its number. Both stay on record; the reason is sealed with
    the case's key.

    Its printing without the mark is not handed out any more; a job prints it again with the mark.
    """
    if not reason.strip():
        raise InvalidInput(fields={"reason": "Tulis alasan penarikan surat."})
    letter = work.session.get(Letter, letter_id, with_for_update=True, populate_existing=True)
    if letter is None:
        raise NotFound()
    if letter.status == "void":
        raise task_rights.withdrawn(work, letter)
    numbers.void(work, letter.number_id, NUMBER_VOIDED)
    letter.status = "void"
    letter.voided_at = work.clock()
    letter.voided_by = work.actor.user_id
    case_answers.keep(work, work.session.get_one(Case, letter.case_id), _withdrawal(letter), reason)
    letter.document_id = None
    work.session.flush()
    jobs.defer(work, "reprint_letter", letter_id=str(letter.id))
    unit_of_work.record_case(
        work, letter.case_id, "letter.voided", letter_id=str(letter.id), number=letter.number
    )


def withdraw(work: UnitOfWork, letter_id: UUID, reason: str) -> None:
    """Withdraw a letter after it was handed over. Only Ka SPKT, with a written reason; it is
    printed again as void.

    So are the letters that do not hold without it (`together_with`).
    """
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    case = access.visible_case(work, letter.case_id, lock=True)
    check_role(work.actor, WITHDRAWERS)
    case_answers.check(reason, "Tulis alasan penarikan dengan jelas, paling sedikit sepuluh huruf.")
    work.session.refresh(letter)
    if letter.voided_by == work.actor.user_id and reasons(work, case, [letter]) == [reason.strip()]:
        return  # a double click
    if letter.status != "void" and case.closed_at is None:
        raise Conflict(
            "Berkas ini belum berakhir, jadi suratnya belum dapat ditarik. Bila surat belum "
            "diserahkan, nyatakan isinya "
            "salah pada langkah pemeriksaan surat."
        )
    for one in (letter, *partners(work, case, letter)):
        void(work, one.id, reason)


def of_case(work: UnitOfWork, case_id: UUID) -> list[Letter]:
    """The letters of a case, oldest first."""
    known = unit_of_work.of_case(work, case_id)
    if "letters" not in known:
        query = (
            select(Letter)
            .where(Letter.case_id == case_id)
            .order_by(Letter.issued_at, Letter.number)
        )
        known["letters"] = list(work.session.scalars(query))
    letters: list[Letter] = known["letters"]
    return letters


def statement(work: UnitOfWork, case: Case, letter: Letter) -> Statement:
    """What the letter states, as it was at issue. For printing: no access check, no event."""
    opened: dict[str, Any] = work.vault.open(case.data_key, letter.sealed, _context(letter.id))
    return Statement(
        opened["answers"],
        opened["papers"],
        disposal=opened.get("disposal", []),
        listed=opened.get("listed", digitisation.none()),
    )


def _statement(
    work: UnitOfWork, case: Case, definition: Definition, meta: Mapping[str, Any]
) -> Answers:
    answers: Answers = dict(case_answers.read_answers(work, case))
    stated: Answers = {"answers": answers, "papers": _papers(work, case, definition)}
    if disposal := retention_disposal.stated(work, case.id):
        stated["disposal"] = [*disposal]
    return {**stated, "listed": digitisation.of_batch(work, case)} if meta.get("lists") else stated


def _papers(work: UnitOfWork, case: Case, definition: Definition) -> list[Answer]:
    """The papers that were handed in, when the process asks for any."""
    if not requirements.has_checklist(definition):
        return []
    return [
        {
            "evidence": line.evidence,
            "number": str(given.get("number") or ""),
            "issuer": str(given.get("issuer") or line.issuer),
            "date": str(given.get("date") or ""),
        }
        for line, given in requirements.given_lines(work, case)
    ]


def _context(letter_id: UUID) -> str:
    return f"letter:{letter_id}"


def _withdrawal(letter: Letter) -> str:
    """The kind of remark that says why a letter was withdrawn."""
    return f"penarikan:{letter.id}"


def reasons(work: UnitOfWork, case: Case, found: Sequence[Letter]) -> list[str | None]:
    """Why each of these letters was withdrawn; None for those that hold."""
    is_any_void = any(letter.status == "void" for letter in found)
    words = case_answers.words_of(work, case) if is_any_void else {}
    return [words.get(_withdrawal(letter), letter.void_reason) for letter in found]


def partners(work: UnitOfWork, case: Case, letter: Letter) -> list[Letter]:
    """The valid letters of the case that do not hold without this valid one."""
    kinds = (
        definition_of(work, letter.definition_id).letter(letter.kind).meta.get("together_with", ())
    )
    if letter.status == "void":
        return []
    return [one for one in of_case(work, case.id) if one.kind in kinds and one.status == "valid"]


def _required(meta: Any, key: str, letter: str) -> str:
    value: Answer = meta.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidDefinition(detail=f"letters/{letter}.json: {key} is missing")
    return value


@dataclass(frozen=True)
class Returned:
    """A letter that stands on a page of a paper."""

    page: int
    title: str
    number: str
    is_void: bool
    case_id: UUID
    case_number: str


def of_paper(work: UnitOfWork, document_id: UUID) -> list[Returned]:
    """Our letters on a paper, as far as the actor sees their cases. A code that is in no register
    says nothing.
    """
    document_access.readable(work, document_id)
    query = select(Page.no, Page.codes).where(Page.document_id == document_id, Page.codes != [])
    on_page = {
        code: no
        for no, texts in work.session.execute(query.order_by(Page.no.desc()))
        for text in texts
        if (code := normalise(text.rpartition("/")[2]))
    }
    if not on_page:
        return []
    letters = (
        select(Letter, Case)
        .join(Case, Case.id == Letter.case_id)
        .where(Letter.verify_code.in_(on_page), access.sees_case(work))
    )
    found = [
        Returned(
            on_page[letter.verify_code],
            letter.title,
            letter.number,
            letter.status == "void",
            case.id,
            case.number,
        )
        for letter, case in work.session.execute(letters)
    ]
    return sorted(found, key=lambda each: (each.page, each.number))
