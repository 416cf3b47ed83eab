"""Narrowing of a search: what was chosen, what may be chosen further, and how many pages would
remain.

Counts and labels come only from the cases through which the actor reads a document, whatever the
index holds besides (`ingest`). A choice is a code without personal data, fit for an address.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select

from archive.queries import is_one_of
from archive.search import Found, Scope
from workflow_app.domain import WITA, AccessLevel
from workflow_app.models import Case, CaseDocument, Definition
from workflow_app.services.cases import task_rights
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification, ingest
from workflow_app.services.documents.ingest import Facet
from workflow_app.services.office_settings import configuration

YEAR = "tahun"
NAMES = {
    "jenis": Facet.KIND,
    "layanan": Facet.PROCESS,
    YEAR: None,
    "unit": Facet.UNIT,
    "tingkat": Facet.LEVEL,
}
"""Facets by their name in the address. The year is no stored facet; it follows from the time."""
TITLES = {
    "jenis": "Jenis dokumen",
    "layanan": "Layanan",
    YEAR: "Tahun diterima",
    "unit": "Unit",
    "tingkat": "Tingkat akses",
}
_SHAPES = {
    "jenis": r"[0-9a-f]{12}",
    "layanan": r"\w{1,60}",
    YEAR: r"(?:19|20)\d\d",
    "unit": r"[\w-]{1,60}",
    "tingkat": r"[0-3]",
}
MOST_OPTIONS = 8

Choice = Mapping[str, str]
"""Chosen codes by facet name."""


@dataclass(frozen=True)
class Option:
    """One value to choose."""

    name: str
    code: str
    label: str
    count: int
    """Number of pages among those that were examined."""


@dataclass(frozen=True)
class Group:
    """The values of one facet."""

    title: str
    options: Sequence[Option]


@dataclass(frozen=True)
class Chip:
    """A choice in force, which can be removed."""

    name: str
    title: str
    label: str


_Facts = Mapping[str, Mapping[str, str]]
"""What the actor may know of a document: codes and their labels, by facet name."""


class ReadIn(NamedTuple):
    """A case through which the actor reads a document."""

    case_id: UUID
    number: str
    label: str
    """The document's label in this case."""
    process_key: str
    unit: str


class _Standing(NamedTuple):
    """The facts by which hits differ here. Facts of equal hits are computed and counted once."""

    label: str
    level: int
    year: str
    cases: tuple[tuple[str, str, str], ...]
    """Label, process and unit of each case."""


def chosen(given: Mapping[str, str]) -> dict[str, str]:
    """Return the valid choices of an address."""
    return {
        name: given[name]
        for name in NAMES
        if re.fullmatch(_SHAPES[name], given.get(name, ""), re.ASCII)
    }


def scope(
    choice: Choice, document_ids: Select[UUID], within: Collection[UUID] | None = None
) -> Scope:
    """Return the scope in which the archive searches."""
    entries = [
        ingest.entry(facet, choice[name])
        for name, facet in NAMES.items()
        if facet and name in choice
    ]
    found = Scope(document_ids, entries, within=within)
    if YEAR not in choice:
        return found
    year = int(choice[YEAR])
    since, before = (datetime(each, 1, 1, tzinfo=WITA).astimezone(UTC) for each in (year, year + 1))
    return replace(found, since=since, before=before)


@dataclass(frozen=True)
class Narrowed:
    """The remaining hits, and the further choices."""

    found: list[Found]
    groups: Sequence[Group]
    chips: Sequence[Chip]
    cases: Mapping[UUID, ReadIn]
    """Per document the newest case through which the actor reads it."""


