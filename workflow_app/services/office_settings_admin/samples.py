"""Cases that are opened for a preview and never kept: the real code runs on them in a transaction
that is rolled back.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement

from workflow_app.domain import Actor, Answers
from workflow_app.engine import process_folders
from workflow_app.engine.definitions import Definition
from workflow_app.engine.process_folders import Complete
from workflow_app.models import Case
from workflow_app.services.cases import access, related_cases
from workflow_app.services.core.unit_of_work import UnitOfWork, Works


class _Undone(Exception):
    """Ends a unit of work so that nothing of it stays."""


@contextmanager
def undone(works: Works, actor: Actor, at: datetime) -> Iterator[UnitOfWork]:
    """A unit of work at another instant, of which nothing stays. The actor sees in it what he sees
    now (R79).
    """
    with suppress(_Undone), works.begin(actor) as work:
        access.keep(work)
        yield replace(work, clock=lambda: at)
        raise _Undone


def case(work: UnitOfWork, definition: Definition) -> Case:
    """A case that has just been opened."""
    return related_cases.open_case(work, definition.key, unit=work.actor.unit).case


def answers(definition: Definition, elements: set[str]) -> list[dict[str, Answers]]:
    """Invented answers by element, of every scenario of the process: first those that answer most
    of `elements`.
    """
    told = [
        {step.element: step.answers for step in scenario.steps if isinstance(step, Complete)}
        for scenario in process_folders.read_scenarios(definition.files)
    ]
    return sorted(told, key=lambda one: len(elements - set(one)))


def open_cases(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    """Which `Case` a change is counted over: the open ones of the unit that the actor may know
    of.
    """
    return Case.closed_at.is_(None), *known_cases(work)


def known_cases(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    """The `Case`s of the unit that the actor may know of."""
    return Case.unit == work.actor.unit, access.not_behind_wall(work, Case.id)


def at(work: UnitOfWork, instant: datetime) -> UnitOfWork:
    """The same transaction at another instant."""
    return replace(work, clock=lambda: instant)
