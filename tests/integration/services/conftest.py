"""For tests that need several real transactions."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import TestClock
from tests.integration.services import photos, retained, walled
from tests.integration.services.desk import new_case
from tests.integration.services.retained import Office
from tests.integration.services.scanner import Scanner
from tests.integration.services.stacks import Desk
from tests.integration.services.walled import begin, complete, naming
from tests.integration.services.worn_papers import Paper
from tests.unit.ocr import worn
from workflow_app.connections import blobs as blobs_of
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Task
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.documents import documents, reading
from workflow_app.settings import Settings


@pytest.fixture
def fresh_works(fresh_settings: Settings) -> Iterator[Works]:
    """Units of work that really commit, on a database of their own."""
    works = connect(fresh_settings, pool_size=20)
    works.blobs.ensure_bucket()
    yield works
    works.session_factory.kw["bind"].dispose()


@pytest.fixture
def officer(work: UnitOfWork, budi: Actor, sktlk: str) -> UnitOfWork:
    """A unit of work in which the officer who records acts."""
    return replace(work, actor=budi)


@pytest.fixture
def complaints(works: Works, tmp_path: Path) -> str:
    """The small process with walls is deployed; its key."""
    return walled.deploy(works, tmp_path)


@pytest.fixture
def dewi(person: Callable[..., Actor]) -> Actor:
    """A Ka SPKT who leads and oversees."""
    return person("dewi", "ka_spkt", "pamapta", "auditor", "admin")


@pytest.fixture
def propam(person: Callable[..., Actor]) -> Actor:
    """Handles complaints against members."""
    return person("propam", "piket_propam")


@pytest.fixture
def at_propam(works: Works, complaints: str, budi: Actor, sari: Actor, dewi: Actor) -> UUID:
    """A complaint that names Dewi; Propam handles it."""
    assert complaints
    case_id = begin(works, budi)
    complete(works, case_id, "telaah", sari)
    complete(works, case_id, "lapor", budi, naming(dewi, target="propam"))
    return case_id


@pytest.fixture
def desk(works: Works, play: Callable[..., UUID]) -> Desk:
    case_id = play("sktlk_ktp", 4)
    with works.begin(SYSTEM) as work:
        query = select(Task.id).where(Task.case_id == case_id, Task.status == "open")
        return Desk(case_id, work.session.scalars(query).one())


@pytest.fixture
def scanner(tmp_path: Path, works: Works) -> Scanner:
    folder = tmp_path / "pindai"
    folder.mkdir()
    return Scanner(folder, works)


@pytest.fixture
def office(
    works: Works,
    stage: Stage,
    settings: Settings,
    clock: TestClock,
    person: Callable[..., Actor],
    sari: Actor,
    sktlk: str,
) -> Office:
    assert sktlk
    return retained.open_office(works, stage, settings, clock, person("arsip", "arsiparis"), sari)


@pytest.fixture(scope="module")
def scanned() -> bytes:
    """A bad scan: two worn words, a page upside down, a blank one."""
    return worn.paper()


@pytest.fixture
def paper(works: Works, budi: Actor, sktlk: str, scanned: bytes) -> Paper:
    """That scan in a case of Budi's, read once."""
    assert sktlk
    with works.begin(budi) as work:
        case_id = new_case(work).id
        added = documents.upload(work, case_id, element="uraian", label="Surat", data=scanned)
    reading.read_document(works, added.id)
    return Paper(added.id, case_id, scanned)


@pytest.fixture
def archivist(person: Callable[..., Actor]) -> Actor:
    return person("arsip", "arsiparis")


@pytest.fixture
def rina(person: Callable[..., Actor]) -> Actor:
    return person("rina", "petugas")


@pytest.fixture
def chief2(person: Callable[..., Actor]) -> Actor:
    """A second Ka SPKT."""
    return person("dewi", "ka_spkt")


@pytest.fixture
def session_id(works: Works, budi: Actor) -> UUID:
    """Budi is signed in at the desk."""
    return photos.session_of(works, budi)


@pytest.fixture
def token(works: Works, budi: Actor, desk: Desk, session_id: UUID) -> str:
    """Budi, who has the checklist, shows a code for a phone at its first line; what it leads to."""
    return photos.shown(works, budi, desk.task_id, session_id)


@pytest.fixture
def device(works: Works, token: str) -> str:
    """The secret of the phone that took it up."""
    return photos.connected(works, token)


@pytest.fixture
def elsewhere(fresh_works: Works, fresh_settings: Settings) -> Iterator[Works]:
    """Another installation, with a store of its own."""
    own = blobs_of(fresh_settings.model_copy(update={"s3_bucket": f"lain-{uuid4().hex}"}))
    own.ensure_bucket()
    yield replace(fresh_works, blobs=own)
