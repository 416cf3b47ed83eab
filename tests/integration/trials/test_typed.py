"""What was typed is stored as it was typed, in the sealed answers too; anything else is
reported.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.integration.conftest import TestClock
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import forms
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.operations.consistency_cases import Fault
from workflow_app.services.workflow import tasks
from workflow_app.tools.chaos import clerk
from workflow_app.tools.chaos.clerk import Hashes
from workflow_app.tools.load import officer

Typed = dict[str, Hashes]


@pytest.fixture
def written_down(works: Works, play: Callable[..., UUID], budi: Actor, clock: TestClock) -> Typed:
    """What an officer typed in every form of the desk, from the citizen's arrival to the
    approval.
    """
    found: Typed = {}
    case = play("sktlk_ktp", 0)
    for heading in officer.DESK:
        fields = officer.answers(heading, clock(), 17)
        key = str(uuid4())
        with works.begin(budi) as work:
            task = work.session.scalars(
                text("select id from task where case_id = :case and status = 'open'"),
                {"case": case},
            ).one()
            posted = {
                name: [value] if isinstance(value, str) else value for name, value in fields.items()
            }
            tasks.complete(work, task, forms.read(tasks.form_of(work, task), posted), key)
        found[key] = clerk.hashes(fields)
    return found


def faults(work: UnitOfWork, written_down: Typed) -> list[Fault]:
    return list(clerk.compare(work, written_down))


def test_everything_that_was_typed_is_stored(works: Works, written_down: Typed) -> None:
    with works.begin(SYSTEM) as work:
        assert len(written_down) == len(officer.DESK)
        assert faults(work, written_down) == []


def test_a_form_that_is_not_there_and_one_of_another_citizen_are_lost(
    works: Works, written_down: Typed
) -> None:
    key = next(key for key, hashes in written_down.items() if "nik" in hashes)
    other = officer.answers("Identitas pelapor", datetime.now(UTC), 18)
    with works.begin(SYSTEM) as work:
        (swapped,) = faults(work, {**written_down, key: clerk.hashes(other)})
        (gone,) = faults(work, {**written_down, "nowhere": {"nama": "x"}})

    assert (swapped.kind, swapped.where) == ("lost", f"complete {key}")
    assert all(name in swapped.sentence for name in ("alamat", "nama", "nik"))
    assert (gone.kind, gone.where) == ("lost", "complete nowhere")


def test_sealed_answers_that_are_missing_or_do_not_open_are_lost(
    works: Works, written_down: Typed
) -> None:
    with works.begin(SYSTEM) as work:
        work.session.execute(text("alter table sealed_answers disable trigger user"))
        work.session.execute(text("delete from sealed_answers where field_group = 'kontak'"))
        assert ["telepon" in fault.sentence for fault in faults(work, written_down)] == [True]

        work.session.execute(
            text(
                "update sealed_answers set sealed = sealed || '\\x00' where field_group = "
                "'identitas'"
            )
        )
        told = [fault.sentence for fault in faults(work, written_down)]

    assert any("do not open" in sentence for sentence in told)
