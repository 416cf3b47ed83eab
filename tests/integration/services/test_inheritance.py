"""What a case takes over from the one it continues: as much as who works on it could have read
there, and never less secret.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.deploying import deploy
from tests.unit.engine.family import CALL, CALLER, call, report
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import CaseWall, Task
from workflow_app.services.cases import answers, history
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.workflow import cases, drafts, tasks
from workflow_app.services.workflow.tasks import TaskView

Person = Callable[..., Actor]
OPEN = {name: CALLER[name] for name in ("jenis", "jumlah", "tempat")}
NOTES = {"alasan": CALLER["alasan"]}
MASKED = {name: CALLER[name] for name in ("nama", "telepon")}
NAMED = ("Contoh Warga Satu", "081200000000")


@pytest.fixture
def begin(works: Works, tmp_path: Path, budi: Actor) -> Callable[..., tuple[UUID, UUID]]:
    """A call that goes on as a report: `begin(report(), call())`; the call, and the first task of
    the report.
    """

    def begin(*folders: Any, **given: Any) -> tuple[UUID, UUID]:
        deploy(works, tmp_path, *(folders or (report(), call())))
        with works.begin(budi) as work:
            started = cases.start(work, CALL)
            assert started.task_id is not None
            told = {name: value for name, value in {**CALLER, **given}.items() if value is not None}
            tasks.complete(work, started.task_id, told, str(uuid4()))
            first = work.session.scalars(
                select(Task.id).where(Task.element == "catat", Task.status == "open")
            ).one()
        return started.case_id, first

    return begin


Begin = Callable[..., tuple[UUID, UUID]]


def seen(works: Works, actor: Actor, task_id: UUID, *, take: bool = False) -> TaskView:
    with works.begin(actor) as work:
        if take:
            tasks.claim(work, task_id)
        return tasks.get(work, task_id)


def openings(works: Works, actor: Actor, case_id: UUID) -> list[tuple[str, str]]:
    with works.begin(actor) as work:
        return [(access.who, access.purpose) for access in answers.accesses(work, case_id)]


def test_an_officer_of_the_desk_goes_on_with_what_was_told(
    works: Works, budi: Actor, begin: Begin
) -> None:
    _, task_id = begin()

    view = seen(works, budi, task_id)

    assert (view.answers, view.answers_from) == ({**OPEN, **NOTES, **MASKED}, "parent")
    assert "dibacakan" not in view.answers, "what has to be declared is declared for each case anew"


def test_r23_the_first_case_tells_once_who_read_its_identity_and_what_for(
    works: Works, budi: Actor, begin: Begin, person: Person
) -> None:
    case_id, task_id = begin()
    assert openings(works, budi, case_id) == []

    for _ in range(3):
        seen(works, budi, task_id)
    assert openings(works, budi, case_id) == [("Contoh Budi", "Isian awal berkas lanjutan: Catat")]

    with works.begin(budi) as work:
        tasks.release(work, task_id)
    seen(works, person("ani", "petugas"), task_id, take=True)
    assert [who for who, _ in openings(works, budi, case_id)] == ["Contoh Ani", "Contoh Budi"]
    with works.begin(budi) as work:
        told = [entry.what for entry in history.timeline(work, case_id)]
    assert told.count("Identitas dibuka dengan tujuan tertulis") == 2


def test_who_only_looks_at_the_task_is_shown_nothing(
    works: Works, begin: Begin, person: Person
) -> None:
    case_id, task_id = begin()
    other = person("ani", "petugas")

    assert seen(works, other, task_id).answers == {}
    assert openings(works, other, case_id) == []


def test_a_receiving_function_that_may_not_open_the_first_case_takes_nothing_from_it(
    works: Works, begin: Begin, person: Person, budi: Actor
) -> None:
    case_id, task_id = begin(report(lane="piket_reskrim"), call())

    view = seen(works, person("edo", "piket_reskrim"), task_id, take=True)

    assert (view.answers, view.answers_from) == ({}, None)
    assert openings(works, budi, case_id) == []


def test_a_receiving_function_is_given_what_its_own_form_asks_for_once_the_desk_has_recorded_it(
    works: Works, begin: Begin, person: Person, budi: Actor
) -> None:
    _, task_id = begin()
    with works.begin(budi) as work:
        tasks.complete(
            work, task_id, {**OPEN, **NOTES, **MASKED, "tempat": "Pasar Contoh"}, str(uuid4())
        )
        following = work.session.scalars(
            select(Task.id).where(Task.element == "kaji", Task.status == "open")
        ).one()

    view = seen(works, person("edo", "piket_reskrim"), following, take=True)

    assert (view.answers, view.answers_from) == ({"tempat": "Pasar Contoh"}, "earlier")


def test_who_works_on_the_first_case_without_reading_identities_takes_over_what_he_reads_there(
    works: Works, begin: Begin, person: Person, budi: Actor
) -> None:
    first = call()
    first.nodes["tutup"].lane = "piket_samapta"
    case_id, task_id = begin(report(lane="piket_samapta"), first)

    view = seen(works, person("edo", "piket_samapta"), task_id, take=True)

    assert view.answers == {**OPEN, **NOTES}
    assert openings(works, budi, case_id) == [], "no identity was read"


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"nama": {"personal": None}}, "nama"),
        ({"nama": {"personal": "catatan"}}, "nama"),
        ({"alasan": {"personal": None}}, "alasan"),
        ({"jenis": {"schema": {"enum": ["penipuan"]}}}, "jenis"),
        ({"jumlah": {"schema": {"maximum": 2}}}, "jumlah"),
        ({"tempat": {"ui": {"visible_if": {"field": "jenis", "equals": "kecelakaan"}}}}, "tempat"),
    ],
)
def test_an_answer_that_would_be_less_secret_or_does_not_fit_is_left_out(
    works: Works, begin: Begin, budi: Actor, changes: dict[str, Any], missing: str
) -> None:
    _, task_id = begin(report(**changes), call())

    expected: Answers = {**OPEN, **NOTES, **MASKED}
    expected.pop(missing)
    assert seen(works, budi, task_id).answers == expected


def test_an_answer_may_become_more_secret(works: Works, begin: Begin, budi: Actor) -> None:
    _, task_id = begin(report(tempat={"personal": "uraian"}, alasan={"personal": "uraian"}), call())

    assert seen(works, budi, task_id).answers == {**OPEN, **NOTES, **MASKED}


def test_a_question_that_was_not_asked_before_keeps_what_it_starts_with(
    works: Works, begin: Begin, budi: Actor
) -> None:
    _, task_id = begin(
        report(tempat={"ui": {"default": "Kandangan"}}, jumlah={"ui": {"default": 1}}),
        call(),
        tempat=None,
    )

    answers = seen(works, budi, task_id).answers
    assert (answers["tempat"], answers["jumlah"]) == ("Kandangan", 3)


def test_another_process_and_an_unknown_element_give_nothing(
    works: Works, begin: Begin, budi: Actor
) -> None:
    _, task_id = begin(report(prefill=f"lain.terima {CALL}.hantu"), call())

    assert (seen(works, budi, task_id).answers, seen(works, budi, task_id).answers_from) == (
        {},
        None,
    )


def test_a_draft_is_worth_more_than_what_was_told_before(
    works: Works, begin: Begin, budi: Actor
) -> None:
    _, task_id = begin()
    with works.begin(budi) as work:
        drafts.save(work, task_id, {"nama": "Contoh Warga Dua"})

    view = seen(works, budi, task_id)
    assert (view.answers, view.answers_from) == ({"nama": "Contoh Warga Dua"}, "draft")


@pytest.fixture
def leave(works: Works, budi: Actor) -> Callable[..., None]:
    """Budi types, beginning with what his form holds, and gives the task back: `leave(task_id,
    telepon="1")`.
    """

    def leave(task_id: UUID, **typed: Any) -> None:
        held = seen(works, budi, task_id).answers
        with works.begin(budi) as work:
            drafts.save(work, task_id, {**held, **typed})
            tasks.release(work, task_id)

    return leave


def test_r23_the_draft_of_a_colleague_hands_an_identity_on_and_the_first_case_tells_who_read_it(
    works: Works, budi: Actor, begin: Begin, leave: Callable[..., None], person: Person
) -> None:
    case_id, task_id = begin()
    leave(task_id, nama="Contoh Warga Dua")

    view = seen(works, person("ani", "petugas"), task_id, take=True)

    assert (view.answers_from, view.answers["nama"]) == ("colleague", "Contoh Warga Dua")
    assert [who for who, _ in openings(works, budi, case_id)] == ["Contoh Ani", "Contoh Budi"]


def test_r79_the_draft_of_a_colleague_tells_nothing_personal_of_a_first_case_that_is_closed_to_the_next(  # noqa: E501 - a sentence
    works: Works, budi: Actor, begin: Begin, leave: Callable[..., None], person: Person
) -> None:
    case_id, task_id = begin(telepon=None)
    leave(task_id, telepon="081200000009")
    ani = person("ani", "petugas")
    with works.begin(SYSTEM) as work:
        wall = CaseWall(case_id=case_id, user_id=ani.user_id, since=work.clock(), reason_key="x.y")
        work.session.add(wall)

    view = seen(works, ani, task_id, take=True)

    # The first case has no telephone number: the colleague heard it in this one.
    assert (view.answers_from, view.answers) == ("colleague", {**OPEN, "telepon": "081200000009"})
    assert [who for who, _ in openings(works, budi, case_id)] == ["Contoh Budi"]


def test_nothing_taken_over_is_stored_before_somebody_has_confirmed_it(
    works: Works, begin: Begin, budi: Actor
) -> None:
    _, task_id = begin()
    seen(works, budi, task_id)

    with works.begin(budi) as work:
        child_id = work.session.get_one(Task, task_id).case_id
        assert answers.masked(work, child_id) == []
        tasks.complete(work, task_id, {**OPEN, **NOTES, **MASKED}, str(uuid4()))
        masked = str(answers.masked(work, child_id))
    assert masked
    assert not [word for word in NAMED if word in masked]
