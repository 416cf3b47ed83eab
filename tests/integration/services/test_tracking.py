"""R36 on the real services: who has number and secret reads where his complaint stands, and nothing
more.
"""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import TestClock
from tests.integration.services.complaints import Play, complain, told
from workflow_app.domain import PUBLIC, SYSTEM, Actor, Conflict, Forbidden, InvalidInput, NotFound
from workflow_app.models import Case, CaseWall, Letter, TrackingCode
from workflow_app.services.cases import history
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.letters import letters, printing
from workflow_app.services.public import tracking
from workflow_app.services.public.tracking import IssuedCode, Status
from workflow_app.services.workflow import cases

__all__ = ["complain"]

PURPOSE = "Lembar kodenya hilang, pengadu membawa tanda terima."


def receipt(works: Works, case_id: UUID) -> UUID:
    with works.begin(SYSTEM) as work:
        query = select(Letter.id).where(Letter.case_id == case_id, Letter.kind == "tanda_terima")
        return work.session.scalars(query.where(Letter.status == "valid")).one()


def hand_out(works: Works, actor: Actor, case_id: UUID, purpose: str = "") -> IssuedCode:
    letter_id = receipt(works, case_id)
    with works.begin(actor) as work:
        return tracking.issue(work, letter_id, purpose)


def look_up(works: Works, number: str, code: str) -> Status | None:
    with works.begin(PUBLIC) as work:
        return tracking.look_up(work, number, code)


def test_r36_number_and_code_tell_where_it_stands_however_they_are_typed(
    works: Works, complain: Play, budi: Actor
) -> None:
    case_id = complain("surel", 4)
    issued = hand_out(works, budi, case_id)
    status = look_up(works, issued.number, issued.code)
    assert status is not None
    assert [(stage.title, stage.on) for stage in status.reached] == [
        ("Diterima", date(2026, 11, 23))
    ]
    assert status.due == date(2026, 11, 26)
    assert not status.is_overdue
    short = "/".join(issued.number.lower().split("/")[:4])
    assert look_up(works, short, issued.code.lower().replace("-", " ")) == status


def test_r36_what_was_promised_and_did_not_come_is_said(
    works: Works, complain: Play, budi: Actor, clock: TestClock
) -> None:
    case_id = complain("surel", 4)
    issued = hand_out(works, budi, case_id)
    clock.advance(days=5)
    status = look_up(works, issued.number, issued.code)
    assert status is not None
    assert status.is_overdue


def test_r36_progress_is_told_in_public_words_and_never_in_the_words_of_the_work(
    works: Works, complain: Play, budi: Actor
) -> None:
    steps = told("surel").steps
    handled = next(
        n for n, step in enumerate(steps, 1) if getattr(step, "element", "") == "tangani"
    )
    case_id = complain("surel", handled)
    issued = hand_out(works, budi, case_id)
    status = look_up(works, issued.number, issued.code)
    assert status is not None
    assert status.reached[-1].title == "Ditangani"
    assert status.state in {
        "Sedang diperiksa", "Menunggu keterangan pengadu", "Menunggu keterangan pihak lain",
        "Pertemuan dijadwalkan", "Hasil sedang disusun",
    }  # fmt: skip
    given = steps[handled - 1].answers  # type: ignore[union-attr]  # the step that was found completes a task
    assert str(given["catatan_internal"]) not in str(status)


def test_r34_r36_who_could_not_be_reached_is_not_told_that_he_was_answered(
    works: Works, complain: Play, budi: Actor
) -> None:
    issued = hand_out(works, budi, case_id := complain("luar_tanpa_kontak", 6))
    status = look_up(works, issued.number, issued.code)
    assert status is not None
    assert [stage.title for stage in status.reached] == ["Diterima", "Belum dapat dihubungi"]
    assert "sudah ditanggapi" not in status.words
    with works.begin(budi) as work:
        assert tracking.for_officer(work, case_id) == status


