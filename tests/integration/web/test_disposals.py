"""Where a disposal begins: on the list of what is due, never without papers (R37)."""

from collections.abc import Callable

from sqlalchemy import func, select

from tests.integration.conftest import PROCESSES
from tests.integration.web.visitor import Visitor
from workflow_app.models.case import Case
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.office import processes
from workflow_app.types import SYSTEM, Actor


def test_r37_a_disposal_begins_where_its_papers_are_chosen(
    works: Works, person: Callable[..., Actor], visit: Callable[[str], Visitor]
) -> None:
    person("arsip", "arsiparis")
    with works.begin(SYSTEM) as work:
        processes.deploy(work, PROCESSES / "disposal")
    archivist = visit("arsip").open("/mulai")
    assert "/mulai/disposal" not in archivist.text
    token = archivist.token()
    assert archivist.follow("Pilih dokumen di Retensi").path == "/retensi"

    sent = archivist.client.post("/mulai/disposal", data={"csrf_token": token, "kunci": "satu"})
    assert (sent.status_code, sent.location) == (302, "/retensi")
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(Case)) == 0
