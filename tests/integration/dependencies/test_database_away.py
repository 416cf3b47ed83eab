"""The database is away: fast answers that say so, and nobody notices afterwards."""

import threading
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from tests.integration.dependencies import look
from tests.integration.dependencies.forwarder import Forwarder
from tests.integration.dependencies.program import Program, wait_until
from tests.integration.services import scans
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor, fields_of
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM, DatabaseAway, Unavailable
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents
from workflow_app.settings import Settings

pytestmark = pytest.mark.usefixtures("quick")

SENTENCE = "Basis data sedang tidak dapat dihubungi"


def test_what_needs_no_database_goes_on_and_the_rest_says_so_fast(
    site: Flask, enter: Callable[[str], Visitor], database_line: Forwarder
) -> None:
    budi, stranger = enter("budi"), Visitor(site.test_client())
    database_line.cut()
    began = time.monotonic()

    for visitor in (budi, stranger):
        assert visitor.open("/healthz").answer.status_code == 200
        assert visitor.open("/masuk").answer.status_code == 200
        assert "Kata sandi" in visitor.words
        with visitor.client.get("/static/css/sentra.css") as answer:
            assert answer.status_code == 200
    inbox = budi.open("/")

    assert time.monotonic() - began < 5
    assert (inbox.answer.status_code, inbox.answer.headers["Retry-After"]) == (503, "15")
    assert SENTENCE in inbox.words
    assert "Coba lagi" in inbox.words
    wait_until(lambda: stranger.open("/readyz").answer.status_code == 503, 5)
    ready = stranger.answer.json
    assert (ready["status"], ready["parts"]["database"]["state"]) == ("unready", "away")
    stranger.open("/masuk").submit("Masuk", nama_pengguna="budi", kata_sandi="apa saja")
    assert stranger.answer.status_code == 503
    database_line.mend()
    assert budi.open("/").answer.status_code == 200, "the session has survived"


def test_connections_that_died_meanwhile_cost_nobody_an_error(
    enter: Callable[[str], Visitor], database_line: Forwarder, site_works: Works
) -> None:
    visitors = [enter("budi"), enter("sari")]
    assert [visitor.open("/").answer.status_code for visitor in visitors] == [200, 200]

    database_line.cut()
    database_line.mend()
    assert [visitor.open("/").answer.status_code for visitor in visitors] == [200, 200]
    with site_works.begin(SYSTEM) as work:
        work.session.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        )
    wait_until(lambda: database_line.standing == 0, 10)
    assert [visitor.open("/").answer.status_code for visitor in visitors] == [200, 200]


def test_one_statement_that_takes_too_long_is_ended_and_troubles_nobody_else(
    site_settings: Settings,
) -> None:
    works = connect(site_settings, statement_seconds=1.0)
    try:
        with pytest.raises(Unavailable) as slow, works.begin(SYSTEM) as work:
            work.session.execute(text("select pg_sleep(30)"))
        assert not isinstance(slow.value, DatabaseAway)
        with works.begin(SYSTEM) as work:
            running = (
                "select count(*) from pg_stat_activity where state = 'active' and query like "
                "'%pg_sleep(30)%'"
            )
            assert work.session.scalar(text(f"{running} and pid <> pg_backend_pid()")) == 0
    finally:
        works.session_factory.kw["bind"].dispose()


def test_a_form_sent_into_the_outage_and_again_afterwards_is_stored_once(
    enter: Callable[[str], Visitor], database_line: Forwarder, site_works: Works
) -> None:
    budi = desk.begin(enter("budi"))
    path, before = budi.path, look.counts(site_works)["submissions"]
    fields, button = budi._button(desk.NEXT)
    form = {**fields_of(fields), "sikap": ["sapa", "duduk", "minum"], "perkenalan": ["ya"]}
    form[button.get("name")] = [button.get("value")]
    database_line.silence()

    began = time.monotonic()
    lost = budi.client.post(path, data=form)
    waited = time.monotonic() - began
    assert (lost.status_code, SENTENCE in lost.text) == (503, True)
    assert waited < 6
    database_line.mend()
    wait_until(lambda: budi.client.get("/").status_code == 200, 10)

    assert budi.client.post(path, data=form).status_code == 302
    assert budi.client.post(path, data=form).status_code == 302, "the same form a third time"
    assert look.counts(site_works)["submissions"] == before + 1
    assert look.chains_hold(site_works)


