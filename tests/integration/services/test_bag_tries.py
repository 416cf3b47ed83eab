"""Making a bag that was asked for is tried again: nothing of it is left behind, unsaid or waited
for in vain.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import sleep
from uuid import UUID

import pytest
from procrastinate import JobContext
from procrastinate.jobs import Job

from archive.errors import BlobMissing
from tests.integration.conftest import TestClock
from tests.integration.last_tries import lose_worker, run_job
from tests.integration.services import desk, scans
from tests.integration.services.bagging import actions, ask, state
from workflow_app import worker
from workflow_app.connections import blobs as blobs_of
from workflow_app.domain import Actor, Busy, StorageAway
from workflow_app.services.accounts import sessions
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents
from workflow_app.services.exports import bag_export, bag_orders
from workflow_app.services.intake import capture_pages
from workflow_app.settings import Settings

Case = tuple[str, UUID]


@pytest.fixture
def auditor(person: Callable[..., Actor]) -> Actor:
    return person("wasrik", "auditor")


@pytest.fixture
def case(works: Works, budi: Actor, sktlk: str) -> Case:
    """Number and id of a case with two papers."""
    assert sktlk
    with works.begin(budi) as work:
        made = desk.new_case(work)
        for label in ("Surat", "Foto"):
            documents.upload(work, made.id, element="", label=label, data=scans.picture(label))
        return made.number, made.id


def job(order_id: UUID) -> Job:
    return Job(
        id=1,
        queue="keeping",
        lock=None,
        queueing_lock=None,
        task_name="make_bag",
        task_kwargs={"order_id": str(order_id)},
    )


def test_the_task_of_the_worker_makes_it(
    works: Works, auditor: Actor, case: Case, settings: Settings
) -> None:
    order_id = ask(works, auditor, case[0])
    app = worker.create_worker(settings, works)
    context = JobContext(app=app, job=job(order_id), start_timestamp=0.0, abort_reason=lambda: None)
    app.tasks["make_bag"](context, **context.job.task_kwargs)
    assert state(works, order_id).status == "ready"


def test_a_worker_that_dies_over_it_again_and_again_ends_the_order(
    works: Works, auditor: Actor, case: Case
) -> None:
    order_id = ask(works, auditor, case[0])
    lose_worker(works, "make_bag", order_id=order_id)
    assert (state(works, order_id).status, state(works, order_id).sentence) == (
        "failed",
        bag_orders.FAILED,
    )


def test_what_does_not_pass_until_the_last_try_ends_the_order(
    works: Works,
    settings: Settings,
    auditor: Actor,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order_id = ask(works, auditor, case[0])

    def busy(*_: object, **__: object) -> None:
        raise Busy()

    monkeypatch.setattr(bag_export, "write", busy)
    for is_last, status in ((False, "making"), (True, "failed")):
        with pytest.raises(Busy):
            run_job(works, settings, "make_bag", is_last=is_last, order_id=order_id)
        assert state(works, order_id).status == status


def test_a_try_that_was_cut_off_leaves_no_papers_behind(
    works: Works, auditor: Actor, case: Case, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had put its bag into the store already; the next one is another file."""
    monkeypatch.setattr(bag_orders, "KEPT", timedelta(seconds=1))
    order_id = ask(works, auditor, case[0])
    left: list[str] = []

    def cut_off(_works: Works, _actor: Actor, _order_id: UUID, sha256: str, _size: int) -> None:
        left.append(sha256)
        raise Busy()

    with monkeypatch.context() as patch, pytest.raises(Busy):
        patch.setattr(bag_orders, "_finish", cut_off)
        bag_orders.make(works, order_id)
    clock.at += timedelta(minutes=2)
    bag_orders.make(works, order_id)
    made = state(works, order_id)
    assert made.sha256 is not None and made.sha256 not in left
    clock.at += timedelta(minutes=1)
    sleep(1.1)
    bag_orders.sweep(works)
    for sha256 in (*left, made.sha256):
        with pytest.raises(BlobMissing):
            works.blobs.stat(sha256)


def test_what_the_store_still_locks_is_asked_about_the_next_time(
    works: Works, auditor: Actor, case: Case, clock: TestClock
) -> None:
    order_id = ask(works, auditor, case[0])
    bag_orders.make(works, order_id)
    clock.at += timedelta(days=2)
    bag_orders.sweep(works)
    assert state(works, order_id).status == "ready"


def test_what_goes_wrong_in_another_sweep_of_the_hour_keeps_no_bag(
    works: Works,
    auditor: Actor,
    case: Case,
    clock: TestClock,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bag_orders, "KEPT", timedelta(seconds=1))
    order_id = ask(works, auditor, case[0])
    bag_orders.make(works, order_id)
    clock.at += timedelta(minutes=1)
    sleep(1.1)

    def broken(_: object) -> None:
        raise Busy()

    for module, name in ((sessions, "sweep"), (capture_pages, "sweep")):
        monkeypatch.setattr(module, name, broken)
    with pytest.raises(Busy):
        run_job(works, settings, "sweep")
    assert state(works, order_id).status == "gone"


def test_a_paper_that_comes_between_two_tries_is_on_record_too(
    works: Works, auditor: Actor, budi: Actor, case: Case, settings: Settings
) -> None:
    order_id = ask(works, auditor, case[0])
    away = replace(
        works, blobs=blobs_of(settings.model_copy(update={"s3_endpoint": "127.0.0.1:9"}))
    )
    with pytest.raises(StorageAway):
        bag_orders.make(away, order_id)
    with works.begin(budi) as work:
        documents.upload(work, case[1], element="", label="Surat", data=scans.picture("Baru"))
    bag_orders.make(works, order_id)

    assert state(works, order_id).papers == 3
    assert actions(works, f"case:{case[1]}").count("document.exported") == 3
