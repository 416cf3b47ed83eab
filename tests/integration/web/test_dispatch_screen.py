"""The dispatch board on a wall: few words for three metres, nobody's name, an alarm when nothing
watches the clocks.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.integration.conftest import PASSWORD, TestClock
from tests.integration.services.calls import REPORT, Call, call
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM
from workflow_app.models import Case, Heartbeat, UserSession
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import health
from workflow_app.services.reporting import dispatches
from workflow_app.services.workflow import cases

__all__ = ["call"]

SCREEN = "/papan-tkp/layar"
Visit = Callable[[str], Visitor]


@pytest.fixture
def screen(call: Call, visit: Visit, works: Works) -> Visitor:
    """Pamapta before the wall; the patrol has been called up. The background process is at work."""
    with works.begin(SYSTEM) as work:
        for name in health.BEATS:
            health.beat(work, name)
    call.report().summon("piket_samapta")
    return visit("pamapta")


def test_the_screen_says_what_where_how_long_and_in_time_or_not(
    call: Call, clock: TestClock, screen: Visitor
) -> None:
    words = screen.open(SCREEN).words
    for said in (
        "1 berjalan",
        "Perkelahian atau penganiayaan",
        "Kandangan Kota",
        "Masih berbahaya",
    ):
        assert said in words
    assert "1.00 menit Dalam batas" in words
    assert "Belum menerima: Piket Samapta" in words
    clock.advance(minutes=12)
    assert "13.00 menit Hampir lewat" in screen.open(SCREEN).words
    clock.advance(minutes=3)
    assert "16.00 menit Lewat batas" in screen.open(SCREEN).words
    call.do("berangkat", "piket_samapta")
    call.do("tiba", "piket_samapta")
    assert "16.00 menit Tiba terlambat" in screen.open(SCREEN).words
    clock.advance(minutes=5)
    assert "16.00 menit Tiba terlambat" in screen.open(SCREEN).words, (
        "a clock that has stopped stands still"
    )


def test_nothing_on_the_screen_is_about_a_person(call: Call, works: Works, screen: Visitor) -> None:
    page = screen.open(SCREEN)
    with works.begin(SYSTEM) as work:
        number = work.session.get_one(Case, call.case_id).number
    told = [str(REPORT[name]) for name in ("nama", "telepon", "alamat", "patokan", "peristiwa")]
    names = [actor.name for actor in call.people.values()]
    assert [word for word in (*told, *names, number, str(call.case_id)) if word in page.text] == []


def test_the_most_urgent_call_comes_first_and_those_without_room_are_counted(
    call: Call, clock: TestClock, screen: Visitor
) -> None:
    for _ in range(dispatches.DISPATCH_SCREEN_MOST):
        clock.advance(minutes=1)
        with call.works.begin(call.people["petugas"]) as work:
            started = cases.start(work, "tkp_dispatch")
        another = Call(call.works, clock, call.people, started.case_id)
        another.report(received_at=clock.at.isoformat())
    with call.works.begin(call.people["petugas"]) as work:
        cases.start(work, "tkp_dispatch")
    with call.works.begin(call.people["pamapta"]) as work:
        shown = dispatches.read(work)
    limits = [one.clock.due_at for one in shown.calls if one.clock and one.clock.due_at]
    assert (len(shown.calls), shown.others, shown.being_taken) == (
        dispatches.DISPATCH_SCREEN_MOST,
        1,
        1,
    )
    assert limits == sorted(limits) and len(limits) == dispatches.DISPATCH_SCREEN_MOST
    words = screen.open(SCREEN).words
    assert f"{dispatches.DISPATCH_SCREEN_MOST + 1} berjalan · 1 sedang diterima" in words
    assert "dan 1 laporan lain di Papan TKP" in words


def test_the_screen_is_answered_204_while_it_shows_what_there_is_and_alarms_when_nothing_watches(
    call: Call, works: Works, screen: Visitor
) -> None:
    def ask() -> int:
        return screen.client.get(SCREEN, headers={"X-Sentra-Known": known}).status_code

    known = screen.open(SCREEN).text.partition('data-known="')[2].partition('"')[0]
    assert ask() == 204
    call.do("terima_samapta", "piket_samapta")
    assert ask() == 200
    screen.open(SCREEN)
    assert "Peringatan otomatis berhenti" not in screen.words
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Heartbeat).values(at=Heartbeat.at - timedelta(minutes=10)))
    assert "Peringatan otomatis berhenti. Awasi jam sendiri" in screen.open(SCREEN).words


def test_a_quiet_screen_says_so_and_works_without_scripts(call: Call, visit: Visit) -> None:
    page = visit("pamapta").open(SCREEN)
    assert "Tidak ada laporan berjalan" in page.words
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page.text
    assert visit("pamapta").open("/papan-tkp").follow("Tampilkan di layar dinding").path == SCREEN
    assert call.case_id


def test_a_session_that_is_given_to_the_wall_stays_for_the_watch_and_leads_nowhere_else(
    call: Call, clock: TestClock, works: Works, screen: Visitor
) -> None:
    """Its own look keeps it, for whoever walks by it opens nothing, and twelve hours after the
    sign-in it is over.
    """
    background = {"HX-Request": "true", "X-Sentra-Background": "1"}
    screen.open(SCREEN).submit("Biarkan di dinding")
    assert screen.path == SCREEN
    for address in ("/", "/papan-tkp", "/papan", f"/berkas/{call.case_id}", "/akun"):
        answer = screen.client.get(address)
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/masuk"), address
    for _ in range(11):
        clock.advance(minutes=59)
        assert screen.client.get(SCREEN, headers=background).status_code in (200, 204)
    clock.advance(hours=2)
    assert screen.client.get(SCREEN, headers=background).status_code == 401

    screen.sign_in("pamapta", PASSWORD)
    assert screen.open("/").path == "/", "who signs in anew is himself again"
    with works.begin(SYSTEM) as work:
        assert work.session.query(UserSession).filter_by(ended_at=None).count() == 1


def test_a_screen_that_was_not_given_ends_with_the_session_as_other_pages_do(
    call: Call, clock: TestClock, screen: Visitor
) -> None:
    screen.open(SCREEN)
    clock.advance(minutes=61)
    assert (
        screen.client.get(
            SCREEN, headers={"HX-Request": "true", "X-Sentra-Background": "1"}
        ).status_code
        == 401
    )
    assert call.case_id
