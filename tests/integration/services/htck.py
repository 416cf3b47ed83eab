"""Requests between functions on the services: asked, accepted and answered by whoever a test
sends.
"""

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from tests.integration.conftest import PROCESSES
from tests.integration.open_tasks import task_of
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import Task
from workflow_app.services.cases import access, incidents
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, steps, tasks
from workflow_app.services.workflow.tasks import Completion

KEY = "htck"
FOLDER: Path = PROCESSES / KEY
UNTIL = date(2026, 11, 25)
ACCEPTED: Answers = {"jawaban_terima": "terima"}
RETURNED: Answers = {"jawaban_terima": "kembalikan", "alasan_tolak": "Contoh: bukan bagian kami."}
ANSWERED: Answers = {"hasil_jawaban": "dipenuhi", "isi_jawaban": "Contoh: sudah dikerjakan."}
CLOSED: Answers = {"penutupan": "cukup"}


def deploy(works: Works) -> None:
    """The process of the release."""
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, FOLDER)


def wanted(kind: str, **more: object) -> Answers:
    """What somebody asks for."""
    asked = {
        "jenis_htck": kind,
        "perihal": "Contoh perihal",
        "isi_permintaan": "Contoh uraian permintaan.",
    }
    return {**asked, "dibutuhkan_sampai": UNTIL.isoformat(), **more}  # type: ignore[dict-item]  # plain JSON


BROKEN = wanted("kerusakan", barang="printer", letak="loket 2", akibat="terganggu")
FOUND = wanted("masuk_temuan", nomor_temuan="3")


def begin(works: Works, actor: Actor) -> UUID:
    """A request that is not written yet."""
    with works.begin(actor) as work:
        return cases.start(work, KEY).case_id


def ask(works: Works, actor: Actor, answers: Answers) -> UUID:
    """A request as it is sent."""
    case_id = begin(works, actor)
    done(works, actor, case_id, answers)
    return case_id


def done(
    works: Works, actor: Actor, case_id: UUID, answers: Answers, element: str | None = None
) -> Completion:
    """The actor takes the open task (of an element, where several are) and completes it."""
    task = waiting(works, case_id, element)
    with works.begin(actor) as work:
        if task.assignee_id is None:
            tasks.claim(work, task.id)
        return tasks.complete(work, task.id, answers, str(uuid4()))


def waiting(works: Works, case_id: UUID, element: str | None = None) -> Task:
    """The task that the case waits for."""
    return task_of(works, case_id, element)


def open_elements(works: Works, case_id: UUID) -> set[str]:
    """The steps that the case waits for."""
    with works.begin(SYSTEM) as work:
        return {task.element for task in access.open_of_case(work, case_id)}


def wake(works: Works, case_id: UUID) -> None:
    """Let the timers fire that are due."""
    with incidents.unit_of_work(works, SYSTEM) as work:
        steps.wake(work, case_id)
