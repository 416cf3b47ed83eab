"""What moving running cases to a version of their process would do: how many can, which cannot and
why (decision 0048).
"""

import logging
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from workflow_app.domain import SYSTEM, InvalidDefinition, NotFound
from workflow_app.engine import differences, migration_obstacles
from workflow_app.engine.definitions import Definition
from workflow_app.engine.migration_obstacles import Obstacle, Verdict
from workflow_app.models import Case, Letter
from workflow_app.models import Definition as DefinitionRow
from workflow_app.services.cases import access
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes import definition_versions, definitions
from workflow_app.services.processes.definition_versions import Version
from workflow_app.services.processes.definitions import definition_of

BATCH = 500
log = logging.getLogger(__name__)

BROKEN = Verdict(
    (Obstacle("", "Keadaan berkas ini tidak dapat dibaca mesin proses. Hubungi admin."),)
)
UNREADABLE = Verdict((Obstacle("", "Versi lama proses ini tidak dapat dibaca lagi."),))
_judged: dict[object, Verdict] = {}
"""Verdicts by what they depend on: most cases of a process stand at few places."""
MOST_JUDGED = 20_000


@dataclass(frozen=True)
class Placed:
    """What of a case decides whether it can be moved."""

    id: UUID
    number: str
    definition_id: UUID
    state: bytes
    passed: list[str]


@dataclass(frozen=True)
class Standing:
    """The running cases of one version."""

    version: Version
    movable: list[tuple[UUID, str]] = field(default_factory=list)
    """Cases that can be moved, with their numbers; oldest first."""
    kept: list[tuple[UUID, str, tuple[str, ...]]] = field(default_factory=list)
    """Cases that cannot, with the reasons."""
    reasons: Counter[str] = field(default_factory=Counter)
    """How many cases each reason keeps."""
    skipped: Counter[str] = field(default_factory=Counter)
    """New steps that so many of the movable cases will not do, because they have gone past them."""

    @property
    def running(self) -> int:
        """All running cases of this version."""
        return len(self.movable) + len(self.kept)


@dataclass(frozen=True)
class Preview:
    """What moving to a version would do."""

    target: Version | None
    """None for a folder that is not deployed yet."""
    standings: list[Standing]
    """Of every version with running cases, newest first; the target has none to move."""
    differences: int = 0
    """Of a folder: in how many things it differs from the current version."""

    @property
    def movable(self) -> int:
        """How many cases could be moved."""
        return sum(len(standing.movable) for standing in self.standings)


def preview(work: UnitOfWork, key: str, version: int) -> Preview:
    """What moving the running cases of a process to one of its versions would do. Raises
    `Forbidden`, `NotFound`.
    """
    target = definition_versions.version_numbered(work, key, version)
    return Preview(target, _standings(work, key, definition_of(work, target.id)))


def preview_of(work: UnitOfWork, folder: Path) -> Preview:
    """The same for a folder, deployed or not. A process that is new has no cases. Raises
    `InvalidDefinition`.
    """
    definition = definitions.read(folder)
    try:
        current = definition_of(work, definitions.current(work, definition.key).id)
    except NotFound:
        return Preview(None, [])
    return Preview(
        None,
        _standings(work, definition.key, definition),
        len(differences.compare(current, definition)),
    )


def numbered(work: UnitOfWork, key: str, numbers: Collection[str]) -> list[UUID]:
    """The running cases of a process with these numbers. Raises `NotFound` where one is none of
    them.
    """
    query = select(Case.number, Case.id).where(
        Case.process_key == key, Case.number.in_(numbers), is_running(work)
    )
    found = dict(work.session.execute(query).tuples().all())
    if missing := [number for number in numbers if number not in found]:
        raise NotFound(f"Tidak ada berkas berjalan dengan nomor {', '.join(missing)}.")
    return [found[number] for number in numbers]


