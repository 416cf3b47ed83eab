"""What a receiving function reads: letters and papers of a case from the hand-off until it is
returned (R26, R68, R71).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from tests.integration.conftest import PROCESSES
from workflow_app.domain import SYSTEM, Actor, Answers, Forbidden, NotFound, SentraError
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete, Scenario
from workflow_app.models import Case, CaseWall, Letter, Task
from workflow_app.services.cases import access, answers, task_rights
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.documents import classification, documents
from workflow_app.services.letters import printing
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import tasks

RETURNED: Answers = {"rujukan_jawaban": "kembalikan", "alasan": "Contoh: bukan tugas fungsi ini."}
Play = Callable[..., UUID]
READ, SHUT, HIDDEN = "read", Forbidden, NotFound


def scenario(process: str, name: str) -> Scenario:
    files = process_folders.read_folder(PROCESSES / process)
    return process_folders.read_scenario(name, files[f"scenarios/{name}.yaml"])


def told(process: str, name: str, element: str) -> Answers:
    """How a scenario first answers at an element."""
    steps = (step for step in scenario(process, name).steps if isinstance(step, Complete))
    return next(step.answers for step in steps if step.element == element)


@pytest.fixture
def play(stage: Stage, works: Works) -> Play:
    """Plays a scenario until an element waits; a paper is with the case."""

    def until(process: str, name: str, element: str) -> UUID:
        with works.begin(SYSTEM) as work:
            definitions.deploy(work, PROCESSES / process)
        told = scenario(process, name)
        steps = [
            isinstance(step, Complete) and step.element == element for step in told.steps
        ].index(True)
        case_id = seeding.play(stage, process, told, steps=steps)
        with works.begin(stage.cast["petugas"]) as work:
            label = classification.choices_paper_label(work, work.session.get_one(Case, case_id))[0]
            documents.upload(work, case_id, element="berkas", label=label, data=stage.paper)
        return case_id

    return until


@pytest.fixture
def intelkam(stage: Stage) -> Actor:
    return stage.cast["piket_intelkam"]


def finds(works: Works, actor: Actor, case_id: UUID) -> set[object]:
    """What the actor gets of the letters and the papers of a case: all of them read, shut, or not
    there.
    """
    with works.begin(SYSTEM) as work:
        letter_ids = list(work.session.scalars(select(Letter.id).where(Letter.case_id == case_id)))
        paper_ids = [
            paper.id for paper in documents.for_case(replace(work, actor=OVERSEER), case_id)
        ]
    assert paper_ids
    asked: list[Callable[[UnitOfWork], object]] = [
        *(lambda work, id=letter_id: printing.pdf(work, id) for letter_id in letter_ids),
        *(
            lambda work, id=paper_id: documents.content(work, id, "original")
            for paper_id in paper_ids
        ),
        *(lambda work, id=paper_id: documents.text(work, id) for paper_id in paper_ids),
    ]
    return {outcome(works, actor, question) for question in asked}


OVERSEER = Actor(uuid4(), "Contoh Auditor", frozenset({"auditor"}))


def outcome(works: Works, actor: Actor, question: Callable[[UnitOfWork], object]) -> object:
    with works.begin(actor) as work:
        try:
            question(work)
        except SentraError as error:
            return type(error)
    return READ


def answer(works: Works, actor: Actor, case_id: UUID, given: Answers) -> None:
    with works.begin(actor) as work:
        query = select(Task.id).where(
            Task.case_id == case_id, Task.status == "open", Task.role.in_(actor.roles)
        )
        task_id = work.session.scalars(query).one()
        tasks.claim(work, task_id)
        tasks.complete(work, task_id, given, str(uuid4()))


def test_r68_the_receiver_reads_from_the_hand_off_until_the_return_and_nobody_else_does(
    works: Works, stage: Stage, play: Play, intelkam: Actor
) -> None:
    lantas = stage.cast["piket_lantas"]
    early = play("referral", "tertulis_fungsi", "rujukan_beri_tahu")
    assert finds(works, intelkam, early) == {HIDDEN}, (
        "it is sent, but not handed on before the citizen is told"
    )

    case_id = play("referral", "tertulis_fungsi", "rujukan_terima")
    assert finds(works, intelkam, case_id) == {READ}
    assert finds(works, lantas, case_id) == {HIDDEN}
    with works.begin(intelkam) as work, pytest.raises(Forbidden):
        answers.reveal(work, case_id, "ingin tahu siapa")

    answer(works, intelkam, case_id, RETURNED)
    assert finds(works, intelkam, case_id) == {SHUT}
    assert finds(works, lantas, case_id) == {HIDDEN}
    with works.begin(intelkam) as work:
        case = work.session.get_one(Case, case_id)
        assert answers.readable_groups(work, case) == frozenset(), "no note either"
        assert not any(letter.can_open for letter in printing.for_case(work, case_id))
        assert not any(paper.can_read for paper in documents.for_case(work, case_id))
        assert documents.labels(work, case_id) == [], "and adds nothing"
    assert finds(works, stage.cast["petugas"], case_id) == {READ}


def test_r68_what_comes_back_takes_along_every_round_that_the_function_had_before(
    works: Works, play: Play, intelkam: Actor
) -> None:
    case_id = play("referral", "tertulis_fungsi", "rujukan_terima")
    with works.begin(SYSTEM) as work:
        task = work.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.hand_off == "held")
        ).one()
        kept = {
            name: getattr(task, name)
            for name in ("case_id", "element", "name", "unit", "role", "hand_off")
        }
        for minutes in (2, 1):
            at = task.created_at - timedelta(minutes=minutes)
            over = {"id": uuid4(), "status": "done", "created_at": at, "done_at": at}
            work.session.add(Task(**kept, **over, done_by=intelkam.user_id))
    answer(works, intelkam, case_id, RETURNED)
    with works.begin(intelkam) as work:
        case = work.session.get_one(Case, case_id)
        listed = work.session.scalars(select(Case.id).where(task_rights.readable_case(work))).all()
        assert (task_rights.reads_papers(work, case), listed) == (False, []), (
            "lists say the same as the case"
        )


def test_r68_what_was_accepted_stays_with_the_function_after_the_end(
    works: Works, play: Play, intelkam: Actor
) -> None:
    case_id = play("referral", "tertulis_fungsi", "rujukan_terima")
    answer(works, intelkam, case_id, told("referral", "tertulis_fungsi", "rujukan_terima"))
    assert finds(works, intelkam, case_id) == {READ}


def test_r68_what_is_withdrawn_is_shut(works: Works, play: Play, stage: Stage) -> None:
    case_id = play("referral", "ditarik", "rujukan_eskalasi")
    with works.begin(SYSTEM) as work:
        role = work.session.scalars(
            select(Task.role).where(Task.case_id == case_id, Task.hand_off == "held")
        ).one()
    receiver = stage.cast[role]
    assert finds(works, receiver, case_id) == {READ}
    answer(works, stage.cast["pamapta"], case_id, told("referral", "ditarik", "rujukan_eskalasi"))
    assert finds(works, receiver, case_id) == {SHUT}


def test_the_office_can_shut_what_is_handed_on(works: Works, play: Play, intelkam: Actor) -> None:
    case_id = play("referral", "tertulis_fungsi", "rujukan_terima")
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, access.RECEIVERS_READ, False, configuration.SOP_IN_FORCE)
    assert finds(works, intelkam, case_id) == {SHUT}


def test_r79_a_wall_stands_before_what_is_handed_on(
    works: Works, play: Play, intelkam: Actor
) -> None:
    case_id = play("referral", "tertulis_fungsi", "rujukan_terima")
    with works.begin(SYSTEM) as work:
        wall = {
            "case_id": case_id,
            "user_id": intelkam.user_id,
            "since": work.clock(),
            "reason_key": "x.y",
        }
        work.session.execute(insert(CaseWall), [wall])
    assert finds(works, intelkam, case_id) == {HIDDEN}


def test_r49_an_examiner_opens_the_report_while_it_is_in_his_hands(
    works: Works, play: Play, stage: Stage
) -> None:
    reskrim = stage.cast["piket_reskrim"]
    case_id = play("lp", "diterima_model_b", "baca_ulang")
    assert finds(works, reskrim, case_id) == {SHUT}, (
        "the question of the first look has been answered"
    )

    case_id = play("lp", "diterima_model_b", "rujukan_terima")
    assert finds(works, reskrim, case_id) == {READ}
    with works.begin(reskrim) as work:
        assert answers.reveal(work, case_id, "memeriksa pelapor")
    answer(works, reskrim, case_id, RETURNED)
    assert finds(works, reskrim, case_id) == {SHUT}
    with works.begin(reskrim) as work, pytest.raises(Forbidden):
        answers.reveal(work, case_id, "memeriksa pelapor")
