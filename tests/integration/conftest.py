"""A site on the shared database: every test sees its own changes only, the clock is the test's, the
people have names.
"""

import io
from collections import ChainMap
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from flask import Flask
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from archive.blobs import Blobs
from tests.integration.hiring import PASSWORD as PASSWORD
from tests.integration.hiring import hire
from tests.integration.web.visitor import Visitor
from workflow_app.connections import blobs as blobs_of
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import process_folders
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.core.vault import Vault
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.settings import Settings

PROCESSES = Path(__file__).resolve().parent.parent.parent / "processes"
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, 23 November 2026, 09.00 WITA."""


class TestClock:
    """Stands still until told to go on."""

    __test__ = False

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        """Move on by `timedelta(**span)`."""
        self.at += timedelta(**span)


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Every test makes people; hashing their passwords as carefully as a site does took two fifths
    of the time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def clock() -> TestClock:
    return TestClock(MONDAY)


@pytest.fixture(scope="session")
def blobs(settings: Settings) -> Blobs:
    store = blobs_of(settings)
    store.ensure_bucket()
    return store


@pytest.fixture(scope="session")
def demo_mode(settings: Settings) -> None:
    """The shared database is a demo site: its letters may carry the example signatory."""
    works = connect(settings)
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "mode_demo", True, configuration.SOP_IN_FORCE)
    works.session_factory.kw["bind"].dispose()


@pytest.fixture
def works(
    db_engine: Engine, blobs: Blobs, settings: Settings, clock: TestClock, demo_mode: None
) -> Iterator[Works]:
    """Units of work whose commits are savepoints of one outer transaction, rolled back after the
    test.
    """
    with db_engine.connect() as connection:
        outer = connection.begin()
        factory = sessionmaker(connection, join_transaction_mode="create_savepoint")
        yield Works(factory, blobs, Vault(settings.identity_key_bytes), clock)
        outer.rollback()


@pytest.fixture
def work(works: Works) -> Iterator[UnitOfWork]:
    """One open unit of work in which the system acts."""
    with works.begin(SYSTEM) as opened:
        yield opened


@pytest.fixture(scope="session")
def sktlk(settings: Settings, blobs: Blobs) -> str:
    """The SKTLK process of the release, deployed once in the shared database; its key."""
    works = connect(settings)
    with works.begin(SYSTEM) as work:
        key = definitions.deploy(work, PROCESSES / "sktlk").key
    works.session_factory.kw["bind"].dispose()
    return key


@pytest.fixture
def person(works: Works) -> Callable[..., Actor]:
    """Makes a member with the given roles: `person("budi", "petugas")`."""

    return partial(hire, works)


@pytest.fixture
def budi(person: Callable[..., Actor]) -> Actor:
    """Records cases at the desk."""
    return person("budi", "petugas")


@pytest.fixture
def sari(person: Callable[..., Actor]) -> Actor:
    """Approves."""
    return person("sari", "ka_spkt")


@pytest.fixture
def tono(person: Callable[..., Actor]) -> Actor:
    """Same roles as Budi, in another unit: must not see anything of the SPKT."""
    return person("tono", "petugas", "ka_spkt", unit="lain")


class Cast(dict[str, Actor]):
    """Who plays each role; whoever is not there yet is hired when the role is first needed."""

    def __init__(self, hire: Callable[..., Actor], **known: Actor) -> None:
        super().__init__(known)
        self.hire = hire

    def __missing__(self, role: str) -> Actor:
        return self.setdefault(role, self.hire(role, role))


@pytest.fixture
def stage(
    works: Works, clock: TestClock, person: Callable[..., Actor], budi: Actor, sari: Actor
) -> Stage:
    picture = io.BytesIO()
    Image.new("L", (400, 300), 255).save(picture, "PNG")

    def advance(span: timedelta) -> None:
        clock.at += span

    return Stage(
        works,
        Cast(person, petugas=budi, ka_spkt=sari),
        "http://127.0.0.1:8000",
        picture.getvalue(),
        advance,
        Cast(lambda name, role: person(f"{name}_rekan", role)),
    )


@pytest.fixture
def play(stage: Stage, sktlk: str) -> Callable[..., UUID]:
    """Plays a scenario of the SKTLK, or its first steps: `play("sktlk_ktp", 5)` stands before the
    checklist.
    """
    files = process_folders.read_folder(PROCESSES / sktlk)

    def play(name: str, steps: int | None = None, **cast: Actor) -> UUID:
        scenario = process_folders.read_scenario(name, files[f"scenarios/{name}.yaml"])
        return seeding.play(
            replace(stage, cast=ChainMap(cast, stage.cast)), sktlk, scenario, steps=steps
        )

    return play


@pytest.fixture
def visit(app: Flask) -> Callable[[str], Visitor]:
    """A signed-in visitor of the `app` of the tests beside: `visit("budi")`."""

    def enter(username: str) -> Visitor:
        return Visitor(app.test_client()).sign_in(username, PASSWORD)

    return enter
