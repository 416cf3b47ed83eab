"""What stands in the database, past every line."""

from sqlalchemy import func, select, text

from archive.models import Document
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Incident, Submission
from workflow_app.services.accounts import users
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works


def counts(works: Works) -> dict[str, int]:
    """Rows that a failed request must not leave behind."""
    with works.begin(SYSTEM) as work:
        count = work.session.scalar
        return {
            "documents": count(select(func.count()).select_from(Document)) or 0,
            "submissions": count(select(func.count()).select_from(Submission)) or 0,
            "jobs": count(text("select count(*) from procrastinate_jobs")) or 0,
        }


def incidents(works: Works) -> int:
    """Incidents, resolved ones too."""
    with works.begin(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(Incident)) or 0


def document(works: Works) -> tuple[str, str]:
    """Status and reason of the only paper."""
    with works.begin(SYSTEM) as work:
        found = work.session.scalars(select(Document)).one()
        return str(found.status), found.status_reason


def chains_hold(works: Works) -> bool:
    """Every audit chain verifies."""
    with works.begin(SYSTEM) as work:
        return list(unit_of_work.verify_chains(work)) == []


def actor(works: Works, name: str) -> Actor:
    """One of the people of the site."""
    with works.begin(SYSTEM) as work:
        return next(users.actor_of(user) for user in users.list_all(work) if user.username == name)