def test_r36_the_end_is_told_with_its_day(works: Works, complain: Play, budi: Actor) -> None:
    case_id = complain("langsung")
    issued = hand_out(works, budi, case_id)
    status = look_up(works, issued.number, issued.code)
    assert status is not None
    assert status.words.startswith("Pengaduan ini sudah selesai")
    assert status.reached[-1].title == "Selesai ditangani"
    assert status.due is None


def take_up(
    works: Works, stage: Stage, sari: Actor, case_id: UUID, name: str, steps: tuple[int, ...]
) -> Iterator[UUID]:
    """The case is taken up again, and the new one played: after each number of steps it is handed
    out.
    """
    with works.begin(sari) as work:
        child = cases.reopen(work, case_id, "Pengadu membawa keterangan baru.")
    scenario = told(name)
    for start, stop in pairwise((0, *steps)):
        seeding.go_on(stage, child, scenario, start, stop)
        yield child


def test_r36_r8_the_old_number_tells_that_it_was_taken_up_again_and_leads_to_where_it_stands(
    works: Works, complain: Play, stage: Stage, budi: Actor, sari: Actor
) -> None:
    issued = hand_out(works, budi, case_id := complain("kotak_disisihkan"))
    before = look_up(works, issued.number, issued.code)
    assert before is not None
    played = take_up(works, stage, sari, case_id, "surel", (1, 5))

    next(played)
    begun = look_up(works, issued.number, issued.code)
    assert begun is not None
    assert [one.title for one in begun.reached] == [
        *(one.title for one in before.reached),
        "Dibuka kembali",
    ]
    assert (begun.number, begun.continued_as) == (issued.number, "")
    assert begun.words == "Pengaduan Anda sudah diterima dan dicatat."

    child = next(played)
    status = look_up(works, issued.number, issued.code)
    assert status is not None
    assert [one.title for one in status.reached[-3:]] == [
        "Dibuka kembali",
        "Diterima",
        "Ditanggapi",
    ]
    assert status.words == "Pengaduan Anda sudah ditanggapi."
    with works.begin(budi) as work:
        (own,) = printing.for_case(work, child)
        assert tracking.for_officer(work, case_id) == status
    assert (status.number, status.continued_as) == (issued.number, own.number)


def test_r79_r36_where_it_went_behind_a_wall_the_old_number_tells_the_fixed_sentence_and_the_desk_nothing(  # noqa: E501 - a sentence
    works: Works, complain: Play, stage: Stage, budi: Actor, sari: Actor
) -> None:
    issued = hand_out(works, budi, case_id := complain("kotak_disisihkan"))
    next(take_up(works, stage, sari, case_id, "anggota", (4,)))

    status = look_up(works, issued.number, issued.code)
    assert status is not None
    assert status == Status(issued.number, status.words)
    assert status.words.startswith("Pengaduan ini sedang ditangani")
    with works.begin(budi) as work, pytest.raises(NotFound):
        tracking.for_officer(work, case_id)


def test_r79_r36_the_desk_reads_of_a_line_of_cases_as_far_as_it_sees_them(
    works: Works, complain: Play, stage: Stage, budi: Actor, sari: Actor
) -> None:
    hand_out(works, budi, case_id := complain("kotak_disisihkan"))
    steps = len(told("langsung").steps)
    child = next(take_up(works, stage, sari, case_id, "langsung", (steps,)))
    with works.begin(budi) as work:
        both = tracking.for_officer(work, case_id)
    assert both.words.startswith("Pengaduan ini sudah selesai")
    with works.begin(sari) as work:
        last = cases.reopen(work, child, "Pengadu membawa keterangan baru.")
    with works.begin(budi) as work:
        assert len(tracking.for_officer(work, case_id).reached) > len(both.reached)
    with works.begin(SYSTEM) as work:
        work.session.add(
            CaseWall(case_id=last, user_id=budi.user_id, since=work.clock(), reason_key="a.b")
        )
    with works.begin(budi) as work:
        assert tracking.for_officer(work, case_id) == both


