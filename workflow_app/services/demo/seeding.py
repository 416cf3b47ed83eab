"""What a first start finds: the processes of the release, and on request clearly invented people
and cases.
"""

from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

from sqlalchemy import func, select

from workflow_app.domain import SYSTEM, WITA
from workflow_app.engine import process_folders, scenarios
from workflow_app.models import Case, CaseKinship, User
from workflow_app.permissions import FIELD_ROLES
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.demo import rehearsal
from workflow_app.services.documents import documents
from workflow_app.services.letters.printing import Metadata, typeset
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import Deployment
from workflow_app.services.roster import rosters

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
    Person("samapta", "Contoh Piket Samapta", "Bripda", ("piket_samapta",), "Piket Samapta"),
    Person("reskrim", "Contoh Piket Reskrim", "Briptu", ("piket_reskrim",), "Piket Reskrim"),
    Person("narkoba", "Contoh Piket Narkoba", "Briptu", ("piket_narkoba",), "Piket Resnarkoba"),
    Person("lantas", "Contoh Piket Lantas", "Briptu", ("piket_lantas",), "Piket Lantas"),
    Person("intelkam", "Contoh Piket Intelkam", "Briptu", ("piket_intelkam",), "Piket Intelkam"),
    Person("binmas", "Contoh Piket Binmas", "Briptu", ("piket_binmas",), "Piket Binmas"),
    Person("propam", "Contoh Piket Propam", "Briptu", ("piket_propam",), "Piket Propam"),
    Person("propam2", "Contoh Piket Propam Dua", "Aiptu", ("piket_propam",), "Piket Propam"),
    Person("siwas", "Contoh Anggota Siwas", "Aipda", ("siwas",), "Siwas"),
    Person("bagops", "Contoh Anggota Bag Ops", "Aipda", ("bag_ops",), "Bag Ops"),
    Person("bagren", "Contoh Anggota Bag Ren", "Aipda", ("bag_ren",), "Bag Ren"),
    Person("bagsumda", "Contoh Anggota Bag Sumda", "Aipda", ("bag_sumda",), "Bag Sumda"),
    Person("sarpras", "Contoh Anggota Sarpras", "Aipda", ("sarpras",), "Sarpras"),
    Person("arsip", "Contoh Arsiparis", "Penda", ("arsiparis",), "Arsiparis"),
    Person("pimpinan", "Contoh Pimpinan", "Kompol", ("pimpinan",), "Pimpinan"),
    Person("auditor", "Contoh Auditor", "Iptu", ("auditor",), "Auditor"),
    Person("admin", "Contoh Admin", "Penda", ("admin",), "Admin"),
)

DEMO_CASES: tuple[tuple[str, str, int | None], ...] = (
    ("sktlk", "sktlk_ktp", None),
    ("sktlk", "sktlk_sim", None),
    ("sktlk", "dicuri", None),
    ("sktlk", "kurang_lalu_lengkap", 6),
    ("sktlk", "sktlk_stnk", 6),
    ("sktlk", "sktlk_bpkb", 5),
    ("sktlk", "orang_asing", 3),
    ("sttp", "tepat_waktu", 14),
    ("sttp", "terlambat_diteruskan", 9),
    ("skld", "lengkap", None),
    ("skld", "kurang_lalu_lengkap", 5),
    ("htck", "printer_rusak", 1),
    ("htck", "temuan_siwas", 1),
    ("htck", "anggaran", 1),
    ("htck", "pengamanan", None),
    ("complaint", "langsung", None),
    ("complaint", "surel", 4),
    ("lp", "diterima_model_b", None),
    ("lp", "dibantu_cap_jempol", 6),
    ("tkp_dispatch", "dilanjutkan_lp", None),
    ("tkp_dispatch", "dalam_kota", 10),
    ("referral", "tertulis_fungsi", None),
    ("referral", "antar_skck", 6),
)
"""Process, scenario, and how many of its steps the demo plays (all of them for None): of the four
main processes one case that is done, and one where somebody is waited for.
"""

