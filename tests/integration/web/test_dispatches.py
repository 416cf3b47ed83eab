"""The dispatch board and the start page of leads: running calls, who is on duty, whether the
background process is at work.
"""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.integration.services.calls import Call, call
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Heartbeat
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings_admin import configuration_files
from workflow_app.services.operations import health
from workflow_app.services.workflow import cases

__all__ = ["call"]

Visit = Callable[[str], Visitor]


@pytest.fixture
def under_way(call: Call) -> Call:
    """The patrol has departed; it is still to arrive."""
    call.report().summon("piket_samapta")
    call.do("berangkat", "piket_samapta")
    return call


@pytest.fixture
def roster(call: Call) -> None:
    """The patrol is on duty."""
    period = {"2026-11-23T08:00": {"sampai": "2026-11-24T08:00", "petugas": ["piket_samapta"]}}
    with call.works.begin(SYSTEM) as work:
        configuration_files.take_in(work, json.dumps({"jadwal_piket.piket_samapta": period}))


@pytest.fixture
def beating(works: Works) -> None:
    """The background process is at work."""
    with works.begin(SYSTEM) as work:
        for name in health.BEATS:
            health.beat(work, name)


def silent(works: Works, name: str) -> None:
    """A part was last seen ten minutes ago."""
    with works.begin(SYSTEM) as work:
        earlier = Heartbeat.at - timedelta(minutes=10)
        work.session.execute(update(Heartbeat).where(Heartbeat.name == name).values(at=earlier))


def test_the_board_is_fresh_by_itself_and_shows_what_is_needed(
    under_way: Call, visit: Visit
) -> None:
    page = visit("pimpinan").open("/papan-tkp")
    assert 'hx-trigger="every 5s' in page.text
    for words in (
        "Perkelahian atau penganiayaan",
        "Kandangan Kota",
        "Masih berbahaya",
        "Berangkat",
        "Norma 110 (10 menit)",
    ):
        assert words in page.words
    for secret in ("Contoh Pelapor", "seberang pasar", "0812"):
        assert secret not in page.text


def test_a_quiet_board_says_so(works: Works, visit: Visit, call: Call) -> None:
    with works.begin(call.people["pamapta"]) as work:
        cases.cancel(work, call.case_id, "Telepon iseng, tidak ada kejadian.")
    assert "Tidak ada laporan yang sedang berjalan" in visit("pamapta").open("/papan-tkp").words


@pytest.mark.usefixtures("roster")
def test_r61_the_board_and_the_call_form_say_who_is_on_duty(call: Call, visit: Visit) -> None:
    call.report()
    form = visit("budi").open(f"/tugas/{call.task('panggil_fungsi')}").words
    assert "Samapta Sekarang: Bripda Contoh Piket_Samapta" in form
    assert "Reskrim Tidak ada di jadwal piket" in form
    board = visit("pamapta").open("/papan-tkp").words
    assert "Piket sekarang" in board
    assert "Piket Samapta Bripda Contoh Piket_Samapta" in board
    assert "Piket Reskrim tidak ada di jadwal" in board


def test_without_a_roster_nothing_is_said_of_duty(call: Call, visit: Visit) -> None:
    call.report()
    assert "jadwal" not in visit("budi").open(f"/tugas/{call.task('panggil_fungsi')}").words
    assert "Piket sekarang" not in visit("pamapta").open("/papan-tkp").words


@pytest.mark.usefixtures("roster")
def test_leads_read_on_their_start_page_that_the_roster_ends(call: Call, visit: Visit) -> None:
    assert "Jadwal Piket Samapta perlu diperbaiki" in visit("pamapta").open("/").words
    assert "perlu diperbaiki" not in visit("budi").open("/").words


@pytest.mark.usefixtures("call", "beating")
def test_board_and_start_page_of_leads_tell_that_the_background_process_lives(visit: Visit) -> None:
    page = visit("pamapta")
    for place in ("/papan-tkp", "/"):
        words = page.open(place).words
        assert "Pekerjaan latar belakang: hidup" in words
        assert "Penjadwal: hidup" in words
        assert "beri tahu admin" not in words
    assert "Penjadwal" not in visit("budi").open("/").words


@pytest.mark.usefixtures("call", "beating")
@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("counter", "Pekerjaan latar belakang sedang berhenti, jadi peringatan batas waktu"),
        ("scheduler", "Penjadwal sedang berhenti, jadi peringatan batas waktu dapat tertinggal"),
    ],
)
def test_a_silent_background_process_is_an_alarm_where_clocks_are_watched(
    works: Works, visit: Visit, part: str, sentence: str
) -> None:
    silent(works, part)
    for place in ("/papan-tkp", "/"):
        words = visit("pamapta").open(place).words
        assert words.count(sentence) == 1
        assert "diam sejak 10 menit" in words


@pytest.mark.usefixtures("roster")
def test_a_colleague_at_home_reads_who_serves_and_where_the_call_is(
    call: Call, person: Callable[..., Actor], visit: Visit
) -> None:
    person("rudi", "piket_samapta")
    call.report().summon("piket_samapta")
    page = visit("rudi").open("/?daftar=antrean")
    assert "yang bertugas sekarang: Bripda Contoh Piket_Samapta" in page.words
    assert "Terima panggilan Samapta" not in page.words
    page.open(f"/tugas/{call.task('terima_samapta')}").submit("Ambil tugas")
    assert "Saya terima" in page.words
    assert "Menurut jadwal piket" not in visit("piket_samapta").open("/?daftar=antrean").words