@pytest.mark.parametrize("how", ["confined", "walled"])
def test_r79_of_a_case_that_is_kept_from_somebody_one_sentence_is_told(
    works: Works, complain: Play, budi: Actor, how: str
) -> None:
    case_id = complain("langsung")
    issued = hand_out(works, budi, case_id)
    with works.begin(SYSTEM) as work:
        if how == "confined":
            work.session.get_one(Case, case_id).confined_to = "piket_propam"
        else:
            wall = CaseWall(
                case_id=case_id, user_id=budi.user_id, since=work.clock(), reason_key="a.b"
            )
            work.session.add(wall)
    status = look_up(works, issued.number, issued.code)
    assert status is not None
    assert status == Status(issued.number, status.words)
    assert status.words.startswith("Pengaduan ini sedang ditangani")


def test_r36_a_wrong_number_a_wrong_code_and_no_code_are_one_answer(
    works: Works, complain: Play, budi: Actor
) -> None:
    one, other = complain("surel", 4), complain("surel", 4)
    first, second = hand_out(works, budi, one), hand_out(works, budi, other)
    silent = complain("surel", 4)
    with works.begin(SYSTEM) as work:
        silent_number = letters.of_case(work, silent)[0].number
    for number, code in (
        (first.number, second.code),
        (second.number, first.code),
        (first.number, ""),
        (first.number, "0000-0000-0000"),
        ("DUMAS/999/XI/2026", first.code),
        ("", first.code),
        ("9" * 5000, first.code),
        (silent_number, first.code),
        (silent_number, ""),
    ):
        assert look_up(works, number, code) is None


def test_r36_a_new_code_needs_a_purpose_ends_the_old_one_and_is_on_the_trail(
    works: Works, complain: Play, budi: Actor
) -> None:
    case_id = complain("surel", 4)
    first = hand_out(works, budi, case_id)
    with pytest.raises(InvalidInput):
        hand_out(works, budi, case_id, "hilang")
    assert look_up(works, first.number, first.code) is not None
    second = hand_out(works, budi, case_id, PURPOSE)
    assert look_up(works, first.number, first.code) is None
    assert look_up(works, first.number, second.code) is not None
    with works.begin(budi) as work:
        entries = history.timeline(work, case_id)
        kept = work.session.scalars(select(TrackingCode.digest)).all()
    told = [entry.what for entry in entries if entry.action.startswith("tracking.")]
    assert len(told) == 2
    assert "yang lama tidak berlaku" in told[1]
    words = " ".join(f"{entry.what} {entry.details}" for entry in entries)
    assert not any(secret in words for secret in (first.code, second.code, PURPOSE))
    assert {len(digest) for digest in kept} == {32}


def test_r36_only_who_sees_the_case_hands_out_a_code(
    works: Works, complain: Play, budi: Actor, tono: Actor, person: Callable[..., Actor]
) -> None:
    case_id = complain("surel", 4)
    with pytest.raises(NotFound):
        hand_out(works, tono, case_id)
    with pytest.raises(Forbidden):
        hand_out(works, person("chief", "pimpinan"), case_id)
    with works.begin(SYSTEM) as work:
        work.session.get_one(Case, case_id).confined_to = "piket_propam"
    with pytest.raises(NotFound):
        hand_out(works, budi, case_id)
    with works.begin(budi) as work, pytest.raises(NotFound):
        tracking.for_officer(work, case_id)
    issued = hand_out(works, person("propam", "piket_propam"), case_id)
    assert look_up(works, issued.number, issued.code) is not None


def test_a_withdrawn_letter_takes_its_code_along(works: Works, complain: Play, budi: Actor) -> None:
    case_id = complain("surel", 4)
    letter_id, issued = receipt(works, case_id), hand_out(works, budi, case_id)
    with works.begin(SYSTEM) as work:
        letters.void(work, letter_id, "Isi surat salah")
    assert look_up(works, issued.number, issued.code) is None
    with works.begin(budi) as work, pytest.raises(Conflict):
        tracking.issue(work, letter_id, PURPOSE)


def test_letters_that_declare_no_tracking_carry_no_code(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_ktp")
    with works.begin(budi) as work:
        letter = printing.for_case(work, case_id)[0]
        with pytest.raises(NotFound):
            tracking.issue(work, letter.id)
        with pytest.raises(NotFound):
            tracking.for_officer(work, case_id)
