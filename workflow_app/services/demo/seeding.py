"""What a first start finds: the processes of the release, and on request clearly invented people
and cases.

Playing a scenario on the real services: for demo cases and for the tests of every process.

Where a scenario's answers list papers, a page is uploaded to the task and its id takes their place.
Where they choose members, somebody who plays no part takes theirs. Scenarios have their own day: on
a site with the real clock what happens in them happens now.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import func, select

from workflow_app.domain import SYSTEM, WITA, Actor, Answer, Answers, SentraError
from workflow_app.engine import process_folders
from workflow_app.engine.form_rules import is_date, is_instant
from workflow_app.engine.forms import Form
from workflow_app.engine.process_folders import Advance, Complete, ExpectOpen, Message, Scenario
from workflow_app.models import Case, CaseKinship, PendingEffect, Task, User
from workflow_app.permissions import FIELD_ROLES
from workflow_app.services.accounts import members, users
from workflow_app.services.cases import access, clocks, incidents
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents
from workflow_app.services.letters.printing import Metadata, typeset
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import Deployment
from workflow_app.services.roster import rosters
from workflow_app.services.workflow import case_jobs, cases, steps, tasks

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
    for process, name, count in DEMO_CASES[played:]:
        _play(works, processes_dir / process, public_url, name, count)
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
    scenario = process_folders.read_scenario(name, files[f"scenarios/{name}.yaml"])
    stage = Stage(works, cast, public_url, paper)
    case_id = play(stage, folder.name, scenario, steps=steps)
    if steps is not None and folder.name == PAPER_OF:
        with works.begin(cast["petugas"]) as work:
            documents.upload(work, case_id, element=PAPER_AT, label="Surat", data=paper)


OWN_DAY = "Contoh: waktu menurut skenario."


class RehearsalFailed(SentraError):
    """The case did not do what the scenario says; the detail says where."""


@dataclass(frozen=True)
class Stage:
    """What a scenario is played on."""

    works: Works
    cast: Mapping[str, Actor]
    """Role to the person who plays it."""
    public_url: str
    paper: bytes
    """A picture that is uploaded where a scenario needs a paper."""
    advance: Callable[[timedelta], None] | None = None
    """Lets time pass; None where the clock is the real one (then `advance` steps are skipped, and
    times of answers are now).
    """
    colleagues: Mapping[str, Actor] = field(default_factory=dict)
    """Role to a second person who holds it, for the steps that a scenario gives to a colleague."""

    def actor(self, step: Complete) -> Actor:
        """Who does this step."""
        return (self.colleagues if step.by_colleague else self.cast)[step.role]


def play(stage: Stage, process_key: str, scenario: Scenario, *, steps: int | None = None) -> UUID:
    """Start a case and play the scenario (or its first `steps`); returns the case. Raises
    `RehearsalFailed`.
    """
    with stage.works.begin(_beginner(stage, process_key, scenario)) as work:
        case_id = cases.start(work, process_key, begins_with=scenario.begins_with).case_id
    go_on(stage, case_id, scenario, 0, steps)
    return case_id


def completions(folder: Path, name: str) -> list[tuple[str, str, Answers]]:
    """Element, role and answers of each step that a person takes in a scenario of a process
    folder.
    """
    scenario = process_folders.read_scenario(
        name, process_folders.read_folder(folder)[f"scenarios/{name}.yaml"]
    )
    return [
        (step.element, step.role, step.answers)
        for step in scenario.steps
        if isinstance(step, Complete)
    ]


def happening_now(answers: Answers, now: datetime) -> Answers:
    """The same answers with what happens in them now; other times, and days from the scenario's own
    on, lie as far from now as they lay from then. What had been before it, like a birthday, stays.
    Times are minutes, as people write them: a step of the same minute does not lie before them.
    """
    minute = now.replace(second=0, microsecond=0)
    return {
        name: minute.isoformat() if name.endswith("_at") else _moved(told, minute)
        for name, told in answers.items()
    }


def _moved(told: Answer, now: datetime) -> Answer:
    then, text = process_folders.BEGINS_AT, str(told)
    first_day = then.astimezone(WITA).date()
    if isinstance(told, str) and is_date(text) and (day := date.fromisoformat(text)) >= first_day:
        return (now.astimezone(WITA).date() + (day - first_day)).isoformat()
    if isinstance(told, str) and not is_date(text) and is_instant(text):
        return (now + (datetime.fromisoformat(text) - then)).isoformat()
    return told


def go_on(
    stage: Stage, case_id: UUID, scenario: Scenario, start: int, stop: int | None = None
) -> None:
    """Play the steps `start` to `stop` of a scenario on a case that stands before them. Raises
    `RehearsalFailed`.
    """
    for step in scenario.steps[start:stop]:
        settle(stage, case_id)
        match step:
            case Complete():
                _complete(stage, case_id, step)
            case Advance() if stage.advance is not None:
                stage.advance(step.by)
                with incidents.unit_of_work(stage.works, SYSTEM) as work:
                    steps.wake(work, case_id)
            case Message():
                with stage.works.begin(
                    _beginner(stage, _process_of(stage, case_id), scenario)
                ) as work:
                    cases.cancel(work, case_id, "Contoh: yang meminta membatalkannya")
            case ExpectOpen() if set(step.elements) != {
                task.element for task in _open(stage, case_id)
            }:
                opened = sorted(task.element for task in _open(stage, case_id))
                raise RehearsalFailed(
                    detail=f"{scenario.name}: open are {opened}, expected {sorted(step.elements)}"
                )
    settle(stage, case_id)


def settle(stage: Stage, case_id: UUID) -> None:
    """Do the jobs that the case waits for, as the worker would."""
    for _ in range(20):
        with stage.works.begin(SYSTEM) as work:
            waiting = work.session.scalars(
                select(PendingEffect.task_id).where(PendingEffect.case_id == case_id)
            ).all()
        if not waiting:
            return
        for task_id in waiting:
            case_jobs.perform(stage.works, task_id, public_url=stage.public_url)
    raise RehearsalFailed(detail="effects do not come to an end")


def _beginner(stage: Stage, process_key: str, scenario: Scenario) -> Actor:
    """Who begins cases of this process: the officer at the counter, or whom the process names;
    where it asks in which role, whom the scenario names.
    """
    with stage.works.begin(SYSTEM) as work:
        definition = definitions.definition_of(work, definitions.current(work, process_key).id)
    if (asked := definition.started_as) != "":
        return stage.cast[str(scenario.begins_with.get(asked, definition.initial[asked]))]
    return stage.cast[min(definition.started_by, default="petugas")]


def _process_of(stage: Stage, case_id: UUID) -> str:
    with stage.works.begin(SYSTEM) as work:
        return work.session.get_one(Case, case_id).process_key


def _complete(stage: Stage, case_id: UUID, step: Complete) -> None:
    found = [task for task in _open(stage, case_id) if task.element == step.element]
    if len(found) != 1:
        raise RehearsalFailed(detail=f"{step.element} is not open")
    task, actor = found[0], stage.actor(step)
    told = step.answers if stage.advance else happening_now(step.answers, stage.works.clock())
    with stage.works.begin(actor) as work:
        if task.assignee_id is None:
            tasks.claim(work, task.id)
        form = tasks.get(work, task.id).form
        reasons = _reasons(work, task.id, form, told)
    names = {
        "documents",
        *(asked.name for asked in form.fields.values() if asked.widget == "documents"),
    }
    papers = _upload(stage, task, actor) if _has_papers(told, names) else []
    answers = {**reasons, **_with_papers(told, names, papers)}
    for asked in form.fields.values():
        if asked.widget == members.WIDGET and answers.get(asked.name):
            answers[asked.name] = [_bystander(stage)]
    with incidents.unit_of_work(stage.works, actor) as work:
        tasks.complete(work, task.id, answers, str(uuid4()))


def _reasons(work: UnitOfWork, task_id: UUID, form: Form, answers: Answers) -> Answers:
    """Why the start of a clock lies elsewhere than the form offers, where the scenario's own day
    makes it ask.
    """
    asked = clocks.check(work, access.visible_task(work, task_id), form, answers)
    return {name: OWN_DAY for name in asked if "reason_for" in form.fields[name].parameters}


def _bystander(stage: Stage) -> str:
    """An account of the site that plays no part, so that the case goes on when it loses sight."""
    cast = [actor.user_id for actor in (*stage.cast.values(), *stage.colleagues.values())]
    with stage.works.begin(SYSTEM) as work:
        query = select(User.id).where(User.id.not_in(cast)).order_by(User.username)
        found = work.session.scalars(query).first()
    if found is None:
        raise RehearsalFailed(detail="nobody is there to be named who plays no part")
    return str(found)


def _upload(stage: Stage, task: Task, actor: Actor) -> list[Answer]:
    with stage.works.begin(actor) as work:
        added = documents.upload(
            work,
            task.case_id,
            element=task.element,
            label="Dokumen lain",
            data=stage.paper,
            task_id=task.id,
        )
        return [str(added.id)]


def _has_papers(answers: Answers, names: Set[str]) -> bool:
    return any(
        bool(value) if name in names else isinstance(value, dict) and _has_papers(value, names)
        for name, value in answers.items()
    )


def _with_papers(answers: Answers, names: Set[str], papers: list[Answer]) -> Answers:
    """The answers with the ids of real papers in place of the scenario's invented ones."""
    found: Answers = {}
    for name, value in answers.items():
        if name in names and value:
            found[name] = papers
        else:
            found[name] = _with_papers(value, names, papers) if isinstance(value, dict) else value
    return found


def _open(stage: Stage, case_id: UUID) -> list[Task]:
    with stage.works.begin(SYSTEM) as work:
        query = (
            select(Task)
            .where(Task.case_id == case_id, Task.status == "open")
            .order_by(Task.created_at)
        )
        found = list(work.session.scalars(query))
        work.session.expunge_all()
        return found
