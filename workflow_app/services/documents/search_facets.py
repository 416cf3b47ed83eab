"""Narrowing a search for papers: what was chosen, what may be chosen further, and how many pages
that would leave.

Only what the actor may see and read is counted: the facts of a paper come from the cases through
which he reads it, whatever the index knows besides (`paper_facets`). A choice is a code without
anything personal, fit for an address.
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
"""What can be chosen, by its name in the address; the year is not kept as a facet but known by the
time.
"""
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
"""Codes by name."""


@dataclass(frozen=True)
class Option:
    """Something to choose."""

    name: str
    code: str
    label: str
    count: int
    """Pages among those that were looked at."""


@dataclass(frozen=True)
class Group:
    """What can be chosen of one kind."""

    title: str
    options: Sequence[Option]


@dataclass(frozen=True)
class Chip:
    """What was chosen, to be taken back."""

    name: str
    title: str
    label: str


_Facts = Mapping[str, Mapping[str, str]]
"""What the actor may know of a paper: codes with what they are called, by name."""


class ReadIn(NamedTuple):
    """A case through which the actor reads a paper."""

    case_id: UUID
    number: str
    label: str
    """What the paper is called there."""
    process_key: str
    unit: str


class _Standing(NamedTuple):
    """By what finds are told apart here: of those that stand alike the facts are made and counted
    once.
    """

    label: str
    level: int
    year: str
    cases: tuple[tuple[str, str, str], ...]
    """What it is called in each case, and process and unit of that."""


def chosen(given: Mapping[str, str]) -> dict[str, str]:
    """What an address asks for, without what it cannot mean."""
    return {
        name: given[name]
        for name in NAMES
        if re.fullmatch(_SHAPES[name], given.get(name, ""), re.ASCII)
    }


def scope(
    choice: Choice, document_ids: Select[UUID], within: Collection[UUID] | None = None
) -> Scope:
    """Where the archive is to look."""
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
    """The finds that are left, and what can be chosen of them."""

    found: list[Found]
    groups: Sequence[Group]
    chips: Sequence[Chip]
    cases: Mapping[UUID, ReadIn]
    """By paper the newest of the cases through which the actor reads it."""


def narrow(work: UnitOfWork, found: Sequence[Found], choice: Choice) -> Narrowed:
    """Leave what the actor may know to be as chosen. Two queries, however many finds there are."""
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
    """What a choice is called that leaves nothing."""
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
    """The most frequent ones, years and levels in their order."""
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
    """The cases in which the actor reads the papers, the newest link last."""
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
