"""Cases: started by who may, cancelled only before the letter, closed only with an outcome,
measured by two clocks.
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from tests.integration.conftest import TestClock
from workflow_app.domain import (
    SYSTEM,
    Actor,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    TaskNotReady,
)
from workflow_app.models import Case, Task
from workflow_app.services.cases import answers, clocks, event_log, history, inbox
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.forms import requirements
from workflow_app.services.workflow import cases

Play = Callable[..., UUID]
REASON = "Warga mengurungkan niatnya"


def test_ka_spkt_does_not_start_cases(works: Works, sktlk: str, sari: Actor) -> None:
    with pytest.raises(Forbidden), works.begin(sari) as work:
        cases.start(work, sktlk)


def test_case_numbers_follow_each_other(works: Works, sktlk: str, budi: Actor) -> None:
    numbers = []
    for _ in range(3):
        with works.begin(budi) as work:
            numbers.append(cases.get(work, cases.start(work, sktlk).case_id).number)

    assert [int(number[-6:]) for number in numbers] == list(
        range(int(numbers[0][-6:]), int(numbers[0][-6:]) + 3)
    )
    assert all(number.startswith("B-2026-") for number in numbers)


def test_a_start_that_fails_leaves_no_case_and_no_gap(
    works: Works, sktlk: str, budi: Actor
) -> None:
    with works.begin(budi) as work:
        first = cases.get(work, cases.start(work, sktlk).case_id).number
    with pytest.raises(RuntimeError), works.begin(budi) as work:
        cases.start(work, sktlk)
        raise RuntimeError

    with works.begin(budi) as work:
        assert (
            int(cases.get(work, cases.start(work, sktlk).case_id).number[-6:])
            == int(first[-6:]) + 1
        )


def test_the_same_page_sent_twice_starts_one_case(works: Works, sktlk: str, budi: Actor) -> None:
    with works.begin(budi) as work:
        first = cases.start(work, sktlk, "kunci-satu")
    with works.begin(budi) as work:
        again = cases.start(work, sktlk, "kunci-satu")
        other = cases.start(work, sktlk, "kunci-dua")

    assert again == first
    assert first.task_id is not None
    assert other.case_id != first.case_id


def test_the_token_of_somebody_else_opens_no_case(
    works: Works, sktlk: str, budi: Actor, person: Callable[..., Actor]
) -> None:
    with works.begin(budi) as work:
        cases.start(work, sktlk, "kunci-satu")

    with pytest.raises(Conflict), works.begin(person("ani", "petugas")) as work:
        cases.start(work, sktlk, "kunci-satu")


def test_r8_a_case_is_cancelled_with_a_reason_and_every_task_ends(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_ktp", 6)

    with works.begin(budi) as work:
        cases.cancel(work, case_id, REASON)

    with works.begin(budi) as work:
        seen = cases.get(work, case_id)
        open_tasks = work.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.status == "open")
        ).all()
    assert (seen.status, seen.outcome, seen.can_cancel) == ("cancelled", "dibatalkan", False)
    assert open_tasks == []
    assert all(clock.stopped_at for clock in seen.clocks)


@pytest.mark.parametrize("reason", ["", "   ", "salah"])
def test_r8_a_case_is_not_cancelled_without_a_real_reason(
    works: Works, play: Play, budi: Actor, reason: str
) -> None:
    case_id = play("sktlk_ktp", 2)

    with pytest.raises(InvalidInput), works.begin(budi) as work:
        cases.cancel(work, case_id, reason)


def test_a_case_is_not_cancelled_once_its_letter_exists(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_ktp", 8)

    with pytest.raises(Conflict, match="Surat sudah terbit"), works.begin(budi) as work:
        cases.cancel(work, case_id, REASON)
    with works.begin(budi) as work:
        assert not cases.get(work, case_id).can_cancel


def test_a_case_is_cancelled_once(works: Works, play: Play, budi: Actor) -> None:
    case_id = play("sktlk_ktp", 2)
    with works.begin(budi) as work:
        cases.cancel(work, case_id, REASON)

    with pytest.raises(TaskNotReady), works.begin(budi) as work:
        cases.cancel(work, case_id, f"{REASON} lagi")


def test_r8_the_database_refuses_a_closed_case_without_outcome(works: Works, play: Play) -> None:
    case_id = play("sktlk_ktp", 1)

    with pytest.raises(IntegrityError, match=r"closed|outcome"), works.begin(SYSTEM) as work:
        work.session.execute(
            text("update service_case set status = 'done', closed_at = now() where id = :id"),
            {"id": case_id},
        )


def test_r57_both_clocks_are_measured_and_a_return_does_not_restart_them(
    works: Works, play: Play, clock: TestClock, budi: Actor
) -> None:
    case_id = play("dikembalikan_uraian")

    with works.begin(budi) as work:
        found = {
            item.name: item for item in clocks.of_case(work, work.session.get_one(Case, case_id))
        }
    assert set(found) == {"kedatangan", "berkas_lengkap"}
    assert found["berkas_lengkap"].target == "10 menit"
    assert found["kedatangan"].target == ""
    assert all(item.stopped_at is not None for item in found.values())
    with works.begin(budi) as work:
        started = [
            entry
            for entry in history.timeline(work, case_id)
            if entry.action == "clock.started" and entry.details["clock"] == "berkas_lengkap"
        ]
    assert len(started) == 1


def test_r55_what_is_missing_is_listed_with_its_issuer(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("kurang_lalu_lengkap", 6)

    with works.begin(budi) as work:
        missing = requirements.missing(work, case_id)

    assert missing
    assert all(item.line.evidence and item.line.issuer and item.reason for item in missing)


def test_r23_identities_are_masked_until_opened_for_a_purpose(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_ktp", 3)
    with works.begin(budi) as work:
        masked = str(answers.masked(work, case_id))
        with pytest.raises(InvalidInput):
            answers.reveal(work, case_id, " ")
    with works.begin(budi) as work:
        opened = str(answers.reveal(work, case_id, " Mencocokkan KTP Contoh Wirautama "))

    with works.begin(budi) as work:
        unit_of_work.record_case(work, case_id, answers.REVEALED, purpose="Tujuan dari masa lalu")
        accesses = answers.accesses(work, case_id)
        told = [entry.what for entry in history.timeline(work, case_id)]
        written = str(work.session.execute(text("select details::text from audit_event")).all())
    assert "Contoh Warga Satu" not in masked
    assert "Contoh Warga Satu" in opened
    assert [(item.who, item.purpose) for item in accesses] == [
        ("Contoh Budi", "Tujuan dari masa lalu"),
        ("Contoh Budi", "Mencocokkan KTP Contoh Wirautama"),
    ]
    assert "Identitas dibuka dengan tujuan tertulis" in told
    assert "Wirautama" not in written, "a purpose may name people; it is sealed"


def test_r23_identities_stay_closed_to_other_units_and_to_roles_without_need(
    works: Works, play: Play, tono: Actor, person: Callable[..., Actor]
) -> None:
    case_id = play("sktlk_ktp", 3)
    leader = person("leader", "pimpinan")

    with pytest.raises(NotFound), works.begin(tono) as work:
        answers.reveal(work, case_id, "Ingin tahu saja")
    with pytest.raises(Forbidden), works.begin(leader) as work:
        answers.reveal(work, case_id, "Ingin tahu saja")


def test_r23_nothing_personal_is_readable_in_the_rows_of_a_case(works: Works, play: Play) -> None:
    case_id = play("sktlk_ktp")

    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        state = case.state
        tables = work.session.execute(
            text(
                "select format('%I.%I', table_schema, table_name) from information_schema.tables "
                "where table_type = 'BASE TABLE' and table_schema in ('public', 'archive')"
            )
        ).scalars()
        rows = [
            work.session.scalar(
                text(f"select coalesce(string_agg(t::text, ' '), '') from {table} t")
            )
            for table in list(tables)
        ]
    everything = " ".join(str(row) for row in rows)
    assert "Contoh Budi" in everything  # the search would find what is there
    for value in (
        "Contoh Warga Satu",
        "6306050102900001",
        "0812-0000-0000",
        "Jalan Contoh Nomor 1",
    ):
        assert value not in everything
        assert value.encode() not in state


def test_a_case_is_found_by_part_of_its_number_in_its_unit_only(
    works: Works, play: Play, budi: Actor, tono: Actor
) -> None:
    case_id = play("sktlk_ktp", 1)
    with works.begin(budi) as work:
        number = cases.get(work, case_id).number
        assert [hit.id for hit in inbox.search(work, number[2:])] == [case_id]
    with works.begin(tono) as work:
        assert inbox.search(work, number) == []


def test_cases_of_one_instant_are_found_with_the_highest_number_first(
    works: Works, sktlk: str, budi: Actor
) -> None:
    with works.begin(budi) as work:
        begun = [cases.get(work, cases.start(work, sktlk).case_id) for _ in range(4)]
        assert len({case.opened_at for case in begun}) == 1
        for written in (begun, begun[::-1]):  # where a row lies changes when it is written again
            for case in written:
                work.session.execute(update(Case).where(Case.id == case.id).values(unit=Case.unit))
            found = [hit.number for hit in inbox.search(work, begun[0].number[:6])]
            assert len(found) >= len(begun)
            assert found == sorted(found, reverse=True)


def test_the_drawing_marks_the_steps_taken_and_no_frame_around_them(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_ktp")

    with works.begin(budi) as work:
        drawing = event_log.diagram(work, case_id)

    assert {"terima_warga", "mulai_jam_berkas", "terbitkan_surat", "serahkan"} <= set(drawing.done)
    assert not {"rujuk_lp", "lengkapi_persyaratan", "pelayanan", "penerbitan"} & set(drawing.done)
    assert (drawing.current, drawing.late) == ([], [])
