"""R74: an auditor asks for a bag of cases in the browser; a job makes it, he alone takes it out,
and after a day it is gone.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import sleep
from uuid import UUID

import pytest
from sqlalchemy import select, text

from archive.errors import BlobMissing
from tests.integration.conftest import TestClock
from tests.integration.last_tries import run_job
from tests.integration.services import desk, scans
from tests.integration.services.bagging import actions, ask, state
from workflow_app.connections import blobs as blobs_of
from workflow_app.domain import (
    SYSTEM,
    Actor,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    StorageAway,
)
from workflow_app.models import AuditEvent, CaseWall
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import classification, documents
from workflow_app.services.exports import bag_export, bag_import, bag_orders
from workflow_app.services.operations import consistency_cases
from workflow_app.settings import Settings

Case = tuple[str, UUID, UUID]


@pytest.fixture
def auditor(person: Callable[..., Actor]) -> Actor:
    return person("wasrik", "auditor")


@pytest.fixture
def case(works: Works, budi: Actor, sari: Actor, sktlk: str) -> Case:
    """Number and id of a case with an ordinary and a secret paper, and the id of the secret one."""
    assert sktlk
    with works.begin(budi) as work:
        made = desk.new_case(work)
        _, secret = (
            documents.upload(work, made.id, element="", label=label, data=scans.picture(label)).id
            for label in ("Surat", "Foto")
        )
        number, case_id = made.number, made.id
    with works.begin(sari) as work:
        classification.classify(work, secret, "rahasia", classification.REASONS[0])
    return number, case_id, secret


def taken_out(works: Works, actor: Actor, order_id: UUID) -> bytes:
    with works.begin(actor) as work:
        found = bag_orders.content(work, order_id)
    data = b"".join(found.chunks)
    assert len(data) == found.size
    return data


def test_r74_the_bag_verifies_and_holds_papers_and_the_whole_trail(
    works: Works, auditor: Actor, case: Case, tmp_path: Path
) -> None:
    number, case_id, _ = case
    order_id = ask(works, auditor, number)
    bag_orders.make(works, order_id)
    bag_orders.make(works, order_id)  # a job may run twice

    made = state(works, order_id)
    assert (made.status, made.papers, made.papers_done, made.left_out) == ("ready", 2, 2, 0)
    zipfile.ZipFile(io.BytesIO(taken_out(works, auditor, order_id))).extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    assert bag_import.check(folder) == []
    trail = (folder / "data" / "cases" / str(case_id) / "events.jsonl").read_text()
    assert (
        trail.count('"action": "document.exported"') == 2
        and number in (folder / "index.html").read_text()
    )
    assert actions(works, f"bag:{order_id}") == ["bag.ordered", "bag.made", "bag.taken_out"]
    with works.begin(SYSTEM) as work:
        told = select(AuditEvent.actor_name).where(AuditEvent.action == "document.exported")
        assert set(work.session.scalars(told)) == {auditor.name}


def test_r74_what_is_above_the_level_is_not_mentioned(
    works: Works, auditor: Actor, case: Case, tmp_path: Path
) -> None:
    number, _, secret = case
    order_id = ask(works, auditor, number, level="biasa")
    bag_orders.make(works, order_id)

    assert state(works, order_id).left_out == 1
    zipfile.ZipFile(io.BytesIO(taken_out(works, auditor, order_id))).extractall(tmp_path)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if str(secret).encode() in path.read_bytes()]


def test_r74_a_period_of_a_service_is_asked_for_as_a_whole(
    works: Works, auditor: Actor, case: Case, clock: TestClock
) -> None:
    today = clock.at.date()
    order_id = ask(
        works, auditor, process="sktlk", first=today - timedelta(1), last=today + timedelta(1)
    )
    assert state(works, order_id).case_ids == [case[1]]
    for first, last in (
        (today - timedelta(9), today - timedelta(8)),
        (date.max, date.max),
        (today, None),
    ):
        with pytest.raises(InvalidInput):
            ask(works, auditor, process="sktlk", first=first, last=last)
    assert ask(works, auditor, process="sktlk", first=today - timedelta(1), last=date.max)


def test_a_case_without_papers_gives_its_trail(
    works: Works, auditor: Actor, budi: Actor, sktlk: str, tmp_path: Path
) -> None:
    assert sktlk
    with works.begin(budi) as work:
        made = desk.new_case(work)
        number, case_id = made.number, made.id
    order_id = ask(works, auditor, number)
    bag_orders.make(works, order_id)
    zipfile.ZipFile(io.BytesIO(taken_out(works, auditor, order_id))).extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    assert bag_import.check(folder) == []
    assert (
        "case.exported" in (folder / "data" / "cases" / str(case_id) / "events.jsonl").read_text()
    )


def test_only_an_auditor_asks_and_only_he_takes_out(
    works: Works, auditor: Actor, sari: Actor, person: Callable[..., Actor], case: Case
) -> None:
    with pytest.raises(Forbidden):
        ask(works, sari, case[0])
    order_id = ask(works, auditor, case[0])
    bag_orders.make(works, order_id)
    with works.begin(person("lain", "auditor")) as work, pytest.raises(NotFound):
        bag_orders.content(work, order_id)
    stranger = person("jauh", "auditor", unit="lain")
    with pytest.raises(InvalidInput):
        ask(works, stranger, case[0])


def test_the_same_page_sent_twice_is_one_order(works: Works, auditor: Actor, case: Case) -> None:
    assert ask(works, auditor, case[0], token="satu") == ask(works, auditor, case[0], token="satu")
    with works.begin(SYSTEM) as work:
        jobs = "select count(*) from procrastinate_jobs where task_name = 'make_bag'"
        assert work.session.scalar(text(jobs)) == 1


def raise_wall(work: UnitOfWork, case_id: UUID, actor: Actor) -> None:
    assert actor.user_id is not None
    work.session.add(
        CaseWall(
            case_id=case_id, user_id=actor.user_id, since=work.clock(), reason_key="lapor.nama"
        )
    )


def test_a_wall_that_rises_meanwhile_keeps_the_bag_back(
    works: Works, auditor: Actor, case: Case
) -> None:
    before, made = ask(works, auditor, case[0]), ask(works, auditor, case[0])
    bag_orders.make(works, made)
    with works.begin(SYSTEM) as work:
        raise_wall(work, case[1], auditor)
    bag_orders.make(works, before)

    found = state(works, before)
    assert (found.status, found.sentence) == ("failed", bag_orders.NOT_ALL_YOURS)
    with works.begin(auditor) as work, pytest.raises(Conflict):
        bag_orders.content(work, made)


def test_who_has_left_gets_nothing(works: Works, auditor: Actor, case: Case) -> None:
    order_id = ask(works, auditor, case[0])
    with works.begin(SYSTEM) as work:
        users.disable(work, "wasrik")
    bag_orders.make(works, order_id)
    assert state(works, order_id).status == "failed"


def test_a_store_that_is_away_is_waited_for_and_told_once(
    works: Works, auditor: Actor, case: Case, settings: Settings
) -> None:
    order_id = ask(works, auditor, case[0])
    away = replace(
        works, blobs=blobs_of(settings.model_copy(update={"s3_endpoint": "127.0.0.1:9"}))
    )
    with pytest.raises(StorageAway):
        bag_orders.make(away, order_id)
    assert state(works, order_id).status == "making"
    bag_orders.make(works, order_id)

    assert state(works, order_id).status == "ready"
    assert actions(works, f"case:{case[1]}").count("document.exported") == 2


def test_what_the_store_does_not_give_is_not_on_record_as_taken_out(
    works: Works, auditor: Actor, case: Case, settings: Settings
) -> None:
    order_id = ask(works, auditor, case[0])
    bag_orders.make(works, order_id)
    away = replace(
        works, blobs=blobs_of(settings.model_copy(update={"s3_endpoint": "127.0.0.1:9"}))
    )
    with pytest.raises(StorageAway), away.begin(auditor) as work:
        bag_orders.content(work, order_id)
    assert actions(works, f"bag:{order_id}") == ["bag.ordered", "bag.made"]


def test_after_a_day_it_cannot_be_taken_out_and_the_store_lets_go_of_it(
    works: Works, auditor: Actor, case: Case, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bag_orders, "KEPT", timedelta(seconds=1))
    order_id = ask(works, auditor, case[0])
    bag_orders.make(works, order_id)
    made = state(works, order_id)
    clock.at += timedelta(minutes=1)
    with works.begin(auditor) as work:
        with pytest.raises(NotFound):
            bag_orders.content(work, order_id)
        assert bag_orders.of_actor(work)[0].status == "gone"
    sleep(1.1)  # the lock of the store counts by its own clock
    bag_orders.sweep(works)
    assert state(works, order_id).status == "gone"
    assert made.sha256 is not None
    with pytest.raises(BlobMissing):
        works.blobs.stat(made.sha256)


def test_an_order_whose_job_was_lost_is_told(works: Works, auditor: Actor, case: Case) -> None:
    order_id = ask(works, auditor, case[0])
    with works.begin(SYSTEM) as work:
        assert not [fault for fault in consistency_cases.check(work) if fault.kind == "bag"]
        work.session.execute(text("delete from procrastinate_jobs where task_name = 'make_bag'"))
        assert [fault.where for fault in consistency_cases.check(work)] == [f"order {order_id}"]


def test_what_cannot_be_written_is_told_and_ends(
    works: Works,
    settings: Settings,
    auditor: Actor,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order_id = ask(works, auditor, case[0])

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bag_export, "write", full)
    with pytest.raises(OSError, match="No space"):
        run_job(works, settings, "make_bag", order_id=order_id)
    assert (state(works, order_id).status, state(works, order_id).sentence) == (
        "failed",
        bag_orders.FAILED,
    )
