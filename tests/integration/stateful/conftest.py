"""The ground of the walks: every process of the release, people of every role."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.stateful import rules
from tests.integration.stateful.hall import Ground
from tests.integration.stateful.privacy import Ear
from workflow_app import logs
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import process_folders
from workflow_app.permissions import ROLES
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.letters import printing
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.roster import duty

FOLDERS: list[Path] = sorted(path.parent for path in PROCESSES.glob("*/process.bpmn"))
PEOPLE = {
    **{role: (role,) for role in ROLES},
    "pamapta2": ("pamapta", "petugas"),
    "petugas2": ("petugas",),
    "ka_spkt2": ("ka_spkt",),
    "piket_propam2": ("piket_propam",),
    "ganda": ("petugas", "ka_spkt"),
    "serba": ("petugas", "pamapta", "ka_spkt", "piket_reskrim", "piket_samapta"),
}
"""One of each role, some twice, some with several."""


@pytest.fixture
def quick_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting a letter takes most of a second and is tested elsewhere."""

    def typeset(html: str, _about: object) -> tuple[bytes, int]:
        return b"%PDF-1.7 " + hashlib.sha256(html.encode()).hexdigest().encode(), 1

    monkeypatch.setattr(printing, "typeset", typeset)


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Hears what is logged during a test, as much as a site logs."""
    ear = Ear()
    ear.setFormatter(logs.JsonFormatter())
    wanted = {"": "INFO", **logs.QUIET}
    before = {name: logging.getLogger(name).level for name in wanted}
    for name, level in wanted.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger().addHandler(ear)
    yield ear
    logging.getLogger().removeHandler(ear)
    for name, known in before.items():
        logging.getLogger(name).setLevel(known)


@pytest.fixture
def ground(works: Works, clock: TestClock, ear: Ear, person: Callable[..., Actor]) -> Ground:
    """People of all roles, one of another unit with every role, and all that can be started."""
    people = {name: person(name, *roles) for name, roles in PEOPLE.items()}
    people["unit_lain"] = person("unit_lain", *ROLES, unit="lain")
    with works.begin(SYSTEM) as work:
        for folder in FOLDERS:
            definitions.deploy(work, folder)
        allowed = {role: sorted(others) for role, others in rules.PASSED_ON.items()}
        configuration.set_value(work, duty.ALLOWED, allowed, configuration.SOP_IN_FORCE)
    keys: set[str] = set()
    for name in sorted(PEOPLE):
        with works.begin(people[name]) as work:
            keys |= {process.key for process in definitions.startable(work)}
    told = [
        (folder.name, scenario)
        for folder in FOLDERS
        for scenario in process_folders.read_scenarios(process_folders.read_folder(folder))
        if not (scenario.settings or scenario.targets or scenario.areas)
    ]
    return Ground(works.session_factory.kw["bind"], works, clock, ear, people, sorted(keys), told)
