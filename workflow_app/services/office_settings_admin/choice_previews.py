"""What a change does to what cases ask the office: which calls are in town, what a form offers, who
receives a need.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from workflow_app.domain import WITA, Effect
from workflow_app.engine.model import Value
from workflow_app.models import Case, Submission
from workflow_app.permissions import ROLES
from workflow_app.services.cases import access
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration, offers, regions
from workflow_app.services.office_settings_admin import samples
from workflow_app.services.office_settings_admin.wording import Turn
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import dispatches
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
                    options = offers.offered(work, form).fields[field.name].options
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
