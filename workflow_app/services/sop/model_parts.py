"""The short numbers under which the event log knows elements and flows of a version of a process."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workflow_app.engine.definitions import Definition
from workflow_app.models.event_log import ModelPart
from workflow_app.services.ground.unit_of_work import UnitOfWork

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
    return [*definition.elements, *(flow_key(source, target) for source, target in definition.flows)]
