"""A small service that sends word: a number to the citizen, a report to the leader, and at the end
word that all is done.
"""

from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select

from tests.integration import deploying
from tests.unit.engine.folder import Folder
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import Message, Task
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.workflow import cases, tasks

KEY = "kabar"
PHONE, MAIL = "+6281250001234", "warga@contoh.id"
NAME, STORY = "Contoh Warga Binti Fulan", "Tetangga saya mengancam dengan parang"
CITIZEN: Answers = {
    "nama": NAME,
    "cerita": STORY,
    "telepon": PHONE,
    "surel": MAIL,
    "dibantu": "tidak",
}
HELPED: Answers = {**CITIZEN, "dibantu": "ya"}
LEADER = "pimpinan@contoh.id"


def folder() -> Folder:
    """The process folder."""
    texts = {
        name: {"type": "string", "title": name, "maxLength": 80}
        for name in ("nama", "cerita", "telepon", "surel", "dibantu", "pemilik_kontak")
    }
    fields = {
        "nama": {"widget": "text", "personal": "identitas"},
        "cerita": {"widget": "text", "personal": "uraian"},
        "telepon": {"widget": "tel", "personal": "kontak"},
        "surel": {"widget": "email", "personal": "kontak"},
        "dibantu": {"widget": "text", "personal": "identitas"},
        "pemilik_kontak": {"widget": "text", "personal": "kontak"},
    }
    made = Folder(KEY).start().user("identitas").user("tangani")
    made.form("identitas", texts, fields)
    made.service("mulai_jam", "start_clock", clock="'berkas_lengkap'")
    made.service(
        "kirim_nomor",
        "send_message",
        "cara",
        template="'nomor_berkas'",
        step="'kami menghubungi Anda'",
    )
    made.service(
        "lapor",
        "send_message",
        template="'laporan_pimpinan'",
        to="'pimpinan'",
        clock="'berkas_lengkap'",
    )
    made.service("kabari", "send_message", template="'selesai'")
    made.end()
    path = (
        "mulai",
        "identitas",
        "mulai_jam",
        "kirim_nomor",
        "lapor",
        "tangani",
        "kabari",
        "selesai",
    )
    return made.flow(*path)


def deploy(works: Works, target: Path) -> None:
    """Write the folder and make it a service of the site."""
    deploying.deploy(works, target, folder())


def use(works: Works, *channels: str, leader: str = LEADER) -> None:
    """The office opens these ways out; its leader has an address."""
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "saluran_pesan", list(channels), work.clock())
        configuration.set_value(work, "kontak_peran", {"pimpinan": {"surel": leader}}, work.clock())


def begin(works: Works, officer: Actor, answers: Answers) -> UUID:
    """A case whose citizen has said who he is."""
    with works.begin(officer) as work:
        case_id = cases.start(work, KEY).case_id
    complete(works, officer, case_id, "identitas", answers)
    return case_id


def complete(works: Works, officer: Actor, case_id: UUID, element: str, answers: Answers) -> None:
    with works.begin(officer) as work:
        query = select(Task.id).where(
            Task.case_id == case_id, Task.element == element, Task.status == "open"
        )
        tasks.complete(work, work.session.scalars(query).one(), answers, str(uuid4()))


def message_of(work: UnitOfWork, case_id: UUID, element: str = "kirim_nomor") -> Message:
    """The message that a service task has written."""
    query = select(Message).where(Message.case_id == case_id, Message.element == element)
    return work.session.scalars(query).one()
