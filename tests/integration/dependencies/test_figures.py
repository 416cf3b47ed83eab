"""/metrics tells what the tables say, and does not depend on them."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from tests.integration.dependencies.forwarder import Forwarder
from tests.integration.dependencies.program import Program, wait_until
from tests.integration.dependencies.test_health import figure
from tests.integration.services import scans
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.app import create_app
from workflow_app.domain import SYSTEM
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import read_settings

pytestmark = pytest.mark.usefixtures("quick")

SCAN = {"unggah.persyaratan.sim_01.documents": [(scans.picture(), "a.png")]}


def test_a_paper_that_was_read_a_late_clock_and_a_failed_job_are_told(
    site: Flask,
    enter: Callable[[str], Visitor],
    site_works: Works,
    start_worker: Callable[..., Program],
) -> None:
    assert figure(site, "sentra_ocr_pages_total") == 0
    desk.to_requirements(enter("budi")).submit("Unggah", SCAN).submit(desk.NEXT, **desk.GIVEN)
    with site_works.begin(SYSTEM) as work:
        jobs.defer(work, "read_document", document_id=str(uuid4()))
        late = (
            "update case_clock set due_at = now() - interval '1 hour' where name = 'berkas_lengkap'"
        )
        work.session.execute(text(late))

    start_worker()

    wait_until(lambda: figure(site, 'sentra_jobs_failed{queue="reading"}') == 1, 40)
    wait_until(lambda: figure(site, "sentra_ocr_pages_total") == 1, 40)
    assert figure(site, "sentra_ocr_seconds_total") > 0
    assert figure(site, 'sentra_clocks_late{clock="berkas_lengkap"}') == 1
    assert figure(site, 'sentra_jobs_failed{queue="counter"}') == 0


def test_a_database_without_tables_is_told_as_such(
    environment: dict[str, str], empty_database_url: str
) -> None:
    app = create_app(read_settings({**environment, "DATABASE_URL": empty_database_url}))

    answer = app.test_client().get("/metrics")

    assert answer.status_code == 200
    assert 'sentra_part_ok{part="schema"} 0.0' in answer.text
    assert "sentra_tasks_open" not in answer.text
    app.extensions["sentra"].works.session_factory.kw["bind"].dispose()


def test_a_database_that_is_known_to_be_silent_is_not_asked_again(
    site: Flask, site_works: Works, database_line: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_line.silence()
    asked: list[str] = []
    monkeypatch.setattr("workflow_app.services.core.figures.read", lambda _: asked.append("tables"))

    answer = site.test_client().get("/metrics")

    assert (answer.status_code, asked) == (200, [])
    assert 'sentra_part_ok{part="database"} 0.0' in answer.text
    database_line.mend()
