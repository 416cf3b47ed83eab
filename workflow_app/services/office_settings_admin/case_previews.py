"""What a change does to what cases ask the office: which calls are in town, what a form offers, who
receives a need.

What a change does to clocks: those that run keep theirs, and when one that starts then would
end.

What a change does to who sees and does what: Propam's cases, papers of cases that were handed
on, substitutes, published counts.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, func, select

from workflow_app.domain import WITA, Actor, Effect
from workflow_app.engine.definitions import Definition
from workflow_app.engine.model import Value
from workflow_app.models import Case, CaseClock, Submission, Task
from workflow_app.permissions import FIELD_ROLES, LEADERSHIP, ROLES, has_role
from workflow_app.services.accounts import users
from workflow_app.services.calendars import calendars
from workflow_app.services.cases import access, clocks, stages, task_rights
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration, regions
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.office_settings_admin import samples
from workflow_app.services.office_settings_admin.wording import Turn
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.public import publications
from workflow_app.services.reporting import dispatches
from workflow_app.services.roster import duty
from workflow_app.services.workflow import effects

ROUTES = {
    "rute_rujukan": "tujuan_layanan",
    "rute_laporan": "fungsi_penerima",
    "rute_htck": "tujuan_htck",
}
"""By family the decision table that the answer comes before."""
READ_ROUTE, NOTICE_DUE = "read_route", "notice_due"
EVENT_AHEAD = timedelta(days=30)
"""An event lies so far ahead whose notice is looked at."""
BY_TABLE = "menurut tabel proses"


def of_area(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """Whether each call of today would be in town."""
    definition = next(
        (one for one in definitions.current_definitions(work) if one.key == dispatches.PROCESS),
        None,
    )
    if definition is None:
        return {}
    calls = _calls_of_today(work, now)
    if not calls:
        return {"Laporan hari ini": ["belum ada"]}
    case = samples.case(work, definition)
    parameters = {"area": key.partition(".")[2]}
    return {
        label: [
            "dalam kota"
            if _effect(work, case, "check_area", {**parameters, "code": code})
            else "luar kota"
        ]
        for label, code in calls
    }


def of_offer(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """What the forms of the next case offer."""
    found: dict[str, list[str]] = {}
    for definition in definitions.current_definitions(work):
        for form in definition.forms.values():
            for field in form.fields.values():
                if field.offered_by == key:
                    options = configuration.offered(work, form).fields[field.name].options
                    found[f"{definition.name}: {field.title}"] = list(options.values())
    return found


def of_route(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """Who receives the need of the next case: what the step tells, judged by the decision table."""
    family, _, need = key.partition(".")
    for definition in definitions.current_definitions(work):
        table = definition.decisions.get(ROUTES[family])
        if table is None:
            continue
        told = _effect(
            work, samples.case(work, definition), READ_ROUTE, {"table": family, "need": need}
        )
        route, *others = table.inputs
        asked = need.split("_", 1) if "_" in need and len(others) > 1 else [need]
        for parts in (asked, [need]):
            given = {**dict.fromkeys(others, ""), **dict(zip(others, parts, strict=False))}
            variables: dict[str, Value] = {route: str(told or ""), **given}
            roles = [
                str(value)
                for row in table.evaluate(variables)
                for value in row.values()
                if value in ROLES
            ]
            if roles:
                return {
                    "Berkas berikutnya diterima oleh": [configuration.role_label(work, roles[0])]
                }
    return {}


def of_period(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """Until when notice of an event in some weeks would be in time, where the office has laid down
    a period.
    """
    family, _, need = key.partition(".")
    for definition in definitions.current_definitions(work):
        if not any(one.operation == NOTICE_DUE for one in definition.elements.values()):
            continue
        case = samples.case(work, definition)
        period = _effect(work, case, READ_ROUTE, {"table": family, "need": need})
        event = (
            (work.clock() + EVENT_AHEAD)
            .astimezone(WITA)
            .replace(hour=9, minute=0, second=0, microsecond=0)
        )
        due = _effect(work, case, NOTICE_DUE, {"period": period, "before": event.isoformat()})
        told = (
            f"paling lambat {formatting.moment(datetime.fromisoformat(due))}" if due else BY_TABLE
        )
        return {f"Kegiatan yang mulai {formatting.moment(event)}": [told]}
    return {}


def kept_by_offers(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Answers that were sent stay; a form that is open is judged when it is sent."""
    return [
        "Jawaban yang sudah dikirim tidak berubah.",
        (
            f"Formulir yang dikirim {turn.since} hanya menerima yang dilayani, juga bila sudah "
            "terbuka sebelumnya."
        ),
    ]


