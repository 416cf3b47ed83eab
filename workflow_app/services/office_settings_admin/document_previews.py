"""How the next letter and the next number would look: the real letter of a case that is never kept,
with invented answers.

How the next message would read, and by which way it would leave the house: with invented
facts.

What a change does to papers: which are due by a schedule, the level they begin with, until when
photos stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from workflow_app.domain import InvalidDefinition
from workflow_app.engine.definitions import Definition, LetterSource
from workflow_app.models import Case, Letter
from workflow_app.permissions import ROLES
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification
from workflow_app.services.intake import captures
from workflow_app.services.letters import digitisation, letters, printing
from workflow_app.services.letters.letters import Statement
from workflow_app.services.letters.printing import Metadata
from workflow_app.services.messages import messages
from workflow_app.services.office_settings import configuration, message_texts, numbers
from workflow_app.services.office_settings_admin import samples
from workflow_app.services.office_settings_admin.wording import Turn
from workflow_app.services.processes import definitions
from workflow_app.services.retention import schedule

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


FACTS = {
    "nomor": "B-CONTOH-000123",
    "layanan": "Contoh layanan",
    "langkah": "petugas menghubungi Anda",
}
FIRST_TEXT = "nomor_berkas"
"""The text on which the number of the unit is shown."""
WAYS = {"telepon": "SMS", "surel": "surel", messages.SLIP: "slip yang dicetak"}
CITIZENS: Mapping[str, Mapping[str, str]] = {
    "Warga dengan telepon dan surel": {"telepon": "0812", "surel": "contoh@contoh.id"},
    "Warga dengan telepon saja": {"telepon": "0812"},
    "Warga tanpa keduanya": {},
}


def of_text(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """The text of a key with invented facts."""
    part = key.partition(".")[2] if key.startswith(message_texts.PREFIX) else FIRST_TEXT
    text = messages.filled(work, part, {**FACTS, "batas_waktu": formatting.moment(work.clock())})
    return {"Pesan berikutnya": [text.title, text.body]}


def of_ways(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """By which way messages reach whom."""
    contacts: Mapping[str, Mapping[str, str]] = configuration.value(work, "kontak_peran")
    leaders = {
        configuration.role_label(work, role): contacts.get(role, {})
        for role in ROLES
        if role in contacts
    }
    return {
        who: [WAYS[messages.first_way(work, contact)[0]]]
        for who, contact in {**CITIZENS, **leaders}.items()
    }


def kept_by_messages(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Messages that were written stay as they are."""
    return [
        "Pesan yang sudah ditulis tidak berubah.",
        f"Pesan yang ditulis {turn.since} memakai yang {turn.which}.",
    ]


def of_schedule(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """How many papers could be proposed for disposal, by row of the schedule; of very many only the
    oldest are counted.
    """
    counted, is_all = schedule.counted(work)
    part = "" if is_all else f" di antara {schedule.LOOKED_AT} dokumen pertama"
    found = {
        f"Dapat diusulkan musnah, {row}": [f"{count} dokumen{part}"]
        for row, count in counted.items()
    }
    return {"Dapat diusulkan musnah, semua": [f"{counted.total()} dokumen{part}"], **found}


def of_levels(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """The level with which the next paper begins: of each process, and of each kind of paper that
    has one of its own.
    """
    labels = configuration.value(work, classification.CONFIGURED)["dokumen"]
    found: dict[str, list[str]] = {}
    for view in definitions.list_current(work):
        case = Case(definition_id=definitions.current(work, view.key).id)
        usual = classification.default_of(work, case, "")
        found[f"{view.name}: dokumen pada umumnya"] = [classification.LABELS[usual]]
        for label in labels:
            if (level := classification.default_of(work, case, label)) != usual:
                found[f"{view.name}: {label}"] = [classification.LABELS[level]]
    return found


def of_photos(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """Until when a photo stays that becomes no paper."""
    ends = work.clock() + timedelta(days=captures.kept_days(work))
    return {
        f"Foto yang diambil {formatting.moment(work.clock())}": [
            f"dihapus mulai {formatting.moment(ends)}"
        ]
    }


def kept_by_schedule(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """What was proposed or disposed of stays so."""
    return [
        "Yang sudah diusulkan atau dimusnahkan tetap menurut baris jadwal saat diusulkan.",
        (
            f"Daftar yang dibuka {turn.since} dihitung dengan jadwal {turn.which}, juga untuk "
            "dokumen lama."
        ),
    ]


def kept_by_levels(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Papers that are there keep their level."""
    return [
        "Dokumen yang sudah ada tetap pada tingkatnya.",
        (
            f"Dokumen yang masuk {turn.since} mulai dengan tingkat {turn.which}, juga pada berkas "
            "yang sudah terbuka."
        ),
    ]


def kept_by_photos(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Photos that wait are counted anew."""
    return [
        (
            f"Pembersihan {turn.since} memakai lama yang {turn.which}, juga untuk foto yang sudah "
            "menunggu."
        )
    ]
