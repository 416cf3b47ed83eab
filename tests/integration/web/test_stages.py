"""The pages of calls to a scene: one button for a stage, standing in, correcting a time."""

from collections.abc import Callable

import pytest

from tests.integration.services.calls import Call, call
from tests.integration.web.visitor import Visitor

__all__ = ["call"]

REASON = "Jam pada catatan radio berbeda."


@pytest.fixture
def under_way(call: Call) -> Call:
    """The patrol has departed; it is still to arrive."""
    call.report().summon("piket_samapta")
    call.do("berangkat", "piket_samapta")
    return call


def test_places_stand_under_their_kecamatan(call: Call, visit: Callable[[str], Visitor]) -> None:
    page = visit("budi").open(f"/tugas/{call.task('terima_laporan')}")
    groups = [group.get("label") for group in page.page().iter("optgroup")]
    assert len(groups) == 11
    assert "Kecamatan Kandangan" in groups
    assert "Kandangan Kota (kelurahan), Kec. Kandangan" in page.words


def test_a_stage_is_one_press_of_a_large_button(
    under_way: Call, visit: Callable[[str], Visitor]
) -> None:
    page = visit("piket_samapta").open(f"/tugas/{under_way.task('tiba')}")
    assert "task-stage" in page.text
    page.submit("Tiba di TKP")
    assert "tptkp" in under_way.opened()


def test_the_desk_takes_over_and_radio_is_chosen_already(
    under_way: Call, visit: Callable[[str], Visitor]
) -> None:
    page = visit("budi").open(f"/tugas/{under_way.task('tiba')}")
    assert "Anda dapat mencatatnya untuk mereka" in page.words
    page.submit("Ambil alih untuk mencatat")
    chosen = [
        e for e in page.page().iter("input") if e.get("name") == "sumber" and "checked" in e.attrib
    ]
    assert [e.get("value") for e in chosen] == ["radio"]
    page.submit("Tiba di TKP")
    assert "tptkp" in under_way.opened()


def test_a_time_is_corrected_on_the_case_page_and_both_are_shown(
    under_way: Call, visit: Callable[[str], Visitor]
) -> None:
    under_way.clock.advance(minutes=10)
    under_way.do("tiba", "piket_samapta")
    desk, place = visit("budi"), f"/berkas/{under_way.case_id}"
    desk.open(place)
    token = desk.token()

    def send(at: str, reason: str) -> int:
        data = {"csrf_token": token, "waktu": at, "alasan_koreksi": reason}
        return desk.client.post(f"{place}/waktu/tiba", data=data).status_code

    assert send("2026-11-23T09:07", "salah") == 400
    assert send("2026-11-23T09:07", REASON) == 302
    words = desk.open(place).words
    assert "Semula 09.10 WITA (tombol)" in words
    assert REASON in words
    assert "menurut koreksi 8 menit" in words


def test_a_question_may_be_called_after_an_act(
    under_way: Call, visit: Callable[[str], Visitor]
) -> None:
    """The button of the form has a name that no question has: what was typed in `tindakan` is what
    is kept.
    """
    under_way.do("tiba", "piket_samapta")
    under_way.clock.advance(minutes=20)
    page = visit("piket_samapta").open(f"/tugas/{under_way.task('tptkp')}")
    page.submit(
        "Simpan tindakan", tindakan=["amankan_tkp", "saksi"], diminta_bayar="tidak_ada_warga"
    )
    assert "hasil_tkp" in under_way.opened()
    page.open(f"/berkas/{under_way.case_id}")
    assert "Mengamankan dan menutup TKP, Mencatat saksi" in page.words


def test_who_only_drives_finds_no_correction(
    under_way: Call, visit: Callable[[str], Visitor]
) -> None:
    page = visit("piket_samapta").open(f"/berkas/{under_way.case_id}")
    assert "Waktu tahap" in page.words
    assert "Koreksi waktu" not in page.words


def test_a_reason_that_was_refused_stays_as_it_was_typed(
    under_way: Call, visit: Callable[[str], Visitor]
) -> None:
    desk, place = visit("budi"), f"/berkas/{under_way.case_id}"
    token = desk.open(place).token()
    data = {"csrf_token": token, "waktu": "besok", "alasan_koreksi": '<b>"alasan" yang panjang'}
    answer = desk.client.post(f"{place}/waktu/berangkat", data=data)
    assert answer.status_code == 400
    assert "Isi tanggal dan jam yang benar" in answer.text
    assert "&lt;b&gt;&#34;alasan&#34; yang panjang" in answer.text
