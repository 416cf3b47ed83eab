"""Letters: issued with everything they state frozen at that instant, and withdrawn with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.engine.definitions import Definition
from workflow_app.errors import Conflict, InvalidDefinition, InvalidInput, NotFound
from workflow_app.models.case import Case
from workflow_app.models.letter import Letter
from workflow_app.permissions import check_role
from workflow_app.services.case_file import access, identities, precedence, remarks
from workflow_app.services.correspondence import digitised, letter_frames, verification
from workflow_app.services.forms import requirements
from workflow_app.services.ground import audit, jobs, memory
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.keeping import disposal_minutes
from workflow_app.services.office import numbers
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Answer, Answers

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
    listed: dict[str, Any] = field(default_factory=digitised.none)
    """What was digitised, for letters that list it."""


def issue(work: UnitOfWork, case: Case, letter: str, model: str = "", to: str = "") -> UUID:
    """Give `letter` (a template of the case's own definition) its number and freeze what it states.

    A letter of several models counts each by itself: model `a` of the series `LP` is numbered in `LP_A`. One to a role of the
    house (`to`) names it.

    Letterhead, signatory, place and validity are those configured at this instant, so that a later change never
    shows on a letter that is already out. The answers are sealed with the case's key. Outside of a demo the example
    signatory signs nothing: the step fails with a sentence until a real one is configured.
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
            verify_code=verification.new_code(),
            frozen=letter_frames.frame(work, case, letter, meta, now, to),
            sealed=work.vault.seal(
                case.data_key, _statement(work, case, definition, meta), _context(letter_id)
            ),
            issued_at=now,
            issued_by=work.actor.user_id,
        )
    )
    work.session.flush()
    memory.of_case(work, case.id).pop("letters", None)
    audit.record_case(
        work, case.id, "letter.issued", letter_id=str(letter_id), kind=letter, number=number.text
    )
    return letter_id


def void(work: UnitOfWork, letter_id: UUID, reason: str) -> None:
    """Withdraw a letter together with its number. Both stay on record; the reason is sealed with the case's key.

    Its printing without the mark is not handed out any more; a job prints it again with the mark.
    """
    if not reason.strip():
        raise InvalidInput(fields={"reason": "Tulis alasan penarikan surat."})
    letter = work.session.get(Letter, letter_id, with_for_update=True, populate_existing=True)
    if letter is None:
        raise NotFound()
    if letter.status == "void":
        raise precedence.withdrawn(work, letter)
    numbers.void(work, letter.number_id, NUMBER_VOIDED)
    letter.status = "void"
    letter.voided_at = work.clock()
    letter.voided_by = work.actor.user_id
    remarks.keep(work, work.session.get_one(Case, letter.case_id), _withdrawal(letter), reason)
    letter.document_id = None
    work.session.flush()
    jobs.defer(work, "reprint_letter", letter_id=str(letter.id))
    audit.record_case(work, letter.case_id, "letter.voided", letter_id=str(letter.id), number=letter.number)


def withdraw(work: UnitOfWork, letter_id: UUID, reason: str) -> None:
    """Withdraw a letter after it was handed over. Only Ka SPKT, with a written reason; it is printed again as void.

    So are the letters that do not hold without it (`together_with`).
    """
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    case = access.visible_case(work, letter.case_id, lock=True)
    check_role(work.actor, WITHDRAWERS)
    remarks.check(reason, "Tulis alasan penarikan dengan jelas, paling sedikit sepuluh huruf.")
    work.session.refresh(letter)
    if letter.voided_by == work.actor.user_id and reasons(work, case, [letter]) == [reason.strip()]:
        return  # a double click
    if letter.status != "void" and case.closed_at is None:
        raise Conflict(
            "Berkas ini belum berakhir, jadi suratnya belum dapat ditarik. Bila surat belum diserahkan, nyatakan isinya "
            "salah pada langkah pemeriksaan surat."
        )
    for one in (letter, *partners(work, case, letter)):
        void(work, one.id, reason)


def of_case(work: UnitOfWork, case_id: UUID) -> list[Letter]:
    """The letters of a case, oldest first."""
    known = memory.of_case(work, case_id)
    if "letters" not in known:
        query = select(Letter).where(Letter.case_id == case_id).order_by(Letter.issued_at, Letter.number)
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
        listed=opened.get("listed", digitised.none()),
    )


def _statement(work: UnitOfWork, case: Case, definition: Definition, meta: Mapping[str, Any]) -> Answers:
    answers: Answers = dict(identities.read_answers(work, case))
    stated: Answers = {"answers": answers, "papers": _papers(work, case, definition)}
    if disposal := disposal_minutes.stated(work, case.id):
        stated["disposal"] = [*disposal]
    return {**stated, "listed": digitised.of_batch(work, case)} if meta.get("lists") else stated


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
    words = remarks.words_of(work, case) if is_any_void else {}
    return [words.get(_withdrawal(letter), letter.void_reason) for letter in found]


def partners(work: UnitOfWork, case: Case, letter: Letter) -> list[Letter]:
    """The valid letters of the case that do not hold without this valid one."""
    kinds = definition_of(work, letter.definition_id).letter(letter.kind).meta.get("together_with", ())
    if letter.status == "void":
        return []
    return [one for one in of_case(work, case.id) if one.kind in kinds and one.status == "valid"]


def _required(meta: Any, key: str, letter: str) -> str:
    value: Answer = meta.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidDefinition(detail=f"letters/{letter}.json: {key} is missing")
    return value
