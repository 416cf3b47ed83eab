"""Complaints on the real services: who decides, who sees, which number, when it is due, and taking
one up again.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.services.complaints import Play, complain, open_tasks, told
from workflow_app.domain import (
    SYSTEM,
    WITA,
    Actor,
    Answers,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
)
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete
from workflow_app.models import Case, CaseClock, CaseWall, Letter, Task
from workflow_app.services.cases import access, event_log, inbox, related_cases
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import consistency_cases
from workflow_app.services.workflow import cases, tasks

__all__ = ["complain"]
REASON = "Pengadu membawa keterangan baru."


def received_by_lp() -> Answers:
    """How somebody is received at the desk of police reports."""
    files = process_folders.read_folder(PROCESSES / "lp")
    first = process_folders.read_scenario("b", files["scenarios/diterima_model_b.yaml"]).steps[0]
    assert isinstance(first, Complete)
    return first.answers


@pytest.mark.parametrize(
    ("received", "number", "due"),
    [
        ("2026-11-23T09:00", "DUMAS/1/XI/2026/", "2026-11-26"),
        ("2026-12-22T09:00", "DUMAS/1/XII/2026/", "2026-12-29"),
        ("2026-03-17T09:00", "DUMAS/1/III/2026/", "2026-03-27"),
        ("2026-12-31T23:59", "DUMAS/1/XII/2026/", "2027-01-07"),
        ("2027-01-01T00:01", "DUMAS/1/I/2027/", "2027-01-07"),
    ],
)
def test_r34_r35_number_and_deadline_follow_the_day_in_wita(
    works: Works, complain: Play, clock: TestClock, received: str, number: str, due: str
) -> None:
    at = datetime.fromisoformat(received).replace(tzinfo=WITA)
    clock.at = at.astimezone(UTC)

    case_id = complain("surel", 4, {"terima_pengaduan": {"received_at": at.isoformat()}})

    with works.begin(SYSTEM) as work:
        letter = work.session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
        running = work.session.get_one(CaseClock, (case_id, "tanggapan_awal", 1))
        assert letter.number.startswith(number)
        assert running.due_at is not None
        assert running.due_at.astimezone(WITA).date().isoformat() == due


def test_r24_a_response_at_the_desk_is_the_first_response(works: Works, complain: Play) -> None:
    case_id = complain("langsung", 4)
    with works.begin(SYSTEM) as work:
        assert (
            work.session.get_one(CaseClock, (case_id, "tanggapan_awal", 1)).stopped_at is not None
        )


def test_r32_who_recorded_cannot_set_aside_whatever_roles_he_holds(
    works: Works, complain: Play, budi: Actor, sari: Actor, person: Callable[..., Actor]
) -> None:
    case_id = complain("kotak_disisihkan", 5)
    task_id = open_tasks(works, case_id)["putuskan_abaikan"]
    given = {"putusan_abaikan": "abaikan", "alasan_abaikan": "Sudah ditangani pekan lalu."}
    with (
        works.begin(replace(budi, roles=budi.roles | {"ka_spkt"})) as work,
        pytest.raises(Forbidden),
    ):
        tasks.claim(work, task_id)
    with works.begin(sari) as work, pytest.raises(InvalidInput):
        tasks.complete(work, task_id, {"putusan_abaikan": "abaikan"}, str(uuid4()))
    with works.begin(sari) as work:
        tasks.complete(work, task_id, dict(given), str(uuid4()))
        assert (
            work.session.scalars(select(Task.done_by).where(Task.id == task_id)).one()
            == sari.user_id
        )


def test_r8_who_handled_it_cannot_settle_it(works: Works, complain: Play, sari: Actor) -> None:
    case_id = complain("langsung", 11)
    task_id = open_tasks(works, case_id)["putuskan_penyelesaian"]
    with works.begin(SYSTEM) as work:
        handler = work.session.scalars(
            select(Task.done_by).where(Task.case_id == case_id, Task.element == "tangani")
        ).first()
    assert handler is not None
    both = replace(sari, user_id=handler, roles=frozenset({"pamapta", "ka_spkt"}))
    with works.begin(both) as work, pytest.raises(Forbidden):
        tasks.claim(work, task_id)


def sees(works: Works, who: Actor, case_id: UUID) -> bool:
    with works.begin(who) as work:
        try:
            access.visible_case(work, case_id)
        except NotFound:
            return False
        return case_id in {row.case_id for row in inbox.page(work, "all").rows}


def test_r79_pitfall_4_who_is_named_and_the_counter_lose_sight_and_propam_finds_it(
    works: Works, complain: Play, budi: Actor, sari: Actor, person: Callable[..., Actor]
) -> None:
    before = complain("anggota", 3)
    assert sees(works, budi, before)
    assert sees(works, sari, before)

    case_id = complain("anggota", 4)

    propam = person("propam", "piket_propam")
    assert not any(sees(works, who, case_id) for who in (budi, sari))
    assert sees(works, propam, case_id)
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, case_id).confined_to == "piket_propam"
        assert (
            len(work.session.scalars(select(CaseWall).where(CaseWall.case_id == case_id)).all())
            == 1
        )
        assert list(unit_of_work.verify_chains(work)) == []


def test_r79_the_officer_at_the_desk_who_is_named_does_not_keep_the_complaint(
    works: Works, complain: Play, budi: Actor, person: Callable[..., Actor]
) -> None:
    """What he wrote down is out of his hands with that very step; a colleague answers the
    citizen.
    """
    case_id = complain("langsung_anggota", 2)
    given = next(
        step for step in told("langsung_anggota").steps[2:3] if isinstance(step, Complete)
    ).answers
    named: Answers = {**given, "golongan": "pelayanan_lambat", "yang_diadukan": [str(budi.user_id)]}
    with works.begin(budi) as work:
        done = tasks.complete(work, open_tasks(works, case_id)["pokok_aduan"], named, str(uuid4()))
    assert (done.is_out_of_sight, done.next_task_id) == (True, None)
    assert not sees(works, budi, case_id)

    colleague = person("rina", "petugas")
    task_id = open_tasks(works, case_id)["tanggapan_langsung"]
    with works.begin(budi) as work, pytest.raises(NotFound):
        tasks.claim(work, task_id)
    with works.begin(colleague) as work:
        tasks.claim(work, task_id)


def test_r79_what_the_desk_calls_its_own_goes_to_propam_when_it_is_about_a_member(
    works: Works, complain: Play, budi: Actor, sari: Actor
) -> None:
    """Attitude, levies, and whoever is named in words only: the choice of the desk counts for
    nothing.
    """
    own: Answers = {"wewenang": "sendiri", "instansi_tujuan": None}
    for matter in (
        {"golongan": "pungutan"},
        {"yang_diadukan_uraian": "Anggota yang berjaga pada malam itu."},
    ):
        nameless: Answers = {"yang_diadukan": None, "yang_diadukan_uraian": None, **matter}
        case_id = complain("anggota", 4, {"pokok_aduan": nameless, "periksa_wewenang": own})
        assert set(open_tasks(works, case_id)) == {"terima_propam"}
        assert not any(sees(works, who, case_id) for who in (budi, sari))
        with works.begin(SYSTEM) as work:
            assert (
                work.session.scalars(select(CaseWall).where(CaseWall.case_id == case_id)).all()
                == []
            )


def test_r17_a_crime_goes_on_as_a_police_report_that_knows_the_complainant(
    works: Works, complain: Play, budi: Actor
) -> None:
    case_id = complain("langsung_pidana")
    with works.begin(budi) as work:
        (report,) = related_cases.of_case(work, work.session.get_one(Case, case_id)).kin
    task_id = open_tasks(works, report.case_id)["terima_pelapor"]
    with works.begin(budi) as work:
        tasks.complete(work, task_id, dict(received_by_lp()), str(uuid4()))
    with works.begin(budi) as work:
        view = tasks.get(work, open_tasks(works, report.case_id)["identitas"])
        assert (view.answers["nama"], view.answers_from) == ("Contoh Warga Satu", "parent")


def test_r32_what_was_set_aside_can_be_taken_up_again(
    works: Works, complain: Play, budi: Actor, sari: Actor
) -> None:
    case_id = complain("kotak_disisihkan")

    with works.begin(sari) as work:
        child = cases.reopen(work, case_id, REASON)
        again = cases.reopen(work, case_id, f" {REASON} ")
    assert child == again
    with works.begin(sari) as work:
        with pytest.raises(Conflict):
            cases.reopen(work, case_id, "Alasan lain yang cukup panjang.")
        assert cases.get(work, case_id).outcome == "diabaikan"
        found = cases.of_case(work, work.session.get_one(Case, child))
        assert (found.is_possible, found.reason) == (False, REASON)
        assert [
            kin.reason for kin in related_cases.of_case(work, work.session.get_one(Case, child)).kin
        ] == ["Dibuka kembali"]
    assert set(open_tasks(works, child)) == {"terima_pengaduan"}
    with works.begin(SYSTEM) as work:
        assert list(consistency_cases.check_consistency_kinship(work)) == []
        assert list(unit_of_work.verify_chains(work)) == []


def test_r8_a_reopened_complaint_asks_nothing_twice(
    works: Works, complain: Play, budi: Actor, sari: Actor
) -> None:
    case_id = complain("langsung")
    with works.begin(sari) as work:
        child = cases.reopen(work, case_id, REASON)
    first = told("langsung").steps[0]
    assert isinstance(first, Complete)
    task_id = open_tasks(works, child)["terima_pengaduan"]
    with works.begin(budi) as work:
        tasks.claim(work, task_id)
        tasks.complete(work, task_id, dict(first.answers), str(uuid4()))
    with works.begin(budi) as work:
        view = tasks.get(work, open_tasks(works, child)["identitas"])
        assert view.answers["nama"] == "Contoh Warga Satu"
        assert view.answers_from == "parent"


@pytest.mark.parametrize(
    ("name", "steps"), [("langsung", 5), ("dibatalkan", None), ("anggota", None)]
)
def test_what_runs_was_cancelled_or_lies_behind_a_wall_is_not_taken_up_at_the_counter(
    works: Works, complain: Play, sari: Actor, name: str, steps: int | None
) -> None:
    case_id = complain(name, steps)
    with works.begin(sari) as work, pytest.raises((Conflict, NotFound)):
        cases.reopen(work, case_id, REASON)


def test_only_a_lead_with_a_reason_takes_a_case_up_again(
    works: Works, complain: Play, budi: Actor, sari: Actor
) -> None:
    case_id = complain("kotak_disisihkan")
    with works.begin(budi) as work, pytest.raises(Forbidden):
        cases.reopen(work, case_id, REASON)
    with works.begin(sari) as work, pytest.raises(InvalidInput):
        cases.reopen(work, case_id, "singkat")


def test_r34_who_gets_an_answered_complaint_is_hurried_by_no_clock(
    works: Works, complain: Play
) -> None:
    task_id = open_tasks(works, complain("ternyata_anggota", 8))["terima_propam"]
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Task, task_id).due_at is None


def test_r34_what_is_still_to_be_written_down_is_late_only_while_the_clock_runs(
    works: Works, complain: Play, person: Callable[..., Actor]
) -> None:
    case_id = complain("terlambat_lalu_propam", 7)
    waiting, propam = open_tasks(works, case_id), person("propam", "piket_propam")
    with works.begin(propam) as work:
        assert event_log.diagram(work, case_id).late == ["eskalasi_propam", "terima_propam"]
    step = told("terlambat_lalu_propam").steps[7]
    assert isinstance(step, Complete)
    with works.begin(propam) as work:
        tasks.complete(work, waiting["terima_propam"], step.answers, str(uuid4()))
    with works.begin(propam) as work:
        assert work.session.get_one(Task, waiting["eskalasi_propam"]).status == "open"
        assert work.session.get_one(Task, waiting["eskalasi_propam"]).due_at is None
        assert event_log.diagram(work, case_id).late == []
