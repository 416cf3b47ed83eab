"""Notices and self-reports on the real services: periods at the year's end in WITA, by the calendar
and by the office; what the issuing function reads and for how long; what the citizen follows (R13,
R36, R67, R68, R70).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.open_tasks import task_of
from workflow_app.domain import (
    SYSTEM,
    WITA,
    Actor,
    Answers,
    Forbidden,
    InvalidInput,
    NotFound,
    SentraError,
)
from workflow_app.engine import process_folders, runner
from workflow_app.engine.process_folders import Complete, Scenario
from workflow_app.models import Case, Letter
from workflow_app.services.cases import access, answers, history
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.letters import printing
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.public import tracking
from workflow_app.services.workflow import cases, tasks

LAST_MINUTE = datetime(2026, 12, 31, 23, 59, tzinfo=WITA)
FIRST_MINUTE = datetime(2027, 1, 1, 0, 1, tzinfo=WITA)
"""Both on 31 December in UTC."""
Play = Callable[..., UUID]


def scenario(process: str, name: str, **changed: Answers) -> Scenario:
    """A scenario with other answers at some of its steps."""
    files = process_folders.read_folder(PROCESSES / process)
    told = process_folders.read_scenario(name, files[f"scenarios/{name}.yaml"])
    steps = tuple(
        replace(step, answers={**step.answers, **changed[step.element]})
        if isinstance(step, Complete) and step.element in changed
        else step
        for step in told.steps
    )
    return replace(told, steps=steps)


@pytest.fixture
def play(stage: Stage, works: Works) -> Play:
    """Plays a scenario until an element waits, or to its end."""
    with works.begin(SYSTEM) as work:
        for name in ("complaint", "sttp", "skld"):
            definitions.deploy(work, PROCESSES / name)

    def until(process: str, name: str, element: str = "", **changed: Answers) -> UUID:
        told = scenario(process, name, **changed)
        met = [isinstance(step, Complete) and step.element == element for step in told.steps]
        return seeding.play(stage, process, told, steps=met.index(True) if element else None)

    return until


def known(works: Works, case_id: UUID) -> dict[str, Any]:
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        return dict(runner.variables(definition_of(work, case.definition_id), case.state))


def notice_at(
    play: Play,
    clock: TestClock,
    arrived: datetime,
    event: datetime,
    kind: str = "penyampaian_pendapat",
) -> UUID:
    """A notice given at one instant of an event at another, up to the explanation."""
    clock.at = arrived
    return play(
        "sttp",
        "tepat_waktu",
        "jelaskan_tenggat",
        terima_warga={"arrived_at": arrived.isoformat()},
        keperluan={"jenis_kegiatan": kind},
        kegiatan={
            "kegiatan_mulai": event.isoformat(),
            "kegiatan_selesai": (event + timedelta(hours=2)).isoformat(),
        },
    )


@pytest.mark.parametrize(
    ("arrived", "judged"),
    [
        (FIRST_MINUTE - timedelta(minutes=2), "ya"),
        (FIRST_MINUTE, "ya"),
        (FIRST_MINUTE + timedelta(seconds=1), "tidak"),
    ],
)
def test_r67_seventy_two_hours_are_counted_to_the_second_over_the_year_s_end(
    works: Works, clock: TestClock, play: Play, arrived: datetime, judged: str
) -> None:
    case_id = notice_at(play, clock, arrived, FIRST_MINUTE + timedelta(hours=72))
    variables = known(works, case_id)
    assert variables["tepat_waktu"] == judged
    assert datetime.fromisoformat(variables["paling_lambat"]) == FIRST_MINUTE


@pytest.mark.parametrize(("arrived", "judged"), [(LAST_MINUTE, "ya"), (FIRST_MINUTE, "tidak")])
def test_r67_working_days_end_at_midnight_of_the_counter_and_know_the_holidays(
    works: Works, clock: TestClock, play: Play, arrived: datetime, judged: str
) -> None:
    """Seven working days before Wednesday, 13 January 2027: the first and the fifth of January are
    holidays, between them a weekend.
    """
    event = datetime(2027, 1, 13, 9, 0, tzinfo=WITA)
    case_id = notice_at(play, clock, arrived, event, "kampanye")
    variables = known(works, case_id)
    limit = datetime.fromisoformat(variables["paling_lambat"]).astimezone(WITA)
    assert f"{limit:%Y-%m-%d %H:%M}" == "2026-12-31 23:59"
    assert variables["tepat_waktu"] == judged


def test_r67_what_the_office_lays_down_holds_from_its_midnight_and_is_named_as_the_source(
    works: Works, clock: TestClock, play: Play, budi: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        key = "tenggat_pemberitahuan.penyampaian_pendapat"
        configuration.set_value(work, key, "120 jam", FIRST_MINUTE - timedelta(minutes=1))
    event = FIRST_MINUTE + timedelta(hours=96)
    before, after = (
        notice_at(play, clock, LAST_MINUTE, event),
        notice_at(play, clock, FIRST_MINUTE, event),
    )
    assert (known(works, before)["tepat_waktu"], known(works, after)["tepat_waktu"]) == (
        "ya",
        "tidak",
    )
    with works.begin(budi) as work:
        told = []
        for case_id in (before, after):
            case = work.session.get_one(Case, case_id)
            form = definition_of(work, case.definition_id).form("jelaskan_tenggat")
            told.append(" ".join(history.record_of(work, case, form).summary))
    assert "penjelasan Polri" in told[0]
    assert "31 Desember 2026 00.01 WITA" not in told[0]
    assert "Sumber: ketetapan Polres" in told[1]
    assert "Tenggat tidak terpenuhi. Pemberitahuan tetap diterima" in told[1]


def test_bad_times_of_an_event_get_a_sentence_and_nothing_is_stored(
    works: Works, clock: TestClock, play: Play, budi: Actor
) -> None:
    case_id = play("sttp", "tepat_waktu", "kegiatan")
    task = task_of(works, case_id, "kegiatan")
    told = scenario("sttp", "tepat_waktu")
    given = next(
        s.answers for s in told.steps if isinstance(s, Complete) and s.element == "kegiatan"
    )
    for bad in (
        "besok pagi",
        "2026-13-01T09:00:00+08:00",
        "9999-12-31T23:59:00+08:00",
        "0001-01-01T00:00:00+08:00",
        "",
    ):
        with pytest.raises(InvalidInput) as refused, works.begin(budi) as work:
            tasks.complete(work, task.id, {**given, "kegiatan_mulai": bad}, str(uuid4()))
        assert "kegiatan_mulai" in refused.value.fields
    with works.begin(budi) as work, pytest.raises(InvalidInput):
        tasks.complete(work, task.id, {**given, "jumlah_peserta": 0}, str(uuid4()))
    assert known(works, case_id).get("kegiatan_mulai") is None


def test_a_choice_sent_twice_is_one_step(works: Works, play: Play, stage: Stage) -> None:
    case_id = play("sttp", "tepat_waktu", "periksa")
    intelkam, token = stage.cast["piket_intelkam"], str(uuid4())
    task = task_of(works, case_id, "periksa")
    with works.begin(intelkam) as work:
        tasks.claim(work, task.id)
    for _ in range(2):
        with works.begin(intelkam) as work:
            tasks.complete(work, task.id, {"keputusan": "terbitkan"}, token)
    with works.begin(SYSTEM) as work:
        query = select(Letter.kind).where(Letter.case_id == case_id)
        assert sorted(work.session.scalars(query)) == ["bukti_sttp", "sttp"]


@pytest.mark.parametrize(("process", "name"), [("sttp", "tepat_waktu"), ("skld", "lengkap")])
def test_r70_the_function_sees_the_case_from_the_hand_off_and_reads_letters_until_it_returns_it(
    works: Works, stage: Stage, play: Play, person: Callable[..., Actor], process: str, name: str
) -> None:
    intelkam, lantas = stage.cast["piket_intelkam"], person("lantas", "piket_lantas")
    early = play(process, name, "rujukan_cara")
    case_id = play(process, name, "periksa")
    with works.begin(SYSTEM) as work:
        receipt = work.session.scalars(select(Letter.id).where(Letter.case_id == case_id)).one()
    with works.begin(intelkam) as work:
        with pytest.raises(NotFound):
            access.visible_case(work, early)
        assert printing.pdf(work, receipt)
        with pytest.raises(Forbidden):
            answers.reveal(work, case_id, "ingin tahu siapa")
    with works.begin(lantas) as work, pytest.raises(NotFound):
        printing.pdf(work, receipt)

    task = task_of(works, case_id, "periksa")
    with works.begin(intelkam) as work:
        tasks.claim(work, task.id)
        returned: Answers = {
            "keputusan": "kembalikan",
            "bagian": "isi",
            "alasan": "Mohon dilengkapi dahulu.",
        }
        tasks.complete(work, task.id, returned, str(uuid4()))
    with works.begin(intelkam) as work, pytest.raises(Forbidden):
        printing.pdf(work, receipt)


@pytest.mark.parametrize(("process", "name"), [("sttp", "tepat_waktu"), ("skld", "lengkap")])
def test_r70_who_recorded_it_does_not_issue_it_whatever_other_roles_he_has(
    works: Works, stage: Stage, play: Play, person: Callable[..., Actor], process: str, name: str
) -> None:
    both = person("dua", "petugas", "piket_intelkam")
    one = replace(stage, cast={"petugas": both, "piket_intelkam": both})
    told = scenario(process, name)
    before = [
        isinstance(step, Complete) and step.element == "periksa" for step in told.steps
    ].index(True)
    case_id = seeding.play(one, process, told, steps=before)
    task = task_of(works, case_id, "periksa")
    assert task.assignee_id is None, "it does not stay with who served"
    with works.begin(both) as work, pytest.raises(SentraError):
        tasks.claim(work, task.id)
        tasks.complete(work, task.id, {"keputusan": "terbitkan"}, str(uuid4()))
    with works.begin(SYSTEM) as work:
        query = select(Letter.kind).where(Letter.case_id == case_id)
        assert list(work.session.scalars(query)) == [f"bukti_{process}"]


@pytest.mark.parametrize(("process", "name"), [("sttp", "tepat_waktu"), ("skld", "lengkap")])
def test_r36_the_citizen_follows_his_receipt_without_a_name_and_it_is_not_cancelled_any_more(
    works: Works, play: Play, budi: Actor, process: str, name: str
) -> None:
    def heard(case_id: UUID) -> list[str]:
        with works.begin(budi) as work:
            return [stage.title for stage in tracking.for_officer(work, case_id).reached]

    waiting = play(process, name, "rujukan_cara")
    assert heard(waiting) == ["Diterima"]
    assert heard(play(process, name, "periksa")) == ["Diterima", "Diserahkan", "Diperiksa"]
    done = play(process, name)
    assert heard(done)[-1] == "Selesai"
    with works.begin(budi) as work, pytest.raises(SentraError):
        cases.cancel(work, waiting, "Contoh: warga berubah pikiran")
    with works.begin(SYSTEM) as work:
        receipt = work.session.scalars(
            select(Letter).where(Letter.case_id == done, Letter.kind == f"bukti_{process}")
        ).one()
        assert receipt.number.startswith(f"BP-{process.upper()}/")


def test_r70_a_letter_found_wrong_is_void_and_the_next_one_has_the_next_number(
    works: Works, play: Play
) -> None:
    case_id = play("sttp", "salah_pada_surat")
    with works.begin(SYSTEM) as work:
        query = select(Letter.number, Letter.status).where(
            Letter.case_id == case_id, Letter.kind == "sttp"
        )
        found = {
            status: int(number.split("/")[1]) for number, status in work.session.execute(query)
        }
    assert found["valid"] == found["void"] + 1
