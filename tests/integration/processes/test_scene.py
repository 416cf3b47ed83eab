"""From a call to a scene into a police report: begun when the leader has received the result, and
nobody tells it twice.
"""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from tests.integration.services.calls import PRESSED, REPORT, Call, call
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import Case, Task
from workflow_app.services.cases import related_cases
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import tasks
from workflow_app.services.workflow.tasks import TaskView

__all__ = ["call"]
RECEIVED: Answers = {"arrived_at": "2026-11-23T08:59:00+08:00", "model_lp": "b", "perkenalan": True}
RADIO = "2026-11-23T09:00:00+08:00"
IDENTITY: Answers = {
    "kewarganegaraan": "wni",
    "jenis_identitas": "nik",
    "nik": "6306050102900001",
    "tempat_lahir": "Kandangan",
    "tanggal_lahir": "1990-02-01",
    "jenis_kelamin": "laki_laki",
    "agama": "islam",
    "pekerjaan": "Petani",
    "desa": "Desa Contoh",
    "kecamatan": "Kandangan",
    "kabupaten": "Hulu Sungai Selatan",
    "dibantu": "tidak",
}
"""What nobody asked on the telephone."""


@pytest.fixture
def told(call: Call) -> Call:
    """The patrol was at the scene; police reports can be begun."""
    with call.works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "lp")
    call.report().summon("piket_samapta")
    for element in ("berangkat", "tiba"):
        call.do(element, "piket_samapta")
    call.do("tptkp", "piket_samapta", tindakan=["amankan_tkp"], diminta_bayar="tidak_ada_warga")
    return call


def result(call: Call, perlu_lp: str) -> None:
    """The patrol reports what it found, the leader receives it."""
    call.do(
        "hasil_tkp", "piket_samapta", hasil="diserahkan", temuan="Ada yang luka.", perlu_lp=perlu_lp
    )
    task_id = call.task("terima_hasil")
    with call.works.begin(call.people["pimpinan"]) as work:
        tasks.complete(work, task_id, {}, str(uuid4()))


def relatives(call: Call) -> list[related_cases.Kin]:
    with call.works.begin(call.people["petugas"]) as work:
        return related_cases.of_case(work, work.session.get_one(Case, call.case_id)).kin


def at(call: Call, case_id: UUID, element: str) -> TaskView:
    """The open step of the report as the desk sees it."""
    with call.works.begin(call.people["petugas"]) as work:
        query = select(Task.id).where(
            Task.case_id == case_id, Task.element == element, Task.status == "open"
        )
        return tasks.get(work, work.session.scalars(query).one())


def answer(call: Call, task: TaskView, answers: Answers) -> None:
    with call.works.begin(call.people["petugas"]) as work:
        tasks.complete(work, task.id, answers, str(uuid4()))


def test_r65_a_scene_that_needs_it_goes_on_as_a_police_report_that_knows_who_called(
    told: Call,
) -> None:
    result(told, perlu_lp="ya")

    (report,) = relatives(told)
    assert report.reason == "Kejadian di TKP dilanjutkan sebagai Laporan Polisi"
    reception = at(told, report.case_id, "terima_pelapor")
    with told.works.begin(told.people["petugas"]) as work:
        assert work.session.get_one(Case, report.case_id).process_key == "lp"
        tasks.claim(work, reception.id)
    answer(told, reception, RECEIVED)

    identity = at(told, report.case_id, "identitas")
    assert identity.answers_from == "parent"
    known = {name: identity.answers[name] for name in ("nama", "telepon", "alamat")}
    assert known == {name: REPORT[name] for name in known}

    answer(told, identity, {**IDENTITY, **known})
    event = at(told, report.case_id, "kejadian")
    assert event.answers["peristiwa"] == REPORT["peristiwa"]


def test_r59_an_identity_that_was_asked_after_the_call_up_goes_over_into_the_report_too(
    call: Call,
) -> None:
    """The patrol drives while the caller is still on the telephone; the case does not end before
    the identity is written down.
    """
    with call.works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "lp")
    part = {"identitas_sebagian": "Pak Contoh, 0812-0000-0009", "hubungan": "saksi"}
    call.report(keadaan_identitas="belum_lengkap", alasan_belum_lengkap="masih_ditanyakan", **part)
    call.summon("piket_samapta")
    assert {"berangkat", "lengkapi_identitas"} <= call.opened()
    asked = at(call, call.case_id, "lengkapi_identitas")
    assert asked.answers.items() >= {**part, "hasil_identitas": "lengkap"}.items(), (
        "what was told is not asked again"
    )
    known = {name: REPORT[name] for name in ("nama", "telepon", "alamat")}
    call.do("lengkapi_identitas", "petugas", hasil_identitas="lengkap", **known)
    assert "lengkapi_identitas" not in call.opened()
    for element in ("berangkat", "tiba"):
        call.do(element, "piket_samapta")
    call.do("tptkp", "piket_samapta", tindakan=["amankan_tkp"], diminta_bayar="tidak_ada_warga")
    result(call, perlu_lp="ya")

    (report,) = relatives(call)
    reception = at(call, report.case_id, "terima_pelapor")
    with call.works.begin(call.people["petugas"]) as work:
        tasks.claim(work, reception.id)
    answer(call, reception, RECEIVED)
    identity = at(call, report.case_id, "identitas")
    assert {name: identity.answers[name] for name in known} == known


def test_r65_a_scene_that_needs_none_has_no_second_case(told: Call) -> None:
    result(told, perlu_lp="tidak")

    assert relatives(told) == []


def test_r61_r63_who_takes_a_call_stands_before_departing_and_whoever_goes_takes_it(
    call: Call, person: Callable[..., Actor]
) -> None:
    """Nobody is given the step: a colleague may be the one who drives."""
    call.report().summon("piket_samapta", "piket_lantas")
    call.people["driver"] = person("driver", "piket_samapta")

    assert leads_to(call, "terima_lantas", "piket_lantas") is None, "it is the patrol that departs"
    assert leads_to(call, "terima_samapta", "piket_samapta") == call.task("berangkat")
    with call.works.begin(call.people["driver"]) as work:
        view = tasks.get(work, call.task("berangkat"))
    assert (view.assignee_id, view.can_claim) == (None, True)


def test_r61_who_takes_a_call_when_a_colleague_departs_already_is_led_nowhere(
    call: Call, person: Callable[..., Actor]
) -> None:
    call.report().summon("piket_samapta")
    departing = call.task("berangkat")
    with call.works.begin(person("driver", "piket_samapta")) as work:
        tasks.claim(work, departing)
    assert leads_to(call, "terima_samapta", "piket_samapta") is None


def test_r61_who_records_a_call_for_the_patrol_is_led_nowhere(call: Call) -> None:
    call.report().summon("piket_samapta")
    assert (
        leads_to(call, "terima_samapta", "pamapta", sumber="radio", acknowledged_at=RADIO) is None
    )


def leads_to(call: Call, element: str, role: str, **answers: str) -> UUID | None:
    """Where the same step leads, sent once and sent again by a finger that trembles."""
    task_id, token = call.task(element), str(uuid4())
    for _ in range(2):
        with call.works.begin(call.people[role]) as work:
            done = tasks.complete(work, task_id, {**PRESSED, **answers}, token)
    return done.next_task_id
