"""Process pages: the figures in words, the way from each of them to its cases, a day again, the log
as a file.
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from lxml import etree

from tests.integration.conftest import TestClock
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor

Play = Callable[..., UUID]


@pytest.fixture
def played(play: Play, clock: TestClock) -> list[UUID]:
    """A finished case of today, and one that stands at its third step for some minutes."""
    finished = play("sktlk_ktp")
    running = play("sktlk_sim", 3)
    clock.advance(minutes=20)
    return [finished, running]


def test_from_the_list_to_a_figure_to_its_case(chief: Visitor, played: list[UUID]) -> None:
    chief.open("/proses")
    chief.follow("SKTLK") if "SKTLK" in chief.words else chief.open("/proses/sktlk")
    assert "1 berkas berjalan sekarang" in chief.words
    assert "semua versi" in chief.words
    chief.follow("kali selesai: Terima")
    assert "yang terakhir di atas" in chief.words
    chief.follow("B-2026-")
    assert "Berkas B-2026-" in chief.words


def test_cases_that_stand_there_now(chief: Visitor, played: list[UUID]) -> None:
    chief.open("/proses/sktlk?hari=1").follow("berkas sekarang di")
    assert "20 menit" in chief.words
    assert str(played[1]) in chief.text and str(played[0]) not in chief.text


def test_unreadable_wishes_are_what_is_usual(chief: Visitor, played: list[UUID]) -> None:
    usual = chief.open("/proses/sktlk").words
    for query in (
        "hari=99",
        "hari=x",
        "dari=2026-99-99",
        "versi=abc",
        "versi=",
        "versi=12345678901234567890",
    ):
        assert chief.open(f"/proses/sktlk?{query}").words == usual
    assert "23 November 2025" in chief.open("/proses/sktlk?dari=2020-01-01&sampai=2030-01-01").words
    assert chief.open("/proses/sktlk?versi=77").answer.status_code == 404
    assert chief.open("/proses/tidak_ada").answer.status_code == 404
    assert chief.open("/proses/sktlk/langkah/tidak_ada/kini").answer.status_code == 404
    assert chief.open("/proses/sktlk/langkah/persetujuan/apa").answer.status_code == 404
    assert (
        chief.open("/proses/sktlk/langkah/persetujuan/selesai?sesudah=bukan").answer.status_code
        == 200
    )
    assert chief.open("/proses/sktlk/hari?tanggal=1999-01-01").answer.status_code == 200
    assert chief.open("/proses/sktlk/hari?tanggal=2026-01-01").answer.status_code == 404
    assert chief.open("/proses/sktlk/gambar.bpmn?proses=lp").answer.status_code == 404
    assert chief.open("/proses/sktlk/catatan/csv").answer.status_code == 404


def test_a_day_is_a_list_of_times_without_scripts(chief: Visitor, played: list[UUID]) -> None:
    chief.open("/proses/sktlk/hari?tanggal=2026-11-23")
    assert "Senin, 23 November 2026" in chief.words
    assert "09.00.00 WITA" in chief.words
    assert "Masuk:" in chief.words and "Selesai:" in chief.words


def test_a_case_has_its_list_of_times(chief: Visitor, played: list[UUID]) -> None:
    chief.open(f"/berkas/{played[0]}")
    assert "Putar ulang jalannya berkas" in chief.words
    assert "23 Nov 2026 09.00.00 WITA" in chief.words


def test_the_log_is_a_file_for_leads_and_auditors(
    chief: Visitor,
    played: list[UUID],
    visit: Callable[[str], Visitor],
    person: Callable[..., Actor],
) -> None:
    with chief.client.get("/proses/sktlk/catatan/xes?hari=7") as answer:
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename=catatan-sktlk-2026-11-17-2026-11-23.xes"
        )
        assert len(list(etree.fromstring(answer.data).iter("{*}trace"))) == 2
    person("kapolres", "pimpinan")
    leader = visit("kapolres").open("/proses/sktlk")
    assert "Unduh XES" not in leader.words
    assert leader.open("/proses/sktlk/catatan/xes").answer.status_code == 403


def test_the_desk_has_no_process_pages(at_desk: Visitor, played: list[UUID]) -> None:
    assert "/proses" not in at_desk.open("/").text
    assert at_desk.open("/proses/sktlk").answer.status_code == 403
