"""Answers: what lies sealed, who reads the working notes, and the reason of a return above the
repair.
"""

import json
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.open_tasks import task_of
from workflow_app.domain import Actor, Answers, InvalidInput
from workflow_app.models import Case, Submission, Task
from workflow_app.services.cases import access, answers, history
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.forms import requirements
from workflow_app.services.workflow import cases, tasks

Play = Callable[..., UUID]
REASON = "Nama desa pada uraian belum lengkap."


def complete(works: Works, actor: Actor, task: Task, given: Answers) -> None:
    with works.begin(actor) as work:
        if task.assignee_id is None:
            tasks.claim(work, task.id)
        tasks.complete(work, task.id, given, str(task.id))


@pytest.fixture
def returned(works: Works, play: Play, sari: Actor) -> UUID:
    """A case that Ka SPKT has sent back to repair the description."""
    case_id = play("sktlk_ktp", 7)
    answer: Answers = {"keputusan": "kembalikan", "bagian": "uraian", "alasan": REASON}
    complete(works, sari, task_of(works, case_id), answer)
    return case_id


def texts(work: UnitOfWork, case_id: UUID) -> list[str]:
    return [
        notice.text
        for notice in history.record_of(work, work.session.get_one(Case, case_id)).notices
    ]


def recorded(work: UnitOfWork, case_id: UUID) -> str:
    return str(history.record_of(work, work.session.get_one(Case, case_id)).steps)


def test_r55_who_repairs_reads_the_reason_of_the_return(
    works: Works, returned: UUID, budi: Actor
) -> None:
    with works.begin(budi) as work:
        assert texts(work, returned) == [REASON]
        assert REASON in recorded(work, returned)
        assert (
            history.record_of(work, work.session.get_one(Case, returned)).notices[0].title
            == "Periksa dan setujui: Alasan"
        )


def test_r23_who_does_not_work_on_the_case_reads_no_working_notes(
    works: Works, returned: UUID, person: Callable[..., Actor]
) -> None:
    with works.begin(person("doni", "pimpinan")) as work:
        case = work.session.get_one(Case, returned)
        assert texts(work, returned) == []
        assert REASON not in recorded(work, returned)
        assert {str(facts) for _, facts in requirements.shown_lines(work, case)} == {"{}"}


def test_r23_opening_the_notes_opens_no_identity(works: Works, returned: UUID, budi: Actor) -> None:
    with works.begin(budi) as work:
        assert "Contoh Warga" not in recorded(work, returned)
        groups = {group.element for group in answers.masked(work, returned)}
    assert groups >= {"identitas", "uraian"}
    assert groups.isdisjoint({"persetujuan", "periksa_persyaratan"})


def known(work: UnitOfWork, case_id: UUID) -> list[tuple[object, ...]]:
    """The newest answers of each element, in their order, as the unit of work knows them."""
    newest = answers.newest(work, case_id)
    return [
        (name, one.id, one.answers, one.submitted_by, one.submitted_at)
        for name, one in newest.items()
    ]


def test_answers_just_stored_are_known_as_a_fresh_look_reads_them(
    works: Works, returned: UUID, budi: Actor
) -> None:
    task = task_of(works, returned)
    with works.begin(budi) as work:
        typed = tasks.get(work, task.id).answers
        access.visible_task(work, task.id, lock=True)
        before = known(work, returned)
        tasks.complete(work, task.id, typed, "kunci-uji")
        kept = known(work, returned)
        unit_of_work.forget(work, returned)
        assert kept == known(work, returned)
    assert before != kept
    assert [name for name, *_ in kept][-1] == task.element != [name for name, *_ in before][-1]


def test_r55_the_reason_is_gone_once_the_same_step_is_done_again(
    works: Works, play: Play, budi: Actor, sari: Actor
) -> None:
    case_id = play("dikembalikan_uraian")
    with works.begin(budi) as work:
        assert texts(work, case_id) == []


def test_r23_numbers_of_papers_lie_sealed_and_are_counted_on_the_page(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_sim", 6)
    with works.begin(budi) as work:
        stored = work.session.scalars(
            select(Submission.answers).where(Submission.case_id == case_id)
        ).all()
        assert "CONTOH/01/2026" not in json.dumps(stored)
        assert "2 persyaratan diserahkan" in recorded(work, case_id)
        case = work.session.get_one(Case, case_id)
        assert [facts.get("number") for _, facts in requirements.shown_lines(work, case)] == [
            None,
            "CONTOH/01/2026",
        ]


def test_r8_the_reason_of_a_cancellation_is_shown_with_the_case(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_ktp", 3)
    with works.begin(budi) as work:
        assert cases.get(work, case_id).cancel_reason is None
        cases.cancel(work, case_id, "Warga menemukan kartunya kembali.")
        assert cases.get(work, case_id).cancel_reason == "Warga menemukan kartunya kembali."


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00+00:00", "2026-11-24T09:00+08:00", "2026-11-10T09:00+08:00"]
)
def test_r57_an_arrival_that_cannot_be_is_refused_at_its_field(
    works: Works, play: Play, budi: Actor, at: str
) -> None:
    task = task_of(works, play("sktlk_ktp", 0))
    with pytest.raises(InvalidInput) as refused, works.begin(budi) as work:
        tasks.complete(work, task.id, {"arrived_at": at, "perkenalan": True}, "token-1")
    assert set(refused.value.fields) == {"arrived_at"}


def test_ka_spkt_reads_the_case_in_sentences_before_approving(
    works: Works, play: Play, sari: Actor
) -> None:
    approval = task_of(works, play("sktlk_stnk", 6))
    with works.begin(sari) as work:
        record = history.record_of(
            work, work.session.get_one(Case, approval.case_id), tasks.get(work, approval.id).form
        )

    text = " ".join(record.summary)
    assert "melaporkan kehilangan: STNK" in text
    assert "5 persyaratan diserahkan" in text
    assert "Contoh Warga" not in text
    assert "{" not in text
