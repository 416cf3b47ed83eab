"""The SOP clause by clause for everybody: what carries each, what proved it, and whether that still
holds on this installation.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workflow_app.engine.definitions import Element, drawing_of
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes import clauses, definitions
from workflow_app.services.processes.clauses import RecordedClause, Verdict
from workflow_app.services.processes.definitions import definition_of

CHAPTERS = {
    "I": "I. Pendahuluan",
    "II": "II. Pelaksanaan pelayanan publik",
    "III.1": "III.1 Penerimaan pengaduan",
    "III.2.a": "III.2.a Pengaduan langsung",
    "III.2.b": "III.2.b Pengaduan tidak langsung",
    "III.2.c": "III.2.c Arsip dan publikasi",
    "IV.1": "IV.1 Mekanisme pengaduan",
    "IV.2": "IV.2 Laporan Polisi",
    "IV.3": "IV.3 Surat keterangan kehilangan (SKTLK)",
    "IV.4": "IV.4 Laporan lewat telepon dan mendatangi TKP",
    "IV.5": "IV.5 Surat lain dan layanan fungsi lain",
    "IV.6": "IV.6 Tanpa biaya",
    "V.1": "V.1 Hubungan dengan satuan fungsi",
    "V.2": "V.2 Hubungan dengan bagian dan seksi",
    "VI": "VI. Penutup",
}
"""Place in the SOP to heading; a clause belongs to the longest that its place begins with."""
ELSEWHERE = "Lainnya"


class Status(StrEnum):
    """What can be said of a clause on this installation."""

    HOLDS = "terbukti"
    CONDUCT = "sikap"
    CHANGED = "berubah"
    """It was proven of other versions of the processes than run here."""
    OPEN = "belum"
    FAILS = "gagal"


@dataclass(frozen=True)
class ClauseView:
    """One clause as the page shows it."""

    clause: RecordedClause
    status: Status
    changed: tuple[str, ...]
    """Names of the processes that run here in another version than was proven."""


@dataclass(frozen=True)
class ClauseMap:
    """The page: what was asked for, by chapters."""

    chapters: list[tuple[str, list[ClauseView]]]
    counts: Mapping[Status, int]
    """Of all clauses, whatever was asked for."""
    found: int
    names: Mapping[str, str]
    """Processes by key."""
    drawn: frozenset[str]
    """Keys of those that are deployed here, so that their drawing can be shown."""


@dataclass(frozen=True)
class Carrying:
    """An element of a drawing and the clauses it carries out."""

    element: str
    name: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class ProcessMap:
    """One process with the clauses of its elements."""

    key: str
    name: str
    version: int
    is_proven: bool
    """It is the version that the release was proven with."""
    carrying: list[Carrying]


def show(
    work: UnitOfWork,
    release: Path,
    *,
    words: str = "",
    status: str = "",
    process: str = "",
    element: str = "",
) -> ClauseMap:
    """All clauses in which every word is found, of this status, carried by this process or by this
    element of it.
    """
    record = clauses.read(release)
    deployed = {each.key: each.content_hash for each in definitions.list_current(work)}
    changed = {key for key, hash_ in record.processes.items() if deployed.get(key) != hash_}
    every = [_view(clause, changed, record.names) for clause in record.clauses]
    chapters: dict[str, list[ClauseView]] = {}
    for view in every:
        if (
            status in ("", view.status)
            and _is_carried(view.clause, process, element)
            and _says(view, words)
        ):
            chapters.setdefault(chapter(view.clause.sop), []).append(view)
    return ClauseMap(
        chapters=list(chapters.items()),
        counts=Counter(view.status for view in every),
        found=sum(map(len, chapters.values())),
        names=record.names,
        drawn=frozenset(deployed),
    )


def of_process(work: UnitOfWork, release: Path, key: str) -> ProcessMap:
    """The deployed version of a process. Raises `NotFound`."""
    row = definitions.current(work, key)
    definition = definition_of(work, row.id)
    is_proven = clauses.read(release).processes.get(key) == row.content_hash
    return ProcessMap(
        key, definition.name, row.version, is_proven, carrying(definition.elements.values(), key)
    )


def drawing(work: UnitOfWork, key: str) -> bytes:
    """The drawing of the deployed version, without what the engine needs besides. Raises
    `NotFound`.
    """
    return drawing_of(definition_of(work, definitions.current(work, key).id).bpmn_xml)


def carrying(elements: Iterable[Element], process: str) -> list[Carrying]:
    """The elements in the drawing of this process that carry out clauses, in its order."""
    return [
        Carrying(element.id, element.name or element.id, element.clauses)
        for element in elements
        if element.process == process and element.clauses
    ]


def chapter(place: str) -> str:
    """The heading under which a place in the SOP stands."""
    parts = place.split(",")[0].split(".")
    begins = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((CHAPTERS[one] for one in begins if one in CHAPTERS), ELSEWHERE)


def _view(clause: RecordedClause, changed: Iterable[str], names: Mapping[str, str]) -> ClauseView:
    concerned = tuple(names[key] for key in sorted(clause.processes & set(changed)))
    if clause.verdict is Verdict.HOLDS and concerned:
        return ClauseView(clause, Status.CHANGED, concerned)
    return ClauseView(clause, Status(clause.verdict), ())


def _is_carried(clause: RecordedClause, process: str, element: str) -> bool:
    if not process:
        return True
    if not element:
        return process in clause.processes
    return any((one.process, one.id) == (process, element) for one in clause.elements)


def _says(view: ClauseView, words: str) -> bool:
    clause = view.clause
    told = [clause.id, clause.sop, clause.text, clause.shown, clause.lacking]
    text = " ".join([*told, *(one.name for one in clause.elements)]).casefold()
    return all(
        word == clause.id.casefold() if _is_number(word) else word in text
        for word in words.casefold().split()
    )


def _is_number(word: str) -> bool:
    """`r5` asks for that clause, and not for all whose number begins so."""
    return word[:1] == "r" and word[1:].isdecimal()
