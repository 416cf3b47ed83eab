"""An archive in which papers become due: a store whose locks are short, a schedule that the office
has set, years that pass.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from archive.blobs import Blobs
from archive.models import RenditionKind
from archive.page_content import PageText
from tests.integration.archive.reader import keep_reading
from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.open_tasks import task_of
from tests.integration.services import scans, stacks
from tests.integration.services.walled import complete
from tests.unit.ocr import fed
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.documents import documents
from workflow_app.services.office_settings import configuration, configuration_seeds
from workflow_app.services.office_settings.retention_schedule import KEY
from workflow_app.services.processes import definitions
from workflow_app.services.retention import disposal_lists, holdings
from workflow_app.services.retention import schedule as retention_schedule
from workflow_app.services.workflow import archive_batches, cases, tasks
from workflow_app.settings import Settings

LOCK_SECONDS = 1.0
WORD = "zamrudkelabu"
PROPOSAL = {"alasan_usul": "Masa simpannya sudah lewat", "sudah_diperiksa": True}
APPROVAL = {"putusan_musnah": "setujui", "daftar_dilihat": True}


def outlast_locks() -> None:
    """The store has a clock of its own, so what it locked is waited for."""
    time.sleep(LOCK_SECONDS + 0.3)


def brief(works: Works, settings: Settings) -> Works:
    """The same installation, where the store locks what it gets for a second only."""
    store = Blobs(
        settings.s3_endpoint,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        settings.s3_bucket,
        settings.s3_secure,
        settings.s3_region,
        retention_days=LOCK_SECONDS / 86400,  # type: ignore[arg-type]  # parts of a day serve tests only
    )
    return replace(works, blobs=store)


def schedule(**changes: Any) -> list[dict[str, Any]]:
    """One row that the office has confirmed: everything is destroyed after two years."""
    row = {
        **configuration_seeds.RETENTION[-1],
        "kode": "R-1",
        "jenis": "Semua",
        "nasib": "musnah",
        "aktif": 1,
    }
    return [{**row, "inaktif": 1, "dasar": "Keputusan contoh", "contoh": False, **changes}]


def set_schedule(works: Works, value: list[dict[str, Any]], *, now: bool = False) -> None:
    with works.begin(SYSTEM) as work:
        at = work.clock() if now else configuration.SOP_IN_FORCE
        configuration.set_value(work, KEY, value, at)


@dataclass
class Office:
    """Who acts in it."""

    works: Works
    stage: Stage
    clock: TestClock
    archivist: Actor
    chief: Actor

    def deposit(self) -> UUID:
        """A paper of the archive that was read; nobody else has its bytes."""
        with self.works.begin(SYSTEM) as work:
            found = holdings.deposit(work, scans.picture(str(uuid4())))
            assert found.document_id is not None
            self.read(found.document_id)
            return found.document_id

    def read(self, document_id: UUID) -> None:
        with self.works.begin(SYSTEM) as work:
            keep_reading(
                work.session,
                work.blobs,
                document_id,
                pages=[PageText(1, WORD, 90.0, [(WORD, 90.0, 1, 1, 2, 2)], 10, 10, "ocr")],
                pdf=stacks.pdf(fed.sheet(f"Contoh {uuid4()}")),
                pdf_kind=RenditionKind.SEARCHABLE_PDF,
                thumbnails=[uuid4().bytes],
                at=work.clock(),
            )

    def case_paper(self, officer: Actor, data: bytes | None = None) -> tuple[UUID, UUID]:
        """A case of the counter that goes on, and a paper in it."""
        with self.works.begin(officer) as work:
            case_id = cases.start(work, "sktlk").case_id
            paper = documents.upload(
                work, case_id, element="", label="Surat", data=data or scans.picture(str(uuid4()))
            )
        return case_id, paper.id

    def end(self, case_id: UUID) -> None:
        with self.works.begin(SYSTEM) as work:
            case = work.session.get_one(Case, case_id)
            case.status, case.outcome, case.closed_at = "done", "selesai", work.clock()

    def pass_years(self, years: float) -> None:
        """Time goes by here and in the store."""
        self.clock.advance(days=366 * years)
        outlast_locks()

    def propose(self, *papers: UUID) -> UUID:
        """The archivist chooses papers; the case waits for him to send it off."""
        with self.works.begin(self.archivist) as work:
            return archive_batches.begin(work, papers, str(uuid4())).case_id

    def send_off(self, case_id: UUID) -> None:
        complete(self.works, case_id, "usulkan", self.archivist, PROPOSAL)

    def take(self, case_id: UUID, element: str, actor: Actor) -> None:
        with self.works.begin(actor) as work:
            tasks.claim(work, task_of(self.works, case_id, element).id)

    def decide(self, case_id: UUID, answers: dict[str, object] | None = None) -> None:
        """Ka SPKT decides; what follows from it is still a job."""
        complete(self.works, case_id, "putuskan", self.chief, answers or APPROVAL)

    def dispose(self, *papers: UUID) -> UUID:
        """The whole way to the minutes that wait for signatures."""
        case_id = self.propose(*papers)
        self.send_off(case_id)
        self.decide(case_id)
        self.work_off(case_id)
        return case_id

    def work_off(self, case_id: UUID) -> None:
        seeding.settle(self.stage, case_id)

    def outcomes(self, case_id: UUID) -> Sequence[tuple[str, str]]:
        """What became of the papers of a proposal, and why."""
        with self.works.begin(self.chief) as work:
            found = disposal_lists.listed(work, case_id)
            assert found is not None
            return [(paper.status, paper.reason) for paper in found.papers]


def open_office(
    works: Works, stage: Stage, settings: Settings, clock: TestClock, archivist: Actor, chief: Actor
) -> Office:
    """The process is deployed, and the schedule is set."""
    own = brief(works, settings)
    with own.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "disposal")
    set_schedule(own, schedule())
    return Office(own, replace(stage, works=own), clock, archivist, chief)


def due(office: Office, **filters: Any) -> set[UUID]:
    with office.works.begin(office.archivist) as work:
        return {
            paper.standing.document_id for paper in retention_schedule.show(work, **filters).papers
        }


def obstacles(office: Office, paper: UUID) -> list[str]:
    with office.works.begin(SYSTEM) as work:
        return list(retention_schedule.standings(work, [paper])[paper].obstacles)
