"""Whom a police report and its hand-off tell, by which way and when: the reporter, Ka SPKT and the
leader (R27, R49).
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete, ExpectOpen
from workflow_app.models import Case, Letter, Message
from workflow_app.services.cases import clocks
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.messages import messages
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import steps

FILES = process_folders.read_folder(PROCESSES / "lp")
LEADER = ("kabari_pimpinan", "pimpinan", "laporan_pimpinan", "slip")
LATE = [
    ("rujukan_kabari_lewat", "ka_spkt", "lewat_batas", "slip"),
    ("kabari_teguran", "pimpinan", "lewat_batas", "slip"),
]
REPORTER = [
    ("rujukan_kabari_diteruskan", "warga", "diteruskan", "telepon"),
    ("rujukan_kabari_diterima", "warga", "diterima", "telepon"),
    ("kabari_pelapor", "warga", "tanggapan", "telepon"),
]


@pytest.fixture
def played(stage: Stage, works: Works, person: Callable[..., Actor]) -> Callable[[str], UUID]:
    """Plays a scenario of the police report to its end."""

    def play(name: str) -> UUID:
        told = process_folders.read_scenario(name, FILES[f"scenarios/{name}.yaml"])
        roles = {step.role for step in told.steps if isinstance(step, Complete)} - stage.cast.keys()
        cast = {**stage.cast, **{role: person(role, role) for role in roles}}
        with works.begin(SYSTEM) as work:
            definitions.deploy(work, PROCESSES / "lp")
        return seeding.play(
            Stage(works, cast, stage.public_url, stage.paper, stage.advance), "lp", told
        )

    return play


def written(works: Works, case_id: UUID) -> list[tuple[str, str, str, str]]:
    with works.begin(SYSTEM) as work:
        rows = work.session.scalars(select(Message).where(Message.case_id == case_id))
        return [(row.element, row.recipient, row.template, row.channel) for row in rows]


def bodies(works: Works, case_id: UUID) -> dict[str, str]:
    """What the messages of a case say, by the service tasks that wrote them."""
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        rows = work.session.scalars(select(Message).where(Message.case_id == case_id))
        return {row.element: messages.opened(work, case, row).body for row in rows}


def use_phones(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "saluran_pesan", ["telepon"], configuration.SOP_IN_FORCE)


def test_the_reporter_is_told_when_he_is_handed_on_accepted_and_followed_up(
    works: Works, played: Callable[[str], UUID]
) -> None:
    use_phones(works)
    case_id = played("diterima_model_b")
    assert sorted(written(works, case_id)) == sorted([LEADER, *REPORTER])
    with works.begin(SYSTEM) as work:
        query = select(Letter.number).where(Letter.case_id == case_id, Letter.kind == "sttlp")
        receipt = work.session.scalars(query.where(Letter.status == "valid")).one()
    told = bodies(works, case_id)
    assert [name for name, *_ in REPORTER if receipt not in told[name]] == [], (
        "one number: that of his receipt"
    )


def test_who_cannot_be_reached_was_told_at_the_step_and_leaves_no_slip_behind(
    works: Works, played: Callable[[str], UUID]
) -> None:
    assert written(works, played("diterima_model_b")) == [LEADER], (
        "the office has opened no way out"
    )


def test_leaders_are_told_of_a_hand_off_that_nobody_accepts_and_of_the_fourteen_days_with_the_day(
    works: Works, played: Callable[[str], UUID]
) -> None:
    case_id = played("belum_diterima_14_hari")
    assert sorted(written(works, case_id)) == sorted([LEADER, *LATE])
    texts = bodies(works, case_id)
    with works.begin(SYSTEM) as work:
        number = work.session.get_one(Case, case_id).number
    assert all(number in body and "Contoh Warga" not in body for body in texts.values())
    assert "7 Desember 2026" in texts["kabari_teguran"], "fourteen days from the receipt"
    assert "23 November 2026" in texts["rujukan_kabari_lewat"], "thirty minutes from the hand-off"


def test_the_day_told_is_that_of_the_destination_that_is_late_not_of_one_that_returned_it(
    works: Works, stage: Stage
) -> None:
    """A function returns it, within its thirty minutes; the institution that it goes to then is
    late.
    """
    files = process_folders.read_folder(PROCESSES / "referral")
    returned, late = (
        process_folders.read_scenario(name, files[f"scenarios/{name}.yaml"])
        for name in ("dikembalikan_lalu_terlambat", "instansi_belum_menjawab")
    )
    back = next(place for place, step in enumerate(returned.steps) if isinstance(step, ExpectOpen))
    again = next(place for place, step in enumerate(late.steps) if is_at(step, "rujukan_keperluan"))
    until = next(place for place, step in enumerate(late.steps) if isinstance(step, ExpectOpen))
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "referral")
    case_id = seeding.play(stage, "referral", returned, steps=back)
    assert stage.advance is not None
    seeding.go_on(stage, case_id, late, again, until - 1)
    stage.advance(timedelta(days=7))
    with works.begin(SYSTEM) as work:
        steps.wake(work, case_id)
        due = clocks.named(work, case_id)["tanda_terima_rujukan"].due_at
    assert due is not None
    assert formatting.moment(due) in bodies(works, case_id)["rujukan_kabari_lewat"]


def is_at(step: object, element: str) -> bool:
    return isinstance(step, Complete) and step.element == element