DUTY_CHANGES_AT = 8
"""Hour (WITA) at which one duty follows the other on a demo site."""
DUTY_WEEKS = 8

PAPER_OF, PAPER_AT = "sktlk", "periksa_persyaratan"
"""Process and step to which a paper is brought where its cases go on."""
DEMO_PAPER = """<!doctype html><html lang="id"><head><title>Contoh dokumen</title>
<style>@page { size: A5; margin: 2cm } body { font: 12pt serif }</style></head><body>
<h1>CONTOH DOKUMEN</h1><p>Lembar ini dibuat untuk mencoba sistem dan bukan dokumen siapa pun.</p>
<p>Surat pengantar dari Kepala Desa Contoh Makmur, nomor 001/CONTOH/2026.</p></body></html>"""


def deploy_all(work: UnitOfWork, processes_dir: Path) -> list[Deployment]:
    """Deploy every process folder of the release."""
    folders = sorted(path.parent for path in processes_dir.glob("*/process.bpmn"))
    return [definitions.deploy(work, folder) for folder in folders]


def demo(works: Works, processes_dir: Path, public_url: str) -> list[Login]:
    """Invented people, and cases at several stages. A database with accounts of its own is left
    alone.
    """
    logins = [Login(person.username, PASSWORD, person.role) for person in PEOPLE]
    with works.begin(SYSTEM) as work:
        known = set(work.session.scalars(select(User.username)))
        if not known:
            _invent_people(work)
            _invent_roster(work)
            configuration.set_value(work, "mode_demo", True, work.clock())
    if known and not known >= {person.username for person in PEOPLE}:
        return []
    with works.begin(SYSTEM) as work:
        begun_by_others = select(CaseKinship.child_id)
        query = select(func.count()).select_from(Case).where(Case.id.not_in(begun_by_others))
        played = work.session.scalar(query) or 0
    # A first start that was cut off goes on where it stopped.
    for process, name, steps in DEMO_CASES[played:]:
        _play(works, processes_dir / process, public_url, name, steps)
    return logins


def _invent_people(work: UnitOfWork) -> None:
    for person in PEOPLE:
        users.create(
            work,
            username=person.username,
            full_name=person.full_name,
            rank=person.rank,
            nrp="00000000",
            unit="spkt",
            roles=person.roles,
            password=PASSWORD,
        )


def _invent_roster(work: UnitOfWork) -> None:
    """The accounts of each function serve together, week after week."""
    today = (
        work.clock()
        .astimezone(WITA)
        .replace(hour=DUTY_CHANGES_AT, minute=0, second=0, microsecond=0)
    )
    first, week = (today - timedelta(days=1)).astimezone(UTC), timedelta(weeks=1)
    for role in sorted({role for person in PEOPLE for role in person.roles} & FIELD_ROLES):
        serving = tuple(person.username for person in PEOPLE if role in person.roles)
        for start in (first + week * number for number in range(DUTY_WEEKS)):
            rosters.set_period(work, rosters.Shift(role, start, start + week, serving))


def _play(works: Works, folder: Path, public_url: str, name: str, steps: int | None) -> None:
    with works.begin(SYSTEM) as work:
        actors = {user.username: users.actor_of(user) for user in users.list_all(work)}
    cast = {role: actors[person.username] for person in reversed(PEOPLE) for role in person.roles}
    about = Metadata("Contoh dokumen", "Sentra SPKT", works.clock(), b"contoh")
    paper, _ = typeset(DEMO_PAPER, about)
    files = process_folders.read_folder(folder)
    scenario = scenarios.read_scenario(name, files[f"scenarios/{name}.yaml"])
    stage = rehearsal.Stage(works, cast, public_url, paper)
    case_id = rehearsal.play(stage, folder.name, scenario, steps=steps)
    if steps is not None and folder.name == PAPER_OF:
        with works.begin(cast["petugas"]) as work:
            documents.upload(work, case_id, element=PAPER_AT, label="Surat", data=paper)
