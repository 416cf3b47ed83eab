"""A job at its first try, or at the one after which nobody tries again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from workflow_app.domain import SentraError
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import Running
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import Settings


def run_job(
    works: Works,
    settings: Settings,
    name: str,
    *,
    is_last: bool = False,
    transports: Mapping[str, Any] | None = None,
    **stored: UUID | int,
) -> None:
    """Run a declared job once, as the worker does."""
    declared = jobs.declared(name)
    running = Running(works, settings, transports or {}, lambda: None)
    declared.perform(running, declared.retry.tries if is_last and declared.retry else 0, stored)


def lose_worker(works: Works, name: str, **stored: UUID | int) -> None:
    """Give a job up whose worker died too often."""
    jobs.declared(name).give_up(works, SentraError(detail="worker died"), stored)
