"""Calls to a scene for the tests: started, filled and called up, with the people who take part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.integration.conftest import PROCESSES, TestClock
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import Task
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, tasks

REPORT: Answers = {
    "received_at": "2026-11-23T08:59:00+08:00",
    "saluran": "telepon_110",
    "jenis_kejadian": "perkelahian",
    "wilayah": "63.06.05.1001",
    "patokan": "Jalan Contoh, seberang pasar",
    "peristiwa": "Dua kelompok berkelahi.",
    "bahaya": "ya",
    "korban": "luka",
    "senjata": "tidak",
    "keadaan_identitas": "lengkap",
    "nama": "Contoh Pelapor Satu",
    "telepon": "0812-0000-0000",
    "alamat": "Jalan Contoh Nomor 1",
}
PRESSED: Answers = {"sumber": "tombol"}


@dataclass
class Call:
    """One case and those who take part in it."""

    works: Works
    clock: TestClock
    people: dict[str, Actor]
    case_id: UUID

    def task(self, element: str) -> UUID:
        """The open task of an element."""
        with self.works.begin(SYSTEM) as work:
            rows = work.session.query(Task).filter_by(
                case_id=self.case_id, element=element, status="open"
            )
            return rows.one().id

    def opened(self) -> set[str]:
        """Elements that wait for a person."""
        with self.works.begin(SYSTEM) as work:
            rows = work.session.query(Task).filter_by(case_id=self.case_id, status="open")
            return {task.element for task in rows}

    def do(self, element: str, role: str, **answers: Any) -> None:
        """The person of this role does a step."""
        task_id = self.task(element)
        with self.works.begin(self.people[role]) as work:
            tasks.complete(work, task_id, {**PRESSED, **answers}, str(uuid4()))

    def report(self, **answers: Any) -> "Call":
        """The call is taken down."""
        self.do("terima_laporan", "petugas", **{**REPORT, **answers})
        return self

    def summon(self, *roles: str) -> "Call":
        """These functions are called up."""
        self.do("panggil_fungsi", "petugas", fungsi=list(roles), cara_lapor="sistem")
        return self


@pytest.fixture
def call(works: Works, clock: TestClock, person: Callable[..., Actor], budi: Actor) -> Call:
    """A call that has just come in."""
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "tkp_dispatch")
    people = {
        "petugas": budi,
        **{
            role: person(role, role)
            for role in ("pamapta", "pimpinan", "piket_samapta", "piket_lantas")
        },
    }
    with works.begin(budi) as work:
        case_id = cases.start(work, "tkp_dispatch").case_id
    return Call(works, clock, people, case_id)
