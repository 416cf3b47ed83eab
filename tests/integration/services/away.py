"""Absent members and their substitutes, as a session would find them."""

from dataclasses import replace
from uuid import UUID

from workflow_app.services.accounts import absences
from workflow_app.services.accounts.absence_rules import Asked
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.office import configuration, substitutions
from workflow_app.types import SYSTEM, Actor

TODAY, TOMORROW = "2026-11-23", "2026-11-24"
"""The tests begin on this Monday at 09.00 WITA."""


def send_away(
    works: Works,
    absent: Actor,
    substitute: Actor,
    first: str = TODAY,
    last: str = TODAY,
    by: Actor | None = None,
) -> UUID:
    """The absent one enters it himself, unless somebody else does."""
    asked = Asked(str(absent.user_id), str(substitute.user_id), first, last)
    with works.begin(by or absent) as work:
        return absences.enter(work, asked)


def now(works: Works, actor: Actor) -> Actor:
    """The actor of a request at this moment: with those he stands in for."""
    assert actor.user_id is not None
    with works.begin(SYSTEM) as work:
        found = substitutions.of_substitute(work, actor.user_id, actor.roles, actor.unit)
    return replace(actor, stands_for=found)


def allow(works: Works, role: str, *others: str) -> None:
    """The office lets holders of other roles stand in for this one."""
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, substitutions.ALLOWED, {role: list(others)}, work.clock())
