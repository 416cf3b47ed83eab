"""What a first start finds: the processes of the release, and on request clearly invented people and cases."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from workflow_app.engine import scenarios
from workflow_app.engine.scenarios import Scenario
from workflow_app.models.case import Case
from workflow_app.models.user import User
from workflow_app.services import cases, incidents, processes, rehearsal, users
from workflow_app.services.processes import Deployment
from workflow_app.services.unit_of_work import UnitOfWork, Works
from workflow_app.types import SYSTEM

PASSWORD = "contoh-sandi-demo"  # noqa: S105 - printed at every start; for demo accounts on an empty database only


@dataclass(frozen=True)
class Person:
    """An invented member."""

    username: str
    full_name: str
    rank: str
    roles: tuple[str, ...]
    role: str


@dataclass(frozen=True)
class Login:
    """What a newcomer types."""

    username: str
    password: str
    role: str


PEOPLE = (
    Person("petugas", "Contoh Petugas Satu", "Bripda", ("petugas",), "Petugas SPKT"),
    Person("petugas2", "Contoh Petugas Dua", "Briptu", ("petugas",), "Petugas SPKT"),
    Person("pamapta", "Contoh Perwira Jaga", "Ipda", ("pamapta", "petugas"), "Pamapta"),
    Person("kaspkt", "Contoh Kepala SPKT", "Iptu", ("ka_spkt",), "Ka SPKT"),
    Person("arsip", "Contoh Arsiparis", "Penda", ("arsiparis",), "Arsiparis"),
    Person("pimpinan", "Contoh Pimpinan", "Kompol", ("pimpinan",), "Pimpinan"),
    Person("auditor", "Contoh Auditor", "Iptu", ("auditor",), "Auditor"),
    Person("admin", "Contoh Admin", "Penda", ("admin",), "Admin"),
)

DEMO_CASES = (
    ("selesai_ktp", 99),
    ("selesai_sim", 99),
    ("kurang_lalu_lengkap", 5),
    ("selesai_stnk", 5),
    ("dicuri", 3),
)
"""Scenario and how many of its steps the demo plays."""


def deploy_all(work: UnitOfWork, processes_dir: Path) -> list[Deployment]:
    """Deploy every process folder of the release."""
    folders = sorted(path.parent for path in processes_dir.glob("*/process.bpmn"))
    return [processes.deploy(work, folder) for folder in folders]
