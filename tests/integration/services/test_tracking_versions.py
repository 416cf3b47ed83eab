"""R36 over versions: whether a letter carries a code is told by the version under which it was
issued, also after a move.
"""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from tests.integration.deploying import copy_of
from workflow_app.domain import PUBLIC, SYSTEM, Actor, NotFound
from workflow_app.engine import process_folders
from workflow_app.models import Case, Letter
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions
from workflow_app.services.public import tracking
from workflow_app.services.workflow import version_migration

REASON = "Perbaikan menurut surat edaran, contoh."
FILES = process_folders.read_folder(PROCESSES / "complaint")
Complain = Callable[[], UUID]


@pytest.fixture
def complain(stage: Stage, works: Works, person: Callable[..., Actor]) -> Complain:
    """A complaint whose receipt is issued, under the version that is current."""
    person("tamu", "arsiparis")  # somebody to be named
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "lp")

    def play() -> UUID:
        scenario = process_folders.read_scenario("surel", FILES["scenarios/surel.yaml"])
        return seeding.play(stage, "complaint", scenario, steps=4)

    return play


def deploy(works: Works, folder: Path) -> int:
    """Make the folder the current version; its number."""
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, folder)
        return definitions.current(work, "complaint").version


def silent(place: Path) -> Path:
    """A version whose receipts carry no code."""
    folder = copy_of("complaint", place)
    meta = folder / "letters" / "tanda_terima.json"
    told = json.loads(meta.read_text())
    meta.write_text(
        json.dumps(
            {name: part for name, part in told.items() if name not in ("tracking", "publication")}
        )
    )
    template = meta.with_suffix(".html")
    template.write_text(template.read_text().replace("alamat_pelacakan", "nomor"))
    return folder


def move(works: Works, who: Actor, case_id: UUID, version: int) -> None:
    with works.begin(who) as work:
        order = version_migration.order(
            work, "complaint", version, (case_id,), REASON, str(uuid4())
        )
    version_migration.carry_out(works, order)
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id, populate_existing=True)
        receipt = work.session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
        assert case.definition_id != receipt.definition_id, (
            "the case was moved, its letter stays as it was issued"
        )


def receipt_of(works: Works, case_id: UUID) -> UUID:
    with works.begin(SYSTEM) as work:
        return work.session.scalars(select(Letter.id).where(Letter.case_id == case_id)).one()


def test_r36_a_code_that_was_handed_out_still_tells_after_a_move_to_a_version_that_hands_out_none(
    works: Works, complain: Complain, budi: Actor, sari: Actor, tmp_path: Path
) -> None:
    deploy(works, PROCESSES / "complaint")
    case_id = complain()
    letter_id = receipt_of(works, case_id)
    with works.begin(budi) as work:
        issued = tracking.issue(work, letter_id)
    with works.begin(PUBLIC) as work:
        before = tracking.look_up(work, issued.number, issued.code)
    move(works, sari, case_id, deploy(works, silent(tmp_path)))

    with works.begin(PUBLIC) as work:
        assert tracking.look_up(work, issued.number, issued.code) == before
    with works.begin(budi) as work:
        views = tracking.of_case(work, work.session.get_one(Case, case_id))
        assert [(view.letter_id, view.can_issue) for view in views.values()] == [(letter_id, True)]
        assert tracking.for_officer(work, case_id) == before
        tracking.issue(work, letter_id, "Lembar kodenya hilang, pengadu membawa tanda terima.")


def test_r36_a_letter_that_was_issued_without_a_code_gets_none_by_a_move(
    works: Works, complain: Complain, budi: Actor, sari: Actor, tmp_path: Path
) -> None:
    deploy(works, silent(tmp_path))
    case_id = complain()
    move(works, sari, case_id, deploy(works, PROCESSES / "complaint"))
    with works.begin(budi) as work:
        assert tracking.of_case(work, work.session.get_one(Case, case_id)) == {}
        with pytest.raises(NotFound):
            tracking.for_officer(work, case_id)
        with pytest.raises(NotFound):
            tracking.issue(work, receipt_of(works, case_id))
