"""The inbox: what is in it for whom, taking a task, and how it looks when there is nothing."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.integration.conftest import PASSWORD, TestClock
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor


def test_an_empty_inbox_says_what_to_do(at_desk: Visitor) -> None:
    assert "Tidak ada tugas Anda saat ini" in at_desk.words
    assert at_desk.follow("Mulai layanan").path == "/mulai"


def test_a_case_in_work_stands_in_my_list_with_number_step_and_sender(at_desk: Visitor) -> None:
    desk.to_identity(at_desk).open("/?daftar=saya")
    assert "B-2026-000001" in at_desk.words
    assert "Catat identitas pelapor" in at_desk.words
    assert at_desk.follow("Catat identitas").path.startswith("/tugas/")


def test_what_waits_for_my_role_can_be_taken_in_one_press(at_desk: Visitor, chief: Visitor) -> None:
    desk.to_approval(at_desk)
    chief.open("/")
    assert "Antrean peran saya 1" in chief.words
    chief.submit("Ambil tugas")
    assert "Periksa dan setujui" in chief.words
    assert "Tugas saya 1" in chief.open("/?daftar=saya").words


def test_who_is_second_hears_who_was_faster(
    at_desk: Visitor, chief: Visitor, visit: Callable[[str], Visitor], person: Callable[..., Actor]
) -> None:
    person("wati", "ka_spkt")
    second = visit("wati")
    desk.to_approval(at_desk)
    chief.open("/")
    second.open("/")
    chief.submit("Ambil tugas")
    second.submit("Ambil tugas")
    assert second.answer.status_code == 409
    assert "sudah diambil Contoh Sari" in second.words


def test_another_unit_sees_nothing(
    at_desk: Visitor, visit: Callable[[str], Visitor], tono: Actor
) -> None:
    desk.to_identity(at_desk)
    task = at_desk.path
    stranger = visit("tono")
    assert "B-2026" not in stranger.open("/?daftar=semua").words
    assert stranger.open(task).answer.status_code == 404


def test_a_passed_limit_is_said_in_words(
    at_desk: Visitor, chief: Visitor, clock: TestClock
) -> None:
    desk.to_approval(at_desk)
    assert "10 menit lagi" in chief.open("/").words
    clock.advance(minutes=13)
    assert "lewat 3 menit" in chief.open("/").words


def test_the_number_filters_and_the_address_says_so(at_desk: Visitor) -> None:
    desk.begin(at_desk)
    desk.begin(at_desk)
    at_desk.open("/").submit("Saring", nomor="000002")
    assert "B-2026-000002" in at_desk.words
    assert "B-2026-000001" not in at_desk.words
    assert at_desk.answer.request.args["nomor"] == "000002"
    at_desk.submit("Saring", nomor="tidak ada")
    assert "Tidak ada tugas yang cocok" in at_desk.words


def test_a_long_list_continues_on_the_next_page(at_desk: Visitor, clock: TestClock) -> None:
    for _ in range(27):
        desk.begin(at_desk)
        clock.advance(seconds=1)
    at_desk.open("/")
    assert at_desk.words.count("B-2026-") == 25
    at_desk.follow("Berikutnya")
    assert at_desk.words.count("B-2026-") == 2
    assert "Ke awal" in at_desk.words


def test_a_made_up_cursor_shows_the_first_page(at_desk: Visitor) -> None:
    desk.begin(at_desk)
    for cursor in ("x", "%ff", "2026"):
        assert "B-2026-000001" in at_desk.open(f"/?setelah={cursor}").words


def test_the_page_asks_for_news_by_itself(at_desk: Visitor) -> None:
    box = next(part for part in at_desk.page().iter("div") if part.get("id") == "kotak")
    assert box.get("hx-trigger").startswith("every 15s")
    again = at_desk.open(box.get("hx-get"), **{"HX-Request": "true"})
    assert 'id="kotak"' in again.text


def test_pages_behind_the_sign_in_are_not_kept_by_the_browser(app: Flask, budi: Actor) -> None:
    visitor = Visitor(app.test_client()).sign_in("budi", PASSWORD)
    assert visitor.answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("role", "is_shown"),
    [("admin", True), ("auditor", True), ("pamapta", True), ("petugas", False)],
)
def test_who_may_see_incidents_finds_them_in_the_bar(
    app: Flask, person: Callable[..., Actor], role: str, is_shown: bool
) -> None:
    person("hari", role)
    visitor = Visitor(app.test_client()).sign_in("hari", PASSWORD)
    assert ("Gangguan" in visitor.words) == is_shown
    if is_shown:
        assert visitor.follow("Gangguan").answer.status_code == 200
