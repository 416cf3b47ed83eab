"""One database for all races, in which everything commits; every test plays with cases of its
own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.integration.conftest import MONDAY, PROCESSES, TestClock
from tests.integration.races.office import Office
from tests.services import new_database
from workflow_app.app import create_app
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.settings import Settings, read_settings


@pytest.fixture(scope="session")
def race_settings(stack: dict[str, str], template_database: str) -> Iterator[Settings]:
    """Settings of the database in which everything commits."""
    with new_database(stack["DATABASE_URL"], template=template_database, prefix="races") as address:
        yield read_settings({**stack, "DATABASE_URL": address})


@contextmanager
def opened(settings: Settings) -> Iterator[Office]:
    """An office on a database: the process is deployed and the people are there."""
    connected = connect(settings, pool_size=24)
    connected.blobs.ensure_bucket()
    clock = TestClock(MONDAY)
    office = Office(replace(connected, clock=clock), clock)
    with office.works.begin(SYSTEM) as work:
        configuration.set_value(work, "mode_demo", True, configuration.SOP_IN_FORCE)
        definitions.deploy(work, PROCESSES / "sktlk")
    office.person("budi", "petugas")
    office.person("rina", "petugas")
    office.person("sari", "ka_spkt")
    office.person("dewi", "ka_spkt")
    office.person("pama", "pamapta", "petugas")
    try:
        yield office
    finally:
        connected.session_factory.kw["bind"].dispose()


@pytest.fixture(scope="session")
def open_office(race_settings: Settings, quick_passwords: None) -> Iterator[Office]:
    """The office that tests share."""
    with opened(race_settings) as office:
        yield office


@pytest.fixture
def fresh_settings(fresh_settings: Settings) -> Settings:
    """With a bucket of its own: in that of the other tests lie checkpoints that their workers made,
    each under number one.
    """
    return fresh_settings.model_copy(update={"s3_bucket": f"races-{uuid4().hex}"})


@pytest.fixture
def own_office(fresh_settings: Settings) -> Iterator[Office]:
    """An office for one test: its numbers begin at one."""
    with opened(fresh_settings) as office:
        yield office


@pytest.fixture
def office(open_office: Office) -> Office:
    """The office on Monday at nine."""
    open_office.clock.at = MONDAY
    return open_office


@pytest.fixture
def app(race_settings: Settings, office: Office) -> Flask:
    return create_app(race_settings, works=office.works)


@pytest.fixture
def waiting_case(office: Office) -> UUID:
    """A case that waits for approval."""
    return office.play("sktlk_ktp", 6)
