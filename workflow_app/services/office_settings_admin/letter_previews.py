"""How the next letter and the next number would look: the real letter of a case that is never kept,
with invented answers.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from workflow_app.domain import InvalidDefinition
from workflow_app.engine.definitions import Definition, LetterSource
from workflow_app.models import Case, Letter
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import digitisation, letters, printing
from workflow_app.services.letters.letters import Statement
from workflow_app.services.letters.printing import Metadata
from workflow_app.services.office_settings import configuration, numbers
from workflow_app.services.office_settings_admin import samples
from workflow_app.services.office_settings_admin.wording import Turn
from workflow_app.services.processes import definitions

LETTERHEAD = "sktlk"
"""The letter on which a changed letterhead is shown."""
OFFICER = {"nama": "CONTOH PETUGAS", "pangkat": "BRIPDA", "nrp": "00000000"}
SITE = "https://contoh.invalid"
PAPER = {
    "evidence": "Contoh bukti",
    "number": "001/CONTOH",
    "issuer": "Contoh penerbit",
    "date": "2026-01-02",
}


@dataclass(frozen=True)
class Sheet:
    """A letter ready to be typeset: what needs the database is done."""

    html: str
    metadata: Metadata


def of_number(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """The next two numbers of a series."""
    series = key.partition(".")[2]
    return {
        "Dua nomor berikutnya": [
            numbers.allocate(work, series, work.clock()).text for _ in range(2)
        ]
    }


def sheet(work: UnitOfWork, key: str) -> Sheet | None:
    """The letter on which a change of `key` would be seen; None where it is seen on none. Raises
    `SentraError` with the sentence that would keep the letter from being issued.
    """
    found = _letter_of(work, key)
    if found is None:
        return None
    definition, kind, model = found
    source = definition.letter(kind)
    case = samples.case(work, definition)
    letter = work.session.get_one(Letter, letters.issue(work, case, kind, model))
    letter.frozen = {**letter.frozen, "contoh": True, **_officers(source)}
    made = Metadata(letter.title, letter.frozen["nama_unit"], letter.issued_at, b"contoh")
    return Sheet(_filled(definition, source, letter), made)


def _filled(definition: Definition, source: LetterSource, letter: Letter) -> str:
    """The letter with the answers of the first scenario that answers all it states."""
    refusal: InvalidDefinition | None = None
    for answers in samples.answers(definition, {*source.meta.get("requires", ())}):
        statement = Statement(answers, [PAPER], listed=digitisation.none())
        try:
            context = printing.context_of(letter, definition, statement, SITE, {})
            return printing.fill(source, context)
        except InvalidDefinition as error:
            refusal = error
    raise refusal or InvalidDefinition(detail=f"{definition.key}: no scenario")


def kept_by_letters(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Letters that are out keep what they state."""
    found = _letter_of(work, key)
    kinds = [found[1]] if found and "." in key else []
    query = select(func.count()).select_from(Letter).join(Case, Case.id == Letter.case_id)
    query = query.where(Letter.status == "valid", *samples.known_cases(work))
    count = work.session.scalar(query.where(Letter.kind.in_(kinds)) if kinds else query) or 0
    return [
        f"{count} surat yang sudah terbit tidak berubah.",
        (
            f"Surat yang terbit {turn.since} memakai yang {turn.which}, juga pada berkas yang "
            "sudah terbuka."
        ),
    ]


def kept_by_numbers(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Numbers that were given stay. How many these are is not said: some are of cases that are kept
    from the reader (R79).
    """
    return [
        "Nomor yang sudah diberikan tidak berubah.",
        f"Nomor yang diberikan {turn.since} memakai pola {turn.which}; hitungannya berlanjut.",
    ]


def _letter_of(work: UnitOfWork, key: str) -> tuple[Definition, str, str] | None:
    """The process, the letter and its model that a key is about."""
    family, _, part = key.partition(".")
    for definition in definitions.current_definitions(work):
        for kind, source in definition.letters.items():
            series = str(source.meta.get("series", ""))
            model = part.removeprefix(f"{series}_").lower() if part.startswith(f"{series}_") else ""
            if family == "pola_nomor" and (part == series or model):
                return definition, kind, model
            if family != "pola_nomor" and kind == (part or LETTERHEAD):
                return definition, kind, _first_model(series)
    return None


def _first_model(series: str) -> str:
    """Series of several models count each by itself; one stands for all."""
    return "" if f"pola_nomor.{series}" in configuration.SEED else "b"


def _officers(source: LetterSource) -> dict[str, Any]:
    named = {"petugas": "written_by", "penyetuju": "approved_by"}
    return {who: OFFICER for who, by in named.items() if by in source.meta}