def narrow(work: UnitOfWork, found: Sequence[Found], choice: Choice) -> Narrowed:
    """Keep the hits that the actor may know to fit the choice. Takes two queries, however many hits
    there are.
    """
    cases = _cases(work, {one.document_id for one in found})
    standings = [_standing(one, cases.get(one.document_id, ())) for one in found]
    facts = _facts(work, set(standings))
    fitting = {
        each
        for each, known in facts.items()
        if all(code in known[name] for name, code in choice.items())
    }
    counts, labels = _counts(Counter(each for each in standings if each in fitting), facts)
    left = [one for one, standing in zip(found, standings, strict=True) if standing in fitting]
    groups = [
        Group(TITLES[name], options)
        for name in NAMES
        if name not in choice
        and (options := _options(name, counts[name], labels[name]))
        and (len(options) > 1 or options[0].count < len(left))
    ]
    chips = [
        Chip(name, TITLES[name], labels[name].get(code) or _known(work, name, code))
        for name, code in choice.items()
    ]
    return Narrowed(left, groups, chips, {paper: read_in[-1] for paper, read_in in cases.items()})


def _known(work: UnitOfWork, name: str, code: str) -> str:
    """Return the label of a choice that leaves no hit."""
    if name == "tingkat":
        return classification.LABELS[AccessLevel(int(code))]
    if name == "layanan":
        return _process_names(work).get(code, "tidak dikenal")
    return code if name == YEAR else "tidak ada di hasil ini"


def _counts(
    standings: Mapping[_Standing, int], facts: Mapping[_Standing, _Facts]
) -> tuple[dict[str, Counter[str]], dict[str, dict[str, str]]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
    labels: dict[str, dict[str, str]] = {name: {} for name in NAMES}
    for standing, pages in standings.items():
        for name, codes in facts[standing].items():
            counts[name].update(dict.fromkeys(codes, pages))
            labels[name].update(codes)
    return counts, labels


def _options(name: str, counts: Counter[str], labels: Mapping[str, str]) -> list[Option]:
    """Return the most frequent values; years and levels in their own order."""
    some = [
        Option(name, code, labels[code], count) for code, count in counts.most_common(MOST_OPTIONS)
    ]
    if name == YEAR:
        return sorted(some, key=lambda option: option.code, reverse=True)
    return sorted(some, key=lambda option: option.code) if name == "tingkat" else some


def _standing(one: Found, cases: Sequence[ReadIn]) -> _Standing:
    year = str(one.added_at.astimezone(WITA).year)
    known = tuple((case.label, case.process_key, case.unit) for case in cases)
    return _Standing(one.label, one.level, year, known)


def _facts(work: UnitOfWork, standings: Collection[_Standing]) -> dict[_Standing, _Facts]:
    if not standings:
        return {}
    names = _process_names(work)
    own = str(configuration.value(work, "nama_unit"))
    return {
        each: {
            "jenis": {
                ingest.code_of(kind): kind
                for kind in ([label for label, _, _ in each.cases] or [each.label])
            },
            "layanan": {key: names.get(key, key) for _, key, _ in each.cases},
            YEAR: {each.year: each.year},
            "unit": {unit: own if unit == work.actor.unit else unit for _, _, unit in each.cases},
            "tingkat": {str(each.level): classification.LABELS[AccessLevel(each.level)]},
        }
        for each in standings
    }


def _cases(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, list[ReadIn]]:
    """Return per document the cases in which the actor reads it, newest link last."""
    if not ids:
        return {}
    query = (
        select(
            CaseDocument.document_id,
            Case.id,
            Case.number,
            CaseDocument.label,
            Case.process_key,
            Case.unit,
        )
        .join(Case, Case.id == CaseDocument.case_id)
        .where(is_one_of(CaseDocument.document_id, ids), task_rights.readable_case(work))
        .order_by(CaseDocument.added_at)
    )
    found: dict[UUID, list[ReadIn]] = {}
    for document_id, case_id, number, label, key, unit in work.session.execute(query):
        found.setdefault(document_id, []).append(ReadIn(case_id, number, label, key, unit))
    return found


def _process_names(work: UnitOfWork) -> dict[str, str]:
    query = select(Definition.process_key, Definition.name).where(Definition.is_current)
    return dict(work.session.execute(query).all())
