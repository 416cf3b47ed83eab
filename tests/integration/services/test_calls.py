"""A case that runs through a called process: inbox, drawing, trail, cancellation, versions,
starting.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.unit.engine.calls import on_disk, small
from tests.unit.engine.folder import Folder
from workflow_app.domain import SYSTEM, Actor, NotFound
from workflow_app.models import Case, Task
from workflow_app.services.cases import event_log, history, inbox
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import consistency_cases
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, tasks


def hand_off(title: str = "Terima rujukan") -> Folder:
    folder = (
        Folder("serah").start("serah_mulai").user("serah_pilih",
            control={"tujuan": ["piket_lantas"]})
        .service("serah_jam", "start_clock", clock='"penerimaan_rujukan"')
        .user("serah_terima", "penerima", roleFrom="tujuan", attributes={"name": title})
        .service("serah_henti", "stop_clock", clock='"penerimaan_rujukan"').end("serah_selesai",
            "dirujuk")
        .flow("serah_mulai", "serah_pilih", "serah_jam", "serah_terima", "serah_henti",
            "serah_selesai")
    )  # fmt: skip
    folder.process_properties = {"callable": "true", "startable": "false"}
    return folder


def complaint(called: Folder) -> Folder:
    return (
        Folder("aduan").start().inside("layanan").start("mulai_layanan").user("isi").call("rujuk",
            called)
        .user("kabari").end("selesai_layanan", None).flow("mulai_layanan", "isi", "rujuk", "kabari",
            "selesai_layanan")
        .outside()
        .message("batal", "pembatalan", on="layanan").service("catat_batal", "record_cancellation")
        .end("dibatalkan", "dibatalkan", terminate=True).flow("batal", "catat_batal", "dibatalkan")
        .end().flow("mulai", "layanan", "selesai")
    )  # fmt: skip


@pytest.fixture
def deploy(works: Works, tmp_path: Path) -> Callable[..., None]:
    """Deploys folders that lie beside each other."""

    def put(*folders: Folder) -> None:
        paths = [on_disk(folder, tmp_path) for folder in folders]
        for path in paths:
            with works.begin(SYSTEM) as work:
                definitions.deploy(work, path)

    return put


@pytest.fixture
def lia(person: Callable[..., Actor]) -> Actor:
    """Receives at the traffic function."""
    return person("lia", "piket_lantas")


def go(works: Works, actor: Actor, case_id: UUID, element: str, **answers: str) -> None:
    """The actor completes this task of the case."""
    with works.begin(actor) as work:
        task_id = work.session.scalars(
            select(Task.id).where(
                Task.case_id == case_id, Task.element == element, Task.status == "open"
            )
        ).one()
        tasks.complete(work, task_id, dict(answers), str(uuid4()))


def handed_on(works: Works, actor: Actor) -> UUID:
    """A case that waits for the receiving function."""
    with works.begin(actor) as work:
        case_id = cases.start(work, "aduan").case_id
    go(works, actor, case_id, "isi")
    go(works, actor, case_id, "serah_pilih", tujuan="piket_lantas")
    return case_id


def faults(works: Works) -> list[object]:
    with works.begin(SYSTEM) as work:
        return list(consistency_cases.check_consistency_case(work))


def test_a_case_goes_through_the_called_process_and_on_in_its_own(
    works: Works, budi: Actor, lia: Actor, deploy: Callable[..., None]
) -> None:
    deploy(hand_off(), complaint(hand_off()))
    case_id = handed_on(works, budi)
    with works.begin(lia) as work:
        (row,) = inbox.page(work, "queue").rows
        assert (row.case_id, row.process_key, row.step) == (case_id, "aduan", "Terima rujukan")
        (clock,) = cases.get(work, case_id).clocks
        assert clock.name == "penerimaan_rujukan"
    assert faults(works) == []

    go(works, lia, case_id, "serah_terima")
    go(works, budi, case_id, "kabari")
    with works.begin(budi) as work:
        assert cases.get(work, case_id).outcome == "selesai"
        told = [entry.what for entry in history.timeline(work, case_id)]
    assert "Selesai: Terima rujukan" in told
    assert faults(works) == []


def test_the_call_is_marked_while_something_inside_it_waits_and_afterwards_as_done(
    works: Works, budi: Actor, lia: Actor, deploy: Callable[..., None]
) -> None:
    deploy(hand_off(), complaint(hand_off()))
    with works.begin(budi) as work:
        case_id = cases.start(work, "aduan").case_id
    with works.begin(budi) as work:
        assert event_log.diagram(work, case_id).called == []
    go(works, budi, case_id, "isi")
    go(works, budi, case_id, "serah_pilih", tujuan="piket_lantas")
    with works.begin(budi) as work:
        inside = event_log.diagram(work, case_id)
        assert 'id="serah_terima"' in event_log.drawing(work, case_id, "serah")
        with pytest.raises(NotFound):
            event_log.drawing(work, case_id, "lain")
    assert inside.current == ["rujuk", "serah_terima"]
    assert {"isi", "serah_pilih", "serah_jam"} <= set(inside.done)
    assert [called.key for called in inside.called] == ["serah"]

    go(works, lia, case_id, "serah_terima")
    with works.begin(budi) as work:
        after = event_log.diagram(work, case_id)
    assert after.current == ["kabari"]
    assert {"rujuk", "serah_terima", "serah_selesai"} <= set(after.done)


def test_r8_a_case_is_cancelled_as_a_whole_while_it_waits_inside_a_called_process(
    works: Works, budi: Actor, lia: Actor, deploy: Callable[..., None]
) -> None:
    deploy(hand_off(), complaint(hand_off()))
    case_id = handed_on(works, budi)
    with works.begin(budi) as work:
        cases.cancel(work, case_id, "Warga mencabut aduannya")
    with works.begin(budi) as work:
        seen = cases.get(work, case_id)
        assert (seen.outcome, seen.open_tasks, seen.clocks[0].stopped_at) == (
            "dibatalkan",
            [],
            work.clock(),
        )
        assert "rujuk" not in event_log.diagram(work, case_id).current
    with works.begin(lia) as work:
        assert inbox.page(work, "queue").rows == []
    assert faults(works) == []


def test_a_running_case_keeps_the_called_version_under_which_it_began(
    works: Works, budi: Actor, lia: Actor, deploy: Callable[..., None]
) -> None:
    deploy(hand_off(), complaint(hand_off()))
    with works.begin(budi) as work:
        before = cases.start(work, "aduan").case_id
    newer = hand_off("Terima rujukan dengan tanda terima")
    deploy(newer, complaint(newer))
    after = handed_on(works, budi)
    go(works, budi, before, "isi")
    go(works, budi, before, "serah_pilih", tujuan="piket_lantas")
    with works.begin(lia) as work:
        steps = {row.case_id: row.step for row in inbox.page(work, "queue").rows}
        versions = {case: definitions.version_of(work, work.session.get_one(Case,
            case).definition_id)
                    for case in (before, after)}  # fmt: skip
    assert steps == {before: "Terima rujukan", after: "Terima rujukan dengan tanda terima"}
    assert versions == {before: 1, after: 2}
    go(works, lia, before, "serah_terima")
    go(works, budi, before, "kabari")
    assert faults(works) == []


def test_a_process_that_only_others_begin_is_not_offered_and_not_started_by_hand(
    works: Works, budi: Actor, deploy: Callable[..., None]
) -> None:
    deploy(hand_off(), complaint(hand_off()), small())
    with works.begin(budi) as work:
        offered = {item.key for item in definitions.startable(work)}
        assert {"aduan", "kecil"} <= offered
        assert "serah" not in offered
        assert "serah" in {item.key for item in definitions.list_current(work)}
        with pytest.raises(NotFound, match="berkas lain"):
            cases.start(work, "serah")
