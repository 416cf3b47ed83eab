"""Paper becomes archive (R37 to R39): who begins, who reads what was scanned, and from when on
everybody finds it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from workflow_app.domain import SYSTEM, Actor, Forbidden, NotFound
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Scenario
from workflow_app.models import CaseDocument
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.documents import documents, ingest
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases

FOLDER = PROCESSES / "digitisation"
ACCEPT = 4
"""Steps of the scenario before the acceptance."""


@pytest.fixture
def archivist(works: Works, person: Callable[..., Actor]) -> Actor:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, FOLDER)
    return person("arsip", "arsiparis")


@dataclass(frozen=True)
class Played:
    """A case of the scenario that lacks only its acceptance."""

    stage: Stage
    scenario: Scenario
    case_id: UUID

    def accept(self) -> None:
        seeding.go_on(self.stage, self.case_id, self.scenario, ACCEPT)


@pytest.fixture
def played(stage: Stage, archivist: Actor) -> Played:
    scenario = process_folders.read_scenario(
        "x", process_folders.read_folder(FOLDER)["scenarios/satu_surat.yaml"]
    )
    own = replace(stage, cast={**stage.cast, "arsiparis": archivist}, paper=sheet())
    return Played(own, scenario, seeding.play(own, "digitisation", scenario, steps=ACCEPT))


def sheet() -> bytes:
    """A page that is in no other case of the shared store."""
    target = io.BytesIO()
    Image.new("L", (401, 299), 250).save(target, "PNG")
    return target.getvalue()


def scan_of(works: Works, case_id: UUID) -> UUID:
    with works.begin(SYSTEM) as work:
        query = select(CaseDocument.document_id).where(
            CaseDocument.case_id == case_id, CaseDocument.element == "pindai"
        )
        return work.session.scalars(query).one()


def test_r39_an_archivist_begins_and_the_counter_does_not(
    works: Works, archivist: Actor, budi: Actor
) -> None:
    with works.begin(archivist) as work:
        assert "digitisation" in {process.key for process in definitions.startable(work)}
    with works.begin(budi) as work:
        assert "digitisation" not in {process.key for process in definitions.startable(work)}
        with pytest.raises(Forbidden):
            cases.start(work, "digitisation")


def test_an_archivist_begins_no_service_of_the_counter(
    works: Works, sktlk: str, archivist: Actor
) -> None:
    with works.begin(archivist) as work, pytest.raises(Forbidden):
        cases.start(work, sktlk)


def test_r39_who_scans_reads_what_was_scanned(
    works: Works, archivist: Actor, played: Played
) -> None:
    with works.begin(archivist) as work:
        assert documents.get(work, scan_of(works, played.case_id)).can_read


def test_r37_the_archive_opens_to_its_readers_when_the_scan_is_accepted(
    works: Works, budi: Actor, played: Played
) -> None:
    with works.begin(budi) as work, pytest.raises(NotFound):
        documents.get(work, scan_of(works, played.case_id))
    played.accept()
    with works.begin(budi) as work:
        assert documents.get(work, scan_of(works, played.case_id)).can_read


def test_a_paper_of_another_case_stays_that_cases_to_show(
    works: Works, budi: Actor, sktlk: str, person: Callable[..., Actor], played: Played
) -> None:
    with works.begin(budi) as work:
        other = cases.start(work, sktlk).case_id
    with works.begin(SYSTEM) as work:
        ingest.link(work, other, scan_of(works, played.case_id), element="", label="Surat")
    played.accept()
    with (
        works.begin(person("arsip_lain", "arsiparis", unit="lain")) as work,
        pytest.raises(NotFound),
    ):
        documents.get(work, scan_of(works, played.case_id))
