"""Two officers press "Cetak kode rahasia" for one receipt."""

from dataclasses import replace

from sqlalchemy import func, select

from tests.integration.conftest import PROCESSES
from tests.integration.races.meeting import second_comes_while_first_holds
from tests.integration.races.office import Office
from tests.integration.web.world import picture
from workflow_app.domain import PUBLIC, SYSTEM, InvalidInput
from workflow_app.engine import process_folders
from workflow_app.models import Letter, TrackingCode
from workflow_app.services.demo import seeding
from workflow_app.services.processes import definitions
from workflow_app.services.public import tracking
from workflow_app.services.public.tracking import IssuedCode


def test_r36_one_code_is_handed_out_and_the_second_officer_is_asked_why(office: Office) -> None:
    with office.works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "complaint")
    files = process_folders.read_folder(PROCESSES / "complaint")
    scenario = process_folders.read_scenario("surel", files["scenarios/surel.yaml"])
    stage = replace(office.stage(), paper=picture(200))
    case_id = seeding.play(stage, "complaint", scenario, steps=4)
    with office.works.begin(SYSTEM) as work:
        letter_id = work.session.scalars(select(Letter.id).where(Letter.case_id == case_id)).one()

    first, late = second_comes_while_first_holds(
        office.works,
        (office.people["budi"], lambda work: tracking.issue(work, letter_id)),
        (office.people["rina"], lambda work: tracking.issue(work, letter_id)),
    )

    assert isinstance(first, IssuedCode)
    assert isinstance(late, InvalidInput)
    with office.works.begin(PUBLIC) as work:
        assert tracking.look_up(work, first.number, first.code) is not None
        query = select(func.count()).where(TrackingCode.letter_id == letter_id)
        assert work.session.scalar(query) == 1
