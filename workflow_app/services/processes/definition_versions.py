"""The versions of a process: who deployed them and when, how two of them differ, their drawings."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from workflow_app.domain import SYSTEM, NotFound
from workflow_app.engine import differences
from workflow_app.engine.definitions import Definition
from workflow_app.engine.differences import Difference, Kind
from workflow_app.engine.process_folders import MODEL_FILE
from workflow_app.models import Definition as DefinitionRow
from workflow_app.models import User
from workflow_app.permissions import (
    PROCESS_KEEPERS,
    check_role,
)
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of


@dataclass(frozen=True)
class Version:
    """One deployed version."""

    id: UUID
    version: int
    name: str
    is_current: bool
    deployed_at: datetime
    deployed_by: str


@dataclass(frozen=True)
class Pair:
    """The drawings of one process in two versions, with what to mark in each."""

    key: str
    name: str
    before: dict[Kind, list[str]] | None
    """None where the older version does not call this process."""
    after: dict[Kind, list[str]] | None


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side."""

    key: str
    name: str
    before: Version
    after: Version
    groups: list[tuple[str, list[Difference]]]
    """What differs, by what it is about."""
    files: list[Difference]
    """Files by which no case runs: scenarios, examples, the page for the reader."""
    drawings: list[Pair]


def check_keeper(work: UnitOfWork) -> None:
    """Raise `Forbidden` unless the actor looks after the processes. Who keeps the server always
    does.
    """
    if work.actor != SYSTEM:
        check_role(work.actor, PROCESS_KEEPERS)


def of_process(work: UnitOfWork, key: str) -> list[Version]:
    """All versions of a process, newest first. Raises `Forbidden`, `NotFound`."""
    check_keeper(work)
    query = (
        select(DefinitionRow, User.full_name)
        .outerjoin(User, User.id == DefinitionRow.deployed_by)
        .where(DefinitionRow.process_key == key)
        .order_by(DefinitionRow.version.desc())
    )
    found = [
        Version(
            row.id,
            row.version,
            row.name,
            row.is_current,
            row.deployed_at,
            name or "pengelola server",
        )
        for row, name in work.session.execute(query)
    ]
    if not found:
        raise NotFound("Layanan ini belum terpasang.")
    return found


def version_numbered(work: UnitOfWork, key: str, version: int) -> Version:
    """One version of a process. Raises `Forbidden`, `NotFound`."""
    found = next((one for one in of_process(work, key) if one.version == version), None)
    if found is None:
        raise NotFound("Versi ini tidak ada.")
    return found


def compare(work: UnitOfWork, key: str, before: int, after: int) -> Comparison:
    """What two versions differ in. Raises `Forbidden`, `NotFound`, `InvalidDefinition` where one
    cannot be read any more.
    """
    was, becomes = version_numbered(work, key, before), version_numbered(work, key, after)
    old, new = definition_of(work, was.id), definition_of(work, becomes.id)
    found = differences.compare(old, new)
    groups: dict[str, list[Difference]] = {}
    for difference in found:
        groups.setdefault(difference.about, []).append(difference)
    files = groups.pop(differences.OTHER, [])
    return Comparison(
        key, becomes.name, was, becomes, [*groups.items()], files, _drawings(old, new, found)
    )


def _drawings(old: Definition, new: Definition, found: list[Difference]) -> list[Pair]:
    """The process itself, and each called one in which something differs."""
    called = [key for key in dict.fromkeys([*new.called, *old.called]) if _is_shown(key, old, new)]
    return [
        Pair(
            key,
            new.name if key == new.key else new.called.get(key) or old.called[key],
            differences.marks(found, key, is_old=True)
            if key == old.key or key in old.called
            else None,
            differences.marks(found, key, is_old=False)
            if key == new.key or key in new.called
            else None,
        )
        for key in (new.key, *called)
    ]


def _is_shown(key: str, old: Definition, new: Definition) -> bool:
    return any(
        old.files.get(name) != new.files.get(name)
        for name in old.files.keys() | new.files.keys()
        if name.startswith(f"called/{key}/") and not name.endswith((".md", ".yaml"))
    )


def drawing(work: UnitOfWork, key: str, version: int, called: str | None = None) -> str:
    """The model of a version with its drawing, or of a process that it calls. Raises `Forbidden`,
    `NotFound`.
    """
    definition = definition_of(work, version_numbered(work, key, version).id)
    if called is None or called == key:
        return definition.files[MODEL_FILE].decode()
    if called not in definition.called:
        raise NotFound()
    return definition.called_xml(called)
