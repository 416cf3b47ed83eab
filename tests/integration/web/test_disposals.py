"""The list of papers that are due, on pages, and where a disposal begins (R37)."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import PASSWORD, PROCESSES, TestClock
from tests.integration.services import retained
from tests.integration.web.visitor import Visitor
from workflow_app.app import create_app
from workflow_app.models.case import Case
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.keeping import disposals, due_papers
from workflow_app.services.office import processes
from workflow_app.services.running.rehearsal import Stage
from workflow_app.settings import Settings
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


def test_r37_a_choice_that_is_refused_on_the_second_page_stays_there(
    works: Works,
    stage: Stage,
    settings: Settings,
    clock: TestClock,
    person: Callable[..., Actor],
    sari: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archivist = person("arsip", "arsiparis")
    office = retained.open_office(works, stage, settings, clock, archivist, sari)
    monkeypatch.setattr(due_papers, "AT_ONCE", 1)
    for _ in range(2):
        office.deposit()
    office.pass_years(3)
    page = Visitor(create_app(settings, works=office.works).test_client()).sign_in("arsip", PASSWORD)

    page.open("/retensi").follow("Berikutnya")
    second = shown(page)
    assert second != shown(Visitor(page.client).open("/retensi"))
    monkeypatch.setattr(disposals, "MOST", 0)
    page.submit("Usulkan yang dipilih", dokumen=second)

    assert page.answer.status_code == 400
    assert shown(page, is_ticked=True) == second


def shown(page: Visitor, *, is_ticked: bool = False) -> str:
    """The one paper of a page."""
    boxes = [box for box in page.page().iter("input") if box.get("name") == "dokumen"]
    (value,) = [box.get("value") for box in boxes if not is_ticked or box.get("checked") is not None]
    return str(value)
