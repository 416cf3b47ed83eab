"""The same through the real pages: status, sentence, and what stands in the form afterwards."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from tests.integration.races.meeting import second_comes_while_first_holds, together
from tests.integration.races.office import NINE, Office
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor, fields_of
from workflow_app.services.accounts import users
from workflow_app.services.workflow import cases, tasks

Visit = Callable[[str], Visitor]
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def budi(visit: Visit) -> Visitor:
    return visit("budi")


def form_of(visitor: Visitor, **answers: Any) -> dict[str, Any]:
    """What the form on the page sends."""
    form = next(form for form in visitor.page().iter("form") if form.get("id") == "formulir")
    return {**fields_of(form), "tombol": "selesai", **answers}


def post(
    visitor: Visitor, path: str, data: dict[str, Any], **more: Any
) -> Callable[[], TestResponse]:
    """A press that another thread can do: in a client of its own with the same cookies."""
    other = visitor.client.application.test_client()
    for cookie in visitor.client._cookies.values():  # the same browser in two threads
        other.set_cookie(cookie.key, cookie.value, domain=cookie.domain, path=cookie.path)
    return lambda: other.post(path, data=data, **more)


WITHOUT_SCRIPT = {name.replace("__", "."): answer for name, answer in desk.GIVEN.items()}
"""The checklist, answered; its papers come with the form."""


def paper(colour: str = "white") -> dict[str, Any]:
    """A file chosen in the form."""
    made = io.BytesIO()
    Image.new("RGB", (200, 280), colour).save(made, "PNG")
    return {"unggah.persyaratan.sim_01.documents": (io.BytesIO(made.getvalue()), "pindaian.png")}


def task_of(path: str) -> UUID:
    """The task of a page."""
    return UUID(path.removeprefix("/tugas/"))


GREETING = {"sikap": ["sapa", "duduk", "minum"], "perkenalan": "ya"}


def test_four_presses_at_once_complete_once_and_all_arrive_at_the_next_task(
    budi: Visitor, office: Office
) -> None:
    desk.begin(budi)
    data = form_of(budi, arrived_at="2026-11-23T08:58", **GREETING)

    answers = together(*[post(budi, budi.path, data) for _ in range(4)])

    assert [answer.status_code for answer in answers] == [302] * 4
    assert len({answer.location for answer in answers}) == 1
    assert len(office.submissions(task_of(budi.path))) == 1


def test_four_presses_on_begin_open_one_case(budi: Visitor) -> None:
    budi.open("/mulai")
    boxes = {box.get("name"): box.get("value") for box in budi.page().iter("input")}
    data = {"csrf_token": boxes["csrf_token"], "kunci": boxes["kunci"]}

    answers = together(*[post(budi, "/mulai/sktlk", data) for _ in range(4)])

    assert len({answer.location for answer in answers}) == 1


def test_back_button_and_an_older_form_after_completion(budi: Visitor, office: Office) -> None:
    desk.begin(budi)
    path, old = budi.path, form_of(budi, **GREETING)
    budi.submit(desk.NEXT, **GREETING)
    forward = budi.path

    same = budi.client.post(path, data=old)
    other = budi.client.post(path, data={**old, "kunci": "halaman-yang-lain"})

    assert (same.status_code, same.location) == (302, forward)
    assert other.status_code == 409
    assert f"Tugas ini sudah diselesaikan oleh Anda sendiri pada {NINE}." in other.text
    assert len(office.submissions(task_of(path))) == 1


def test_what_was_typed_is_there_again_when_somebody_else_took_the_task(
    budi: Visitor, visit: Visit, office: Office
) -> None:
    desk.to_identity(budi)
    path, typed = budi.path, form_of(budi, **{**desk.IDENTITY, "nama": "Contoh Warga Terketik"})
    rina = office.people["rina"].user_id
    assert rina is not None

    _, answer = second_comes_while_first_holds(
        office.works,
        (office.people["sari"], lambda work: tasks.reassign(work, task_of(path), rina)),
        post(budi, path, typed),
    )

    assert answer.status_code == 409
    assert f"dialihkan Contoh Sari kepada Contoh Rina pada {NINE}" in answer.text
    assert "Isian Anda tersimpan" in answer.text
    visit("rina").open(path).submit("Lepaskan tugas")
    assert "Contoh Warga Terketik" in budi.open(path).submit("Ambil tugas").text


def test_autosave_after_the_task_was_completed_is_answered_calmly(
    budi: Visitor, office: Office
) -> None:
    desk.begin(budi)
    path, data = budi.path, form_of(budi, **GREETING)
    budi.submit(desk.NEXT, **GREETING)

    answer = budi.client.post(f"{path}/draf", data=data, headers=SCRIPT)

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["sentence"] == f"Tugas ini sudah diselesaikan oleh Anda sendiri pada {NINE}."
    assert office.drafts(task_of(path)) == 0


def test_the_second_tab_is_told_and_keeps_what_was_typed_and_may_insist(
    budi: Visitor, visit: Visit
) -> None:
    desk.to_identity(budi)
    second = visit("budi").open(budi.path)
    budi.submit("Simpan dulu", nama="Contoh Dari Tab Satu")

    second.submit("Simpan dulu", nama="Contoh Dari Tab Dua")

    assert second.answer.status_code == 409
    assert "dari tab atau perangkat lain" in second.words
    assert 'value="Contoh Dari Tab Dua"' in second.text
    second.submit("Simpan dulu")
    assert second.answer.status_code == 200
    assert 'value="Contoh Dari Tab Dua"' in budi.open(second.path).text


def test_one_tab_saves_as_often_as_it_likes_and_then_completes(budi: Visitor) -> None:
    desk.to_identity(budi)
    data = form_of(budi, **desk.IDENTITY)
    for _ in range(3):
        assert budi.client.post(f"{budi.path}/draf", data=data, headers=SCRIPT).status_code == 200

    assert budi.client.post(budi.path, data=data).status_code == 302


def test_a_lead_who_saw_the_task_free_reads_who_took_it(
    budi: Visitor, visit: Visit, office: Office
) -> None:
    desk.to_identity(budi)
    path = budi.path
    budi.submit("Lepaskan tugas")
    lead = visit("sari").open(path)
    visit("rina").open(path).submit("Ambil tugas")

    lead.submit("Alihkan tugas", kepada=str(office.people["budi"].user_id))

    assert lead.answer.status_code == 409
    assert f"Tugas ini sudah diambil Contoh Rina pada {NINE}." in lead.words


def test_a_lead_does_not_release_the_task_from_somebody_who_took_it_meanwhile(
    budi: Visitor, visit: Visit
) -> None:
    desk.to_identity(budi)
    path = budi.path
    lead = visit("sari").open(path)
    budi.submit("Lepaskan tugas")
    visit("rina").open(path).submit("Ambil tugas")

    lead.submit("Lepaskan tugas")

    assert lead.answer.status_code == 409
    assert "sudah diambil Contoh Rina" in lead.words


def test_two_ka_spkt_press_take_at_the_same_time(budi: Visitor, visit: Visit) -> None:
    desk.to_approval(budi)
    case = budi.path
    chiefs = [visit("sari").open("/?daftar=antrean"), visit("dewi").open("/?daftar=antrean")]
    path = next(link for link in links(chiefs[0].open(case)) if link.startswith("/tugas/"))
    data = [{"csrf_token": chief.token()} for chief in chiefs]

    answers = together(
        *[post(chief, f"{path}/ambil", sent) for chief, sent in zip(chiefs, data, strict=True)]
    )

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    late = next(answer.text for answer in answers if answer.status_code == 409)
    assert "Tugas ini sudah diambil Contoh " in late


def links(visitor: Visitor) -> list[str]:
    return [link.get("href") or "" for link in visitor.page().iter("a")]


def test_an_approval_of_a_case_that_is_being_cancelled_says_who_cancelled(
    budi: Visitor, visit: Visit, office: Office
) -> None:
    desk.to_approval(budi)
    case = budi.path
    chief = visit("sari").open(case)
    chief.open(next(link for link in links(chief) if link.startswith("/tugas/"))).submit(
        "Ambil tugas"
    )
    decision = form_of(chief, keputusan="setuju")

    _, answer = second_comes_while_first_holds(
        office.works,
        (
            office.people["budi"],
            lambda work: cases.cancel(
                work, UUID(case.removeprefix("/berkas/")), "Contoh: warga mengurungkan"
            ),
        ),
        post(chief, chief.path, decision),
    )

    assert answer.status_code == 409
    assert f"Berkas ini sudah dibatalkan oleh Contoh Budi pada {NINE}." in answer.text


def test_who_is_disabled_between_page_and_press_changes_nothing(
    office: Office, app: Flask, visit: Visit
) -> None:
    leaver = office.newcomer("petugas")
    name = next(key for key, actor in office.people.items() if actor == leaver)
    page = visit(name)
    desk.begin(page)
    data, path = form_of(page, **GREETING), page.path
    with office.works.begin(office.people["pama"]) as work:
        users.disable(work, name)

    answer = page.client.post(path, data=data)

    assert answer.status_code in (302, 400, 401)
    assert office.submissions(task_of(path)) == []


def test_a_form_with_a_paper_that_is_sent_twice_without_a_script_arrives_twice(
    budi: Visitor, office: Office
) -> None:
    desk.to_requirements(budi)
    path, data = budi.path, form_of(budi, **WITHOUT_SCRIPT)

    first, second = (budi.client.post(path, data={**data, **paper()}) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.location == second.location
    assert len(office.submissions(task_of(path))) == 1


def test_presses_at_once_with_a_paper_and_without_a_script_all_arrive(
    budi: Visitor, office: Office
) -> None:
    desk.to_requirements(budi)
    path, data = budi.path, form_of(budi, **WITHOUT_SCRIPT)

    answers = together(*[post(budi, path, {**data, **paper()}) for _ in range(3)])

    assert [answer.status_code for answer in answers] == [302] * 3
    assert len(office.submissions(task_of(path))) == 1
    assert office.events(office.task_case(task_of(path))).count("document.added") == 1


def test_another_paper_or_answer_after_completion_is_not_said_to_be_saved(
    budi: Visitor, office: Office
) -> None:
    desk.to_requirements(budi)
    path, data = budi.path, form_of(budi, **WITHOUT_SCRIPT)
    assert budi.client.post(path, data={**data, **paper("white")}).status_code == 302

    other_paper = budi.client.post(path, data={**data, **paper("gray")})
    number = {"persyaratan.sim_02.number": "CONTOH/02/2026"}
    other_answer = budi.client.post(path, data={**data, **number, **paper("white")})

    assert (other_paper.status_code, other_answer.status_code) == (409, 409)
    assert f"Tugas ini sudah diselesaikan oleh Anda sendiri pada {NINE}." in other_paper.text
    assert "Dokumen ini belum ditambahkan" in other_paper.text
    assert f"Tugas ini sudah Anda selesaikan pada {NINE}" in other_answer.text
    assert office.events(office.task_case(task_of(path))).count("document.added") == 1
