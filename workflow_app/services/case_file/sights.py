"""What somebody sees, as one key: who asks, and what the office allows him besides.

A condition on cases or papers is made from a sight and from nothing else, so it is made once for it and kept (`lru_cache`): making
one takes longer than to ask the database. It is an expression without data of any case, so every thread may use it. Everything else
that decides is asked of the database each time. A new thing that decides how conditions look becomes a part of the sight.
"""

from dataclasses import dataclass

from workflow_app.permissions import CONFINED_OVERSEERS, LEADERSHIP, has_role, reads_every_paper
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration
from workflow_app.types import Actor

MOST = 400
"""So many conditions of a kind are kept: more than the people of an office need, and no more memory than a few pages take."""
LEADERSHIP_SEES = "propam.pimpinan_melihat"
RECEIVERS_READ = "serah_terima.penerima_membaca"


@dataclass(frozen=True)
class Sight:
    """Whose sight a condition is about, with what the office's configuration says of it."""

    actor: Actor
    sees_confined: bool
    """Sees confined cases whatever role they are confined to."""
    reads_in_hand: bool
    """Reads the papers of what his function has in hand. Not asked of those who read every paper."""


def of(work: UnitOfWork) -> Sight:
    """The actor's."""
    actor = work.actor
    return Sight(actor, sees_confined(work), not reads_every_paper(actor) and receivers_read(work))


def keep(work: UnitOfWork) -> None:
    """For the rest of this unit of work the actor sees the cases he sees now, whatever is tried in it (previews, R79)."""
    work.session.info["sight", work.actor] = leadership_sees(work)


def sees_confined(work: UnitOfWork) -> bool:
    """True for who sees confined cases whatever role they are confined to."""
    return has_role(work.actor, CONFINED_OVERSEERS) or leadership_sees(work)


def leadership_sees(work: UnitOfWork) -> bool:
    """Does the actor see confined cases as the leadership does? Asked of the configuration only for those whom it is about."""
    kept: bool | None = work.session.info.get(("sight", work.actor))
    if kept is not None or not has_role(work.actor, LEADERSHIP):
        return bool(kept)
    return bool(configuration.value(work, LEADERSHIP_SEES))


def receivers_read(work: UnitOfWork) -> bool:
    """Does who has a case in hand read its papers?"""
    return bool(configuration.value(work, RECEIVERS_READ))