def test_a_silent_database_does_not_use_up_the_threads(
    site: Flask, enter: Callable[[str], Visitor], database_line: Forwarder
) -> None:
    budi = enter("budi")
    database_line.silence()
    threads = [threading.Thread(target=lambda: budi_again(site, budi)) for _ in range(4)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert time.monotonic() - began < 8

    began = time.monotonic()
    answers = [budi.client.get("/").status_code for _ in range(5)]
    took = time.monotonic() - began
    alive = budi.client.get("/healthz").status_code

    assert (answers, alive) == ([503] * 5, 200)
    assert took < 1.5, "what was silent a moment ago is not waited for again"
    database_line.mend()
    wait_until(lambda: budi.client.get("/").status_code == 200, 10)


def budi_again(site: Flask, budi: Visitor) -> None:
    client = site.test_client()
    cookie = budi.client.get_cookie(site.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    client.set_cookie(cookie.key, cookie.value)
    assert client.get("/").status_code == 503


def test_the_worker_waits_for_the_database_and_goes_on(
    enter: Callable[[str], Visitor],
    database_line: Forwarder,
    site_works: Works,
    start_worker: Callable[..., Program],
) -> None:
    budi = desk.to_requirements(enter("budi"))
    worker = start_worker()
    worker_is_up(site_works)
    database_line.cut()
    with site_works.begin(look.actor(site_works, "budi")) as work:
        case_id = UUID(str(work.session.scalar(text("select id from service_case"))))
        documents.upload(work, case_id, element="x", label="Surat", data=scans.picture())
    time.sleep(1.5)
    database_line.mend()

    worker.wait_for(task="read_document", message="job done")

    assert worker.process.poll() is None, "it is the same process"
    assert look.document(site_works)[0] == "readable"
    assert budi.open("/").answer.status_code == 200


def worker_is_up(works: Works) -> None:
    def has_beaten() -> bool:
        with works.begin(SYSTEM) as work:
            return bool(
                work.session.scalar(text("select count(*) from heartbeat where name = 'reading'"))
            )

    wait_until(has_beaten, 30)


def test_a_database_without_room_stores_nothing_and_says_what_still_works(
    enter: Callable[[str], Visitor], site_works: Works
) -> None:
    budi = desk.begin(enter("budi"))
    before = look.counts(site_works)
    with site_works.begin(SYSTEM) as work:
        work.session.execute(text(WITHOUT_ROOM))
        work.session.execute(
            text("create trigger room before insert on submission execute function no_room()")
        )

    budi.submit(desk.NEXT, sikap=["sapa", "duduk", "minum"], perkenalan="ya")

    assert (budi.answer.status_code, budi.answer.headers["Retry-After"]) == (503, "60")
    assert "Ruang simpan server penuh" in budi.words
    assert look.counts(site_works) == before
    assert budi.open("/").answer.status_code == 200
    assert look.chains_hold(site_works)
    with site_works.begin(SYSTEM) as work:
        work.session.execute(text("drop trigger room on submission"))
    budi.follow("Terima").submit(desk.NEXT, sikap=["sapa", "duduk", "minum"], perkenalan="ya")
    assert look.counts(site_works)["submissions"] == before["submissions"] + 1


WITHOUT_ROOM = """
create function no_room() returns trigger language plpgsql as $$
begin
    raise exception 'could not extend file' using errcode = 'disk_full';
end
$$
"""


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("25006", 503, SENTENCE),
        ("57P01", 503, SENTENCE),
        ("53300", 503, SENTENCE),
        ("57014", 503, "Layanan pendukung"),
        ("40P01", 409, "sedang diproses"),
        ("22012", 500, "Terjadi gangguan"),
    ],
)
def test_each_refusal_of_the_database_is_called_what_it_is(
    enter: Callable[[str], Visitor], site_works: Works, state: str, status: int, words: str
) -> None:
    budi = desk.begin(enter("budi"))
    with site_works.begin(SYSTEM) as work:
        work.session.execute(text(WITHOUT_ROOM.replace("disk_full", state)))
        work.session.execute(
            text("create trigger room before insert on submission execute function no_room()")
        )

    budi.submit(desk.NEXT, sikap=["sapa", "duduk", "minum"], perkenalan="ya")

    assert (budi.answer.status_code, words in budi.words) == (status, True)