def count_running(work: UnitOfWork) -> dict[str, Counter[bool]]:
    """How many running cases of each process are on its current version, and how many are not."""
    definition_versions.check_keeper(work)
    query = (
        select(Case.process_key, DefinitionRow.is_current, func.count())
        .join(DefinitionRow, DefinitionRow.id == Case.definition_id)
        .where(is_running(work))
        .group_by(Case.process_key, DefinitionRow.is_current)
    )
    found: dict[str, Counter[bool]] = defaultdict(Counter)
    for key, is_current, count in work.session.execute(query):
        found[key][is_current] = count
    return found


def is_running(work: UnitOfWork) -> ColumnElement[bool]:
    """Open cases for which the actor answers; who keeps the server answers for all. What is behind
    a wall is not counted either.
    """
    is_open = Case.closed_at.is_(None)
    return is_open if work.actor == SYSTEM else is_open & access.minds_case(work)


def _standings(work: UnitOfWork, key: str, new: Definition) -> list[Standing]:
    definition_versions.check_keeper(work)
    try:
        versions = definition_versions.of_process(work, key)
    except NotFound:
        return []
    found = {version.id: Standing(version) for version in versions}
    for case, letters in _running(work, key):
        standing = found[case.definition_id]
        if _is_same(work, case.definition_id, new):
            standing.kept.append((case.id, case.number, ()))
            continue
        verdict = judge(work, case, new, letters)
        if verdict.obstacles:
            reasons = tuple(obstacle.sentence for obstacle in verdict.obstacles)
            standing.kept.append((case.id, case.number, reasons))
            standing.reasons.update(reasons)
        else:
            standing.movable.append((case.id, case.number))
            standing.skipped.update(verdict.skipped)
    return [standing for standing in found.values() if standing.running]


def _is_same(work: UnitOfWork, definition_id: UUID, new: Definition) -> bool:
    try:
        return definition_of(work, definition_id).hash == new.hash
    except InvalidDefinition:
        return False


def _running(work: UnitOfWork, key: str) -> Iterator[tuple[Placed, frozenset[str]]]:
    """The running cases of a process, oldest first, with the kinds of letters each has issued."""
    query = (
        select(Case.id, Case.number, Case.definition_id, Case.state, Case.passed)
        .where(Case.process_key == key, is_running(work))
        .order_by(Case.opened_at, Case.id)
    )
    issued: dict[UUID, set[str]] = defaultdict(set)
    lettered = select(Letter.case_id, Letter.kind).join(Case, Case.id == Letter.case_id)
    for case_id, kind in work.session.execute(
        lettered.where(Case.process_key == key, is_running(work))
    ):
        issued[case_id].add(kind)
    for row in work.session.execute(query.execution_options(yield_per=BATCH)):
        yield Placed(*row), frozenset(issued[row.id])


def placed(work: UnitOfWork, case: Case) -> tuple[Placed, frozenset[str]]:
    """The same of one case."""
    letters = work.session.scalars(select(Letter.kind).where(Letter.case_id == case.id))
    return Placed(case.id, case.number, case.definition_id, case.state, case.passed), frozenset(
        letters
    )


def judge(work: UnitOfWork, case: Placed, new: Definition, letters: frozenset[str]) -> Verdict:
    """Whether one case can be moved. What cases have in common is looked at once."""
    try:
        old = definition_of(work, case.definition_id)
    except InvalidDefinition:
        return UNREADABLE
    try:
        about = (
            old.hash,
            new.hash,
            migration_obstacles.shape(case.state),
            tuple(case.passed),
            letters,
        )
    except (ValueError, KeyError, zlib.error) as error:
        log.error("state of case %s: %s", case.id, type(error).__name__)
        return BROKEN
    if about not in _judged:
        if len(_judged) >= MOST_JUDGED:
            _judged.clear()
        _judged[about] = migration_obstacles.judge(
            old, new, case.state, work.clock(), done=case.passed, letters=letters
        )
    return _judged[about]