def kept_by_area(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Calls that were judged keep what they were told."""
    query = select(func.count()).select_from(Case)
    open_calls = query.where(*samples.open_cases(work), Case.process_key == dispatches.PROCESS)
    return [
        (
            f"{work.session.scalar(open_calls) or 0} laporan TKP yang terbuka tetap memakai jam "
            "yang sudah dimulai."
        ),
        f"Laporan yang dicatat {turn.since} dinilai dengan wilayah {turn.which}.",
    ]


def _calls_of_today(work: UnitOfWork, now: datetime) -> list[tuple[str, str]]:
    """Time and place of the calls of today, with the code of the place: no number, no name."""
    midnight = now.astimezone(WITA).replace(hour=0, minute=0, second=0, microsecond=0)
    query = (
        select(Submission)
        .join(Case, Case.id == Submission.case_id)
        .where(
            Submission.element == dispatches.CALL,
            Submission.submitted_at >= midnight,
            Submission.submitted_at < midnight + timedelta(days=1),
            Case.process_key == dispatches.PROCESS,
            Case.unit == work.actor.unit,
            access.not_behind_wall(work, Case.id),
        )
        .order_by(Submission.submitted_at)
        .limit(dispatches.MOST)
    )
    calls = [
        (row.submitted_at, str(row.answers.get("wilayah") or ""))
        for row in work.session.scalars(query)
    ]
    return [
        (f"{at.astimezone(WITA):%H.%M}, {regions.names().get(code, code)}", code)
        for at, code in calls
        if code
    ]


def _effect(work: UnitOfWork, case: Case, operation: str, parameters: dict[str, Any]) -> Any:
    return effects.perform(work, case, Effect(uuid4(), operation, operation, parameters))


LOOK_AHEAD = 28
"""Days whose clocks a changed calendar is tried on."""
MORNING = time(9)


def of_target(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """When the clock of a target would end if it started now."""
    name = key.partition(".")[2]
    definition = _with_clock(work, name)
    if definition is None:
        return {}
    due = clocks.start(work, samples.case(work, definition).id, name, work.clock())
    return {f"Jam yang mulai {formatting.moment(work.clock())}": [_end(due)]}


def of_calendar(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """When clocks that start on the mornings of the next weeks would end, for each target that is
    counted by the calendar.
    """
    calendar = key.partition(".")[2]
    first = work.clock().astimezone(WITA).date()
    found: dict[str, list[str]] = {}
    for ahead in range(LOOK_AHEAD):
        start = datetime.combine(first + timedelta(days=ahead), MORNING, WITA)
        for name in _counted_by(work, calendar, start):
            days = configuration.value(work, f"target.{name}", start)["hari_kerja"]
            about = f"{days} hari kerja sejak {formatting.long_day(start.date())}"
            found[about] = [_end(calendars.after(work, start, days, calendar))]
    return found


def of_edges(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """From which event the clock of a case counts that is opened now."""
    name = key.partition(".")[2]
    definition = _with_clock(work, name)
    if definition is None:
        return {}
    edge = stages.chosen(work, samples.case(work, definition), name)
    return {"Jam berkas yang dibuka saat itu": [formatting.clock(definition, name, edge)]}


def kept_by_target(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Which open clocks and cases keep the target, and which take the new one."""
    name = key.partition(".")[2]
    running, waiting = _running(work, CaseClock.name == name), waiting_for(work, name)
    return [
        f"{running} jam ini sedang berjalan dan tetap memakai batasnya masing-masing.",
        (
            f"{waiting} berkas terbuka belum memulai jam ini. Jam yang mulai {turn.since} memakai "
            f"batas {turn.which}, juga pada berkas itu."
        ),
    ]


RECOUNTED = "Jam yang sampai ke tahun yang baru dipastikan dengan perubahan ini dihitung ulang."


def kept_by_calendar(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Which open clocks keep their end."""
    running = _running(work, CaseClock.calendar == key.partition(".")[2])
    return [
        (
            f"{running} jam yang sedang berjalan dihitung dengan kalender ini dan tetap memakai "
            "akhirnya masing-masing."
        ),
        f"Jam yang mulai {turn.since} dihitung dengan kalender {turn.which}.",
    ] + ([RECOUNTED] if turn.is_new else [])


def kept_by_edges(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Which open cases keep the edges."""
    kept = len(_open_cases_with(work, key.partition(".")[2]))
    return [
        f"{kept} berkas yang sudah dibuka tetap memakai yang lama.",
        f"Berkas yang dibuka {turn.since} memakai yang {turn.which}.",
    ]


def waiting_for(work: UnitOfWork, name: str) -> int:
    """Open cases whose clock of this name has not begun."""
    begun = set(work.session.scalars(select(CaseClock.case_id).where(CaseClock.name == name)))
    return len(_open_cases_with(work, name) - begun)


def _running(work: UnitOfWork, which: ColumnElement[bool]) -> int:
    query = (
        select(func.count())
        .select_from(CaseClock)
        .join(Case, Case.id == CaseClock.case_id)
        .where(CaseClock.stopped_at.is_(None), *samples.open_cases(work), which)
    )
    return work.session.scalar(query) or 0


def _open_cases_with(work: UnitOfWork, name: str) -> set[UUID]:
    query = select(Case.id, Case.definition_id).where(*samples.open_cases(work))
    return {
        case_id
        for case_id, definition_id in work.session.execute(query)
        if _has_clock(definition_of(work, definition_id), name)
    }


def _counted_by(work: UnitOfWork, calendar: str, at: datetime) -> list[str]:
    """The clocks whose target is counted by a calendar, one for each number of days."""
    targets = {
        name: configuration.value(work, f"target.{name}", at)
        for name in (
            key.partition(".")[2] for key in configuration.SEED if key.startswith("target.")
        )
    }
    days = {
        told["hari_kerja"]: name
        for name, told in targets.items()
        if isinstance(told, dict) and told["kalender"] == calendar
    }
    return list(days.values())


def _with_clock(work: UnitOfWork, name: str) -> Definition | None:
    return next(
        (one for one in definitions.current_definitions(work) if _has_clock(one, name)), None
    )


def _has_clock(definition: Definition, name: str) -> bool:
    return any(
        name in element.properties.get("clock", "").split()
        for element in definition.elements.values()
    )


def _end(due: datetime | None) -> str:
    return f"berakhir {formatting.moment(due)}" if due else "hanya diukur, tanpa batas"


PROPAM = "piket_propam"


def of_leadership(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """Whether the leadership sees what is confined to Propam; how many cases these are, who sees
    them himself alone is told (R79).
    """
    role, *_ = sorted(LEADERSHIP)
    sees = access.is_seen_by_role(work, Case(confined_to=PROPAM), role)
    label = role_label(work, role)
    found = {
        "Berkas yang dibatasi pada Propam": [
            f"{label} melihatnya, kecuali bila ia sendiri yang diadukan."
            if sees
            else f"{label} tidak melihatnya."
        ]
    }
    if has_role(work.actor, {PROPAM}) or access.sees_confined(work):
        query = select(func.count()).select_from(Case).where(Case.confined_to.is_not(None))
        seen = query.where(*samples.open_cases(work), access.sees_case(_as(work, *LEADERSHIP)))
        found[f"Di antaranya yang terbuka dan dilihat {label}"] = [
            f"{work.session.scalar(seen) or 0} berkas"
        ]
    return found


def of_receivers(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """Whether a function reads the papers of a case in its hands, and in how many of those that it
    holds now.
    """
    reading = "membaca" if configuration.value(work, access.RECEIVERS_READ) else "tidak membaca"
    found = {"Fungsi yang memegang berkas": [f"Ia {reading} surat dan naskahnya."]}
    for role in sorted(FIELD_ROLES):
        query = _held(work, Task.role == role)
        if count := work.session.scalar(query):
            reads = (
                work.session.scalar(query.where(task_rights.readable_case(_as(work, role)))) or 0
            )
            words = (
                "tetapi tidak membaca surat dan naskahnya"
                if not reads
                else "dan membaca surat dan naskah "
                + ("semuanya" if reads == count else f"pada {reads} di antaranya")
            )
            found[role_label(work, role)] = [f"Memegang {count} berkas terbuka, {words}."]
    return found


def of_substitutes(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """The roles that reach the substitutes of who is absent then."""
    held = {user.id: user.roles for user in users.list_all(work)}
    found = {}
    for user_id, one in duty.now_substitution(work, work.actor.unit).items():
        passed = duty.passed(work, held[user_id], held[one.substitute_id])
        labels = [role_label(work, role) for role in sorted(passed)]
        found[f"{one.substitute} menggantikan {one.name}"] = labels or [
            "tidak ada tugas yang sampai"
        ]
    return found


def of_figures(work: UnitOfWork, key: str, now: datetime) -> dict[str, list[str]]:
    """What the next publication withholds, and when the one after it comes. How many figures these
    are hangs on cases that are kept from some: who sees all is told.
    """
    if not publications.publish(work):
        return {}
    pause = timedelta(days=int(configuration.value(work, "publikasi.selang_hari")))
    found = {
        "Publikasi berikutnya": [
            f"jumlah di bawah {configuration.value(work, 'publikasi.ambang')} disamarkan"
        ],
        "Publikasi sesudahnya": [formatting.day((work.clock() + pause).astimezone(WITA).date())],
    }
    if access.sees_confined(work):
        made = publications.newest(work)
        lines = list(publications.rows(made))[1:] if made else []
        counts = [line for line in lines if line[1] != "median_hari"]
        withheld = sum(bool(mark) for *_, mark in counts)
        found["Angka yang disamarkan"] = [f"{withheld} dari {len(counts)} angka"]
    return found


def kept_by_figures(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """What was published stays as it was told."""
    return [
        "Publikasi yang sudah dibuat tidak berubah.",
        f"Publikasi yang dibuat {turn.since} memakai yang {turn.which}.",
    ]


def kept_by_leadership(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """Sight is asked with each look."""
    return [
        (
            f"Nilai {turn.which} berlaku {turn.since} untuk semua berkas yang dibatasi pada "
            "Propam, juga yang sudah terbuka."
        ),
        "Siapa yang pernah membukanya tetap tercatat di riwayat berkas.",
    ]


def kept_by_receivers(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """The same, for cases in the hands of a function."""
    count = work.session.scalar(_held(work)) or 0
    return [
        (
            f"{count} berkas terbuka sedang dipegang fungsi penerima. Nilai {turn.which} berlaku "
            f"{turn.since} juga untuk berkas itu."
        ),
        "Berkas yang belum diserahkan memakai nilai yang berlaku pada saat fungsi itu membukanya.",
        "Siapa yang pernah membacanya tetap tercatat di riwayat berkas.",
    ]


def kept_by_substitutes(work: UnitOfWork, key: str, turn: Turn) -> list[str]:
    """The same, for tasks of who is absent."""
    return [
        f"Penggantian yang sedang berjalan memakai nilai {turn.which} {turn.since}.",
        "Tugas yang sudah dikerjakan pengganti tetap tercatat atas namanya.",
    ]


def _held(work: UnitOfWork, *of: ColumnElement[bool]) -> Select[int]:
    """How many open cases are in the hands of functions."""
    held = select(Task.case_id).where(Task.hand_off == task_rights.HELD, *of)
    return (
        select(func.count()).select_from(Case).where(*samples.open_cases(work), Case.id.in_(held))
    )


def _as(work: UnitOfWork, *roles: str) -> UnitOfWork:
    """The same transaction as somebody with these roles before whom no wall stands."""
    return replace(work, actor=Actor(uuid4(), "Contoh", frozenset(roles), work.actor.unit))
