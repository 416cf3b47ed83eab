"""A background job is declared once, whole, beside its code; nothing else lists jobs."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.architecture import spoken
from tests.architecture.persisted_words import NOWHERE
from workflow_app.connections import connect
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import COUNTER, SOON, Job, Running
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import read_settings
from workflow_app.worker import create_worker


def test_the_worker_knows_the_declared_jobs_and_no_others() -> None:
    settings = read_settings(NOWHERE)
    app = create_worker(settings, connect(settings))
    known = {name for name in app.tasks if not name.startswith("builtin:")}

    assert known - {"procrastinate.builtin_tasks.remove_old_jobs"} == set(jobs.all_jobs())


def test_every_job_that_is_asked_for_is_declared() -> None:
    asked = spoken.words(jobs.defer, "name") - {spoken.UNKNOWN}

    assert len(asked) > 8
    assert asked - set(jobs.all_jobs()) == set()


def test_what_is_not_periodic_says_what_becomes_of_it() -> None:
    given_up = {each.name: each.on_give_up for each in jobs.all_jobs().values() if not each.cron}

    assert len(given_up) > 8
    assert jobs.leave_to_the_clock not in given_up.values()


def test_one_job_retries_each_kind_of_incident() -> None:
    kinds = [each.incident for each in jobs.all_jobs().values() if each.incident]

    assert len(kinds) == len(set(kinds)) > 4
    assert all(len(jobs.retrying(kind).arguments) == 1 for kind in kinds)


def run(running: Running, case_id: UUID) -> None:
    """Do nothing."""


def leave(works: Works, error: Exception, case_id: UUID) -> None:
    """Do nothing."""


def forget(works: Works, error: Exception) -> None:
    """Lack the argument."""


@pytest.mark.parametrize(
    ("name", "label", "queue", "on_give_up", "more"),
    [
        ("", "Contoh", COUNTER, leave, {"retry": SOON}),
        ("a", "", COUNTER, leave, {"retry": SOON}),
        ("a", "Contoh", "", leave, {"retry": SOON}),
        ("a", "Contoh", COUNTER, forget, {"retry": SOON}),
        ("a", "Contoh", COUNTER, leave, {}),
        ("a", "Contoh", COUNTER, leave, {"retry": SOON, "cron": "* * * * *"}),
    ],
    ids=["no name", "no label", "no queue", "not given up", "never again", "twice again"],
)
def test_a_job_that_is_half_declared_is_refused(
    name: str, label: str, queue: str, on_give_up: Callable[..., object], more: dict[str, Any]
) -> None:
    whole = Job("a", "Contoh", COUNTER, leave, run, SOON)
    assert whole.arguments == {"case_id": UUID}

    with pytest.raises(ValueError, match="the job"):
        Job(name, label, queue, on_give_up, run, **more)


def test_a_job_that_is_declared_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        jobs.job("wake_case", label="Contoh", queue=COUNTER, retry=SOON, on_give_up=leave)(run)
