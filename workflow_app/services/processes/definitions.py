"""Deployed processes: deploying a folder, and the definition a case runs under.

Elements and flows of a definition have short numbers, under which the event log names them.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from workflow_app.domain import InvalidDefinition, NotFound, Variables
from workflow_app.engine import definitions, process_folders, rehearsal
from workflow_app.engine.definitions import Definition, Element
from workflow_app.engine.linting.linter import between, lint
from workflow_app.engine.linting.source import Finding
from workflow_app.engine.rehearsal import Coverage
from workflow_app.models import Definition as DefinitionRow
from workflow_app.models import DefinitionFile, ModelPart
from workflow_app.permissions import (
    CASE_MINDERS,
    CASE_STARTERS,
    OVERSEERS,
    ROLES,
    check_role,
    has_role,
)
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration_keys

_numbers: dict[UUID, dict[str, int]] = {}
"""Versions never change, and neither do their numbers once they are committed."""


def flow_key(source: str, target: str) -> str:
    """How a flow is named: there is one between two elements at most."""
    return f"{source}>{target}"


def numbers(work: UnitOfWork, definition_id: UUID, definition: Definition) -> Mapping[str, int]:
    """Number of each element (by id) and flow (by `flow_key`). Given when a version is deployed, or
    first needs them, and then for good."""
    if definition_id not in _numbers:
        found = _read(work, definition_id)
        missing = [key for key in _keys(definition) if key not in found]
        if missing:
            return _number(work, definition_id, missing)
        _numbers[definition_id] = found
    return _numbers[definition_id]


def keys(work: UnitOfWork, numbers: Iterable[int]) -> dict[int, str]:
    """Ids of elements and keys of flows behind these numbers, of whatever version."""
    query = select(ModelPart.id, ModelPart.key).where(ModelPart.id.in_({*numbers}))
    return dict(work.session.execute(query).all())


def _number(work: UnitOfWork, definition_id: UUID, keys: Iterable[str]) -> Mapping[str, int]:
    """Not kept in memory before they are committed: who rolls back gave no numbers."""
    rows = [{"definition_id": definition_id, "key": key} for key in keys]
    work.session.execute(insert(ModelPart).values(rows).on_conflict_do_nothing())
    return _read(work, definition_id)


def _read(work: UnitOfWork, definition_id: UUID) -> dict[str, int]:
    query = select(ModelPart.key, ModelPart.id).where(ModelPart.definition_id == definition_id)
    return dict(work.session.execute(query).all())


def _keys(definition: Definition) -> list[str]:
    """Elements and flows of the process and of those it calls."""
    return [
        *definition.elements,
        *(flow_key(source, target) for source, target in definition.flows),
    ]


CURRENT = "current definitions"
FORMER = {"disposal_propam": "Pemusnahan arsip Propam"}
"""Processes whose folder is gone, with their names: what began under them continues by the stored
definition, and settings still name them; no case begins.
"""
_CURRENT = select(DefinitionRow).where(DefinitionRow.is_current).order_by(DefinitionRow.process_key)
_versions: dict[UUID, int] = {}
_loaded: dict[UUID, Definition] = {}
_working: dict[str, frozenset[str]] = {}
"""Definitions never change, so what was parsed once in this process stays valid."""


@dataclass(frozen=True)
class ProcessView:
    """The current version of a process."""

    key: str
    name: str
    version: int
    content_hash: str
    deployed_at: datetime


@dataclass(frozen=True)
class Service:
    """What can be begun at the counter."""

    key: str
    name: str
    purpose: str
    """When it is chosen, in one sentence; may be empty."""


@dataclass(frozen=True)
class Deployment:
    """What `deploy` did."""

    key: str
    version: int
    is_new: bool
    """False when exactly this folder was deployed before."""


def read(folder: Path) -> Definition:
    """The definition in a folder, without deploying it. Raises `InvalidDefinition`."""
    return definitions.load(process_folders.read_folder(folder))


def check_folder(folder: Path) -> list[Finding]:
    """What the linter finds in a folder."""
    return lint(process_folders.read_folder(folder), ROLES, configuration_keys.SEED)


def coverage_of(release: Iterable[Path]) -> list[Coverage]:
    """What the scenarios of these folders take. Raises `InvalidDefinition`, `ScenarioFailed` where
    one fails.
    """
    return rehearsal.measure(map(read, release))


def check_kinship(folder: Path, release: Iterable[Path]) -> list[Finding]:
    """What a folder without other findings names in the folders of the release that is not
    there.
    """
    others = {definition.key: definition for definition in map(read, release)}
    return list(between(read(folder), others))


def check_blocks(root: Path) -> list[Finding]:
    """Return a finding for each shared block of the release that no form names."""
    message = "Blok ini tidak dipakai formulir mana pun."
    return [
        Finding("form-block-unused", name, message) for name in process_folders.unused_blocks(root)
    ]


def deploy(work: UnitOfWork, folder: Path) -> Deployment:
    """Make `folder` the current version of its process, one deployment after the other.

    Raises `InvalidDefinition` when the linter finds faults.
    """
    files = process_folders.read_folder(folder)
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("deployment", 0))))
    known = _known(work, process_folders.content_hash(files))
    if known is not None and known.is_current:
        return Deployment(known.process_key, known.version, is_new=False)
    findings = lint(files, ROLES, configuration_keys.SEED)
    if findings:
        raise InvalidDefinition(detail="; ".join(str(finding) for finding in findings))
    definition = definitions.load(files)
    work.session.execute(
        update(DefinitionRow)
        .where(DefinitionRow.process_key == definition.key)
        .values(is_current=False)
    )
    row = known or _add(work, definition)
    row.is_current = True
    work.session.flush()
    numbers(work, row.id, definition)
    work.session.info.pop(CURRENT, None)
    unit_of_work.record(
        work,
        f"process:{row.process_key}",
        "process.deployed",
        version=row.version,
        hash=row.content_hash,
    )
    return Deployment(row.process_key, row.version, is_new=known is None)


def _known(work: UnitOfWork, content_hash: str) -> DefinitionRow | None:
    """The row of exactly these files."""
    return work.session.scalars(
        select(DefinitionRow).where(DefinitionRow.content_hash == content_hash)
    ).first()


def _add(work: UnitOfWork, definition: Definition) -> DefinitionRow:
    last = work.session.scalar(
        select(func.max(DefinitionRow.version)).where(DefinitionRow.process_key == definition.key)
    )
    row = DefinitionRow(
        id=uuid4(),
        process_key=definition.key,
        version=(last or 0) + 1,
        name=definition.name,
        content_hash=definition.hash,
        is_current=False,
        deployed_at=work.clock(),
        deployed_by=work.actor.user_id,
    )
    work.session.add(row)
    work.session.flush()
    work.session.add_all(
        DefinitionFile(definition_id=row.id, path=path, content=content)
        for path, content in definition.files.items()
    )
    return row


def list_current(work: UnitOfWork) -> list[ProcessView]:
    """The current version of every process."""
    return [_view(row) for row in _current_rows(work)]


def current_definitions(work: UnitOfWork) -> list[Definition]:
    """The current version of every process, parsed. Read once per unit of work: a page asks more
    than once.
    """
    if CURRENT not in work.session.info:
        work.session.info[CURRENT] = [definition_of(work, row.id) for row in _current_rows(work)]
    known: list[Definition] = work.session.info[CURRENT]
    return known


def concerning(work: UnitOfWork) -> list[ProcessView]:
    """The processes that may bring the actor a task; all of them for who oversees the unit."""
    roles, sees_all = work.actor.roles, has_role(work.actor, OVERSEERS | CASE_MINDERS)
    found = ((row, definition_of(work, row.id)) for row in _current_rows(work))
    return [
        _view(row)
        for row, definition in found
        if sees_all or not _workers(definition).isdisjoint(roles)
    ]


def _workers(definition: Definition) -> frozenset[str]:
    """All roles that may come to have a task in it."""
    if definition.hash not in _working:
        tasks = (element for element in definition.elements.values() if element.kind == "userTask")
        _working[definition.hash] = frozenset().union(
            *(_roles_of(definition, task) for task in tasks)
        )
    return _working[definition.hash]


def _roles_of(definition: Definition, element: Element) -> frozenset[str]:
    """Whose task it can be: its lane's, or where a variable names the role, those that a choice, a
    table or the beginning can give.
    """
    variable = element.properties.get("roleFrom")
    if variable is None:
        return frozenset({element.role})
    fields = (field for form in definition.forms.values() for field in form.fields.values())
    chosen = {
        option
        for field in fields
        if field.control and field.name == variable
        for option in field.options
    }
    decided = {
        str(row.get(variable) or "")
        for table in definition.decisions.values()
        for row in table.rows
    }
    return frozenset(
        chosen | decided | {*(definition.started_by if variable == definition.started_as else ())}
    )


def startable(work: UnitOfWork) -> list[Service]:
    """The processes that the actor may start, the most urgent first."""
    found = (definition_of(work, row.id) for row in _current_rows(work))
    ours = [one for one in found if _is_offered(one) and has_role(work.actor, starters(one))]
    return [
        Service(one.key, one.name, one.purpose) for one in sorted(ours, key=lambda one: one.rank)
    ]


def _is_offered(definition: Definition) -> bool:
    return definition.is_startable and definition.key not in FORMER


def starters(definition: Definition) -> frozenset[str]:
    """The roles whose people begin cases of this process."""
    return frozenset(definition.started_by) or CASE_STARTERS


def beginner(work: UnitOfWork, key: str, begins_with: Variables) -> dict[str, str]:
    """Return the control variable that says in which role the actor begins a case (`startedAs`).

    It is the role that `begins_with` says, which he must have, or the first that the process names
    among his. Nothing where no step asks. Raises `Forbidden`.
    """
    definition = definition_of(work, current(work, key).id)
    asked, held = definition.started_as, [*definition.started_by]
    if asked in begins_with:
        held = [role for role in held if role == begins_with[asked]]
        check_role(work.actor, frozenset(held))
    found = next((role for role in held if role in work.actor.roles), None)
    return {asked: found} if asked and found else {}


def check_startable(work: UnitOfWork, key: str) -> None:
    """Raise `Forbidden` where other roles begin the cases of a process, `NotFound` where no person
    does: only other cases begin or call it.
    """
    definition = definition_of(work, current(work, key).id)
    check_role(work.actor, starters(definition))
    if not _is_offered(definition):
        raise NotFound("Layanan ini dimulai dari berkas lain. Buka berkas yang memerlukannya.")


def names_in_settings(key: str, confined_to: str | None) -> tuple[str, ...]:
    """Return the processes by which settings may speak of a case of process `key`, closest first.

    A confined disposal has a row of its own in the retention schedule, and may have a level of its
    own for its documents, under the key of the process that it was before.
    """
    return ("disposal_propam", key) if key == "disposal" and confined_to else (key,)


def _current_rows(work: UnitOfWork) -> Iterable[DefinitionRow]:
    return work.session.scalars(_CURRENT)


def _view(row: DefinitionRow) -> ProcessView:
    return ProcessView(row.process_key, row.name, row.version, row.content_hash, row.deployed_at)


def current(work: UnitOfWork, key: str) -> DefinitionRow:
    """The row of the current version; raises `NotFound`."""
    row = work.session.scalars(
        select(DefinitionRow).where(DefinitionRow.process_key == key, DefinitionRow.is_current)
    ).first()
    if row is None:
        raise NotFound("Layanan ini belum terpasang. Hubungi admin.")
    return row


def definition_of(work: UnitOfWork, definition_id: UUID) -> Definition:
    """The parsed definition with this id."""
    if definition_id not in _loaded:
        row = work.session.get_one(DefinitionRow, definition_id)
        _loaded[definition_id] = definitions.known(row.content_hash) or definitions.load_deployed(
            _files_of(work, definition_id)
        )
    return _loaded[definition_id]


def _files_of(work: UnitOfWork, definition_id: UUID) -> dict[str, bytes]:
    query = select(DefinitionFile.path, DefinitionFile.content).where(
        DefinitionFile.definition_id == definition_id
    )
    return {row.path: row.content for row in work.session.execute(query)}


def read_release(root: Path) -> None:
    """Have the definitions of this release at hand before a page asks for them, and what the engine
    runs of them; what is wrong there is told when it is deployed.
    """
    for model in sorted(root.glob(f"*/{process_folders.MODEL_FILE}")):
        with suppress(InvalidDefinition, OSError):
            _ = definitions.load_deployed(process_folders.read_folder(model.parent)).specs


def version_of(work: UnitOfWork, definition_id: UUID) -> int:
    """The version under which a definition was deployed."""
    if definition_id not in _versions:
        _versions[definition_id] = work.session.get_one(DefinitionRow, definition_id).version
    return _versions[definition_id]
