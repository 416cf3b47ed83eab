"""The board of all running cases and its lists, as pages: every figure is a link, no name stands on
them, nothing new is 204.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, update

from tests.integration.conftest import TestClock
from tests.integration.services.standing_cases import APPROVAL, WORK, Office, Span
from tests.integration.web.statements import statements
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Case, Heartbeat, Message
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import health

FIGURE = re.compile(
    r'<a class="figure[^"]*" href="([^"]+)"><strong>([\d.]+)</strong> <span>([^<]+)</span>'
)
KNOWN = re.compile(r'data-known="([^"]+)"')
MOST = 14
"""Questions for a whole page, with session, person and signs of life."""


@pytest.fixture
def office(works: Works, clock: TestClock, sktlk: str) -> Office:
    """Seven running cases, two of them late, and six that have ended today."""
    office = Office(works, clock, sktlk)
    for minutes in (-30, -5, 2, 5, 30, 40, 50):
        office.case(Span(-40, minutes), waits=[APPROVAL if minutes < 0 else WORK])
    for took in (3, 4, 5, 6, 7, 50):
        office.case(Span(-took - 1, -took + 9, -1), closed=-1)
    return office


@pytest.fixture
def beating(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        for name in health.BEATS:
            health.beat(work, name)


def test_every_figure_on_the_board_leads_to_a_list_of_as_many_cases(
    office: Office, chief: Visitor
) -> None:
    board = chief.open("/papan")
    figures = {
        words: (int(count), address.replace("&amp;", "&"))
        for address, count, words in FIGURE.findall(board.text)
    }

    assert {words: count for words, (count, _) in figures.items()} == {
        "berjalan": 7,
        "lewat batas": 2,
        "batasnya hari ini": 5,
        "menunggu persetujuan": 2,
        "diterima": 13,
        "selesai": 6,
        "melewati batas": 3,
    }
    for count, address in figures.values():
        assert chief.open(address).text.count("<tr data-row>") == count
    words = chief.open("/papan").words
    assert "7 berjalan · 2 lewat batas · 5 batasnya hari ini" in words
    assert "Lama tengah 5 menit 9 dari 10 terlalu sedikit Dihitung 6 Terlambat 1" in words
    assert office.made == 13
    listed = chief.follow("Semua 7 berkas")
    assert "lewat 30 menit" in listed.words
    measured = "/papan/berkas?isi=terukur&proses=sktlk&hari=30"
    assert measured.replace("&", "&amp;") in chief.open("/papan").text
    assert chief.open(measured).words.count(", terlambat") == 1


def test_lists_go_on_page_by_page_and_keep_what_was_chosen(office: Office, chief: Visitor) -> None:
    for _ in range(30):
        office.case(Span(-10, 100))
    seen: list[str] = []
    chief.open("/papan/berkas?isi=berjalan&proses=sktlk")
    while True:
        seen += re.findall(r"U-2026-\d{6}", chief.text)
        if 'rel="next"' not in chief.text:
            break
        chief.follow("Berikutnya")
        assert "proses=sktlk" in chief.text
    assert len(seen) == len(set(seen)) == 37
    assert "Ke awal" in chief.words
    assert (
        chief.open("/papan/berkas?isi=berjalan&proses=tidak_ada").words.count("Tidak ada berkas")
        == 1
    )
    assert chief.open("/papan/berkas?isi=tidak_ada").answer.status_code == 404


def test_no_page_of_the_board_names_a_person(
    office: Office, chief: Visitor, budi: Actor, person: Callable[..., Actor]
) -> None:
    """Who opened, who works, who approved: figures are about services, and a list is no list of
    officers.
    """
    others = [person(f"orang{number}", "petugas") for number in range(3)]
    own_name = "Contoh Sari"
    for address in (
        "/papan",
        "/papan/berkas",
        "/papan/berkas?isi=terukur",
        "/papan/berkas?isi=selesai",
    ):
        words = chief.open(address).words
        assert not [one.name for one in (budi, *others) if one.name in words], address
        assert words.count("Sari") == words.count(own_name) == 1, (
            "the reader's own name, in the bar"
        )
    assert office.made


@pytest.mark.usefixtures("beating")
def test_who_shows_what_there_is_already_is_told_so_without_the_board(
    office: Office, clock: TestClock, chief: Visitor, db_engine: Engine
) -> None:
    def ask(known: str) -> int:
        return chief.client.get("/papan", headers={"X-Sentra-Known": known}).status_code

    known = KNOWN.findall(chief.open("/papan").text)[0]
    with statements(db_engine) as asked:
        assert ask(known) == 204
    assert len(asked) <= 6, "\n".join(asked)
    assert ask("made-up") == 200
    assert chief.client.get("/papan?hari=7", headers={"X-Sentra-Known": known}).status_code == 200

    office.case(Span(-1, 10))
    assert ask(known) == 200, "a case was opened"
    known = KNOWN.findall(chief.open("/papan").text)[0]
    clock.advance(minutes=3)
    assert ask(known) == 200, "the limit of a case has passed"


@pytest.mark.usefixtures("beating")
def test_a_message_that_does_not_get_through_is_new_although_no_event_tells_of_it(
    works: Works, office: Office, chief: Visitor
) -> None:
    """The first try that fails is no event yet; at night nothing else may happen for hours."""
    office.case(Span(-1, 10))
    with works.begin(SYSTEM) as work:
        case_id = work.session.scalars(select(Case.id).limit(1)).one()
        stuck = Message(
            id=uuid4(),
            case_id=case_id,
            element="",
            recipient="pemohon",
            template="kabar",
            channel="surel",
            sealed=b"",
            status="waiting",
            attempts=1,
            written_at=work.clock(),
        )
        work.session.add(stuck)
    known = KNOWN.findall(chief.open("/papan").text)[0]
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Message).values(last_error="Server surel tidak menjawab."))
    answer = chief.client.get("/papan", headers={"X-Sentra-Known": known})
    assert answer.status_code == 200
    assert "1 kabar belum sampai" in answer.text


@pytest.mark.usefixtures("beating")
def test_a_silent_background_process_is_new_and_an_alarm(
    works: Works, office: Office, chief: Visitor
) -> None:
    board = chief.open("/papan")
    assert "Awasi jamnya di sini" not in board.words
    known = KNOWN.findall(board.text)[0]
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Heartbeat).values(at=Heartbeat.at - timedelta(minutes=10)))
    answer = chief.client.get("/papan", headers={"X-Sentra-Known": known})
    assert answer.status_code == 200
    assert "Awasi jamnya di sini" in answer.text
    assert office.made


def test_a_whole_page_asks_as_often_for_many_cases_as_for_few(
    office: Office, chief: Visitor, db_engine: Engine
) -> None:
    def asked(address: str) -> int:
        with statements(db_engine) as sent:
            assert chief.client.get(address).status_code == 200
        return len(sent)

    addresses = ("/papan", "/papan/berkas", "/papan/berkas?isi=terukur")
    few = [asked(address) for address in addresses]
    for _ in range(40):
        office.case(Span(-20, -5), waits=[APPROVAL, WORK])
        office.case(Span(-20, -15, -10), closed=-10)
    assert [asked(address) for address in addresses] == few
    assert max(few) <= MOST


def test_the_bar_offers_the_board_to_who_may_read_it(
    chief: Visitor, at_desk: Visitor, visit: Callable[[str], Visitor], person: Callable[..., Actor]
) -> None:
    person("wasrik", "auditor")
    assert "Papan SPKT" in chief.open("/").words
    assert visit("wasrik").open("/papan").answer.status_code == 200
    assert "Papan SPKT" not in at_desk.open("/").words
    for address in ("/papan", "/papan/berkas"):
        assert at_desk.open(address).answer.status_code == 403
