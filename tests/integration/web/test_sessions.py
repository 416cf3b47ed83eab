"""Sessions: rows that end, and a cookie that alone is worth nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests.integration.conftest import PASSWORD, TestClock
from tests.integration.web.statements import statements
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import UserSession
from workflow_app.services.accounts import sessions, users
from workflow_app.services.core.unit_of_work import Works

NEW = "kalimat baru yang panjang"


def cookie_of(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("sentra")
    assert found is not None
    return found.value


def with_cookie(app: Flask, value: str) -> Visitor:
    """Somebody who has a copy of a cookie."""
    copy = app.test_client()
    copy.set_cookie("sentra", value)
    return Visitor(copy)


def rows(works: Works) -> list[UserSession]:
    with works.begin(SYSTEM) as work:
        found = work.session.scalars(select(UserSession).order_by(UserSession.began_at)).all()
        work.session.expunge_all()
        return list(found)


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(
    app: Flask, visit: Callable[[str], Visitor], budi: Actor, works: Works
) -> None:
    visitor = visit("budi")
    stolen = cookie_of(visitor)
    assert with_cookie(app, stolen).open("/").path == "/"
    visitor.submit("Keluar")
    assert "Anda sudah keluar" in visitor.words
    assert visitor.open("/").path == "/masuk"
    assert with_cookie(app, stolen).open("/").path == "/masuk"
    assert [row.end_reason for row in rows(works)] == ["signed_out"]


def test_the_browser_is_told_to_drop_what_it_kept_at_sign_out(
    visit: Callable[[str], Visitor], budi: Actor
) -> None:
    visitor = visit("budi")
    answer = visitor.client.post("/keluar", data={"csrf_token": visitor.token()})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_the_table_holds_nothing_one_could_sign_in_with(
    app: Flask, visit: Callable[[str], Visitor], budi: Actor, works: Works
) -> None:
    visitor = visit("budi")
    with visitor.client.session_transaction() as cookie:
        token = cookie["token"]
    row = rows(works)[0]
    assert len(row.token_hash) == 32
    assert token.encode() not in row.token_hash
    with app.test_request_context():
        forged = app.session_interface.get_signing_serializer(app).dumps(
            {"token": row.token_hash.hex()}
        )
    assert with_cookie(app, forged).open("/").path == "/masuk"


def test_an_idle_session_ends_and_a_refreshing_page_does_not_keep_it_alive(
    visit: Callable[[str], Visitor], budi: Actor, clock: TestClock, app: Flask, works: Works
) -> None:
    visitor = visit("budi")
    idle: timedelta = app.config["SESSION_IDLE"]
    clock.at += idle - timedelta(minutes=1)
    assert visitor.open("/", **{"X-Sentra-Background": "1"}).path == "/"
    clock.at += timedelta(minutes=2)
    assert visitor.open("/").path == "/masuk"
    assert [row.end_reason for row in rows(works)] == ["idle"]


def test_work_keeps_the_session_alive_but_not_for_ever(
    visit: Callable[[str], Visitor], budi: Actor, clock: TestClock, works: Works
) -> None:
    visitor = visit("budi")
    for _ in range(23):
        clock.advance(minutes=30)
        assert visitor.open("/").path == "/"
    clock.advance(minutes=31)
    assert visitor.open("/").path == "/masuk"
    assert [row.end_reason for row in rows(works)] == ["age"]


def test_a_clock_set_back_neither_ends_nor_breaks_a_session(
    visit: Callable[[str], Visitor], budi: Actor, clock: TestClock
) -> None:
    visitor = visit("budi")
    clock.advance(hours=-3)
    assert visitor.open("/").path == "/"


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one_under_a_new_token(
    app: Flask, visit: Callable[[str], Visitor], budi: Actor, works: Works
) -> None:
    here, elsewhere = visit("budi"), visit("budi")
    before = cookie_of(here)
    here.open("/akun/sandi").submit("Ganti kata sandi", lama=PASSWORD, baru=NEW, ulang=NEW)
    assert here.path == "/"
    assert elsewhere.open("/").path == "/masuk"
    assert with_cookie(app, before).open("/").path == "/masuk"
    assert visit("budi").path == "/masuk"
    reasons = sorted(str(row.end_reason) for row in rows(works))
    assert reasons == ["None", "password_changed", "password_changed"]


@pytest.mark.parametrize("reason", ["disabled", "roles_changed", "password_changed"])
def test_what_an_admin_changes_at_an_account_ends_its_sessions_at_once(
    visit: Callable[[str], Visitor], budi: Actor, works: Works, reason: str
) -> None:
    visitor = visit("budi")
    with works.begin(SYSTEM) as work:
        match reason:
            case "disabled":
                users.disable(work, "budi")
            case "roles_changed":
                users.set_roles(work, "budi", ["petugas", "ka_spkt"])
            case _:
                users.set_password(work, "budi", NEW)
    assert visitor.open("/").path == "/masuk"
    assert [row.end_reason for row in rows(works)] == [reason]


def test_a_session_that_began_with_an_old_password_this_moment_is_over(
    works: Works, budi: Actor
) -> None:
    """The password was right when it was checked, and changed before the session began."""
    with works.begin(SYSTEM) as work:
        checked = users.authenticate(work, "budi", PASSWORD)
        users.set_password(work, "budi", NEW)
        assert checked is not None
        token = sessions.begin(work, checked)
        assert sessions.find(work, token, timedelta(hours=1)) is None


def test_signing_in_again_replaces_the_session_of_this_browser(
    visit: Callable[[str], Visitor], budi: Actor, sari: Actor, app: Flask, works: Works
) -> None:
    visitor = visit("budi")
    before = cookie_of(visitor)
    data = {"csrf_token": visitor.token(), "nama_pengguna": "sari", "kata_sandi": PASSWORD}
    assert visitor.client.post("/masuk", data=data).status_code == 302
    assert sari.name in visitor.open("/").words
    assert with_cookie(app, before).open("/").path == "/masuk"
    assert sorted(str(row.end_reason) for row in rows(works)) == ["None", "replaced"]


def test_one_sees_ones_own_sessions_and_ends_another(
    visit: Callable[[str], Visitor], budi: Actor, sari: Actor, works: Works
) -> None:
    here, elsewhere, other = visit("budi"), visit("budi"), visit("sari")
    here.open("/akun")
    assert here.text.count("data-session") == 2
    assert here.words.count("Perangkat ini") == 1
    here.submit("Akhiri")
    assert "Sesi itu sudah diakhiri" in here.words
    assert elsewhere.open("/").path == "/masuk"
    theirs = next(row.id for row in rows(works) if row.user_id == sari.user_id)
    data = {"csrf_token": here.token()}
    assert here.client.post(f"/akun/sesi/{theirs}/akhiri", data=data).status_code == 404
    assert other.open("/").path == "/"


def test_a_token_of_a_form_belongs_to_its_session(
    visit: Callable[[str], Visitor], budi: Actor
) -> None:
    first, second = visit("budi"), visit("budi")
    token = first.open("/akun/sandi").token()
    assert second.client.post("/keluar", data={"csrf_token": token}).status_code == 400
    assert first.client.post("/keluar", data={"csrf_token": token}).status_code == 302


def test_searched_words_lie_neither_in_the_cookie_nor_readable_in_the_table(
    visit: Callable[[str], Visitor], budi: Actor, works: Works
) -> None:
    visitor = visit("budi")
    visitor.open("/cari").submit("Cari", kata="Contoh Rahmawaty")
    assert 'value="Contoh Rahmawaty"' in visitor.text
    with visitor.client.session_transaction() as cookie:
        assert set(cookie) == {"token", "csrf_token"}
        assert "Rahmawaty" not in str(dict(cookie))
    sealed = rows(works)[0].search
    assert sealed is not None
    assert b"Rahmawaty" not in sealed
    visitor.submit("Keluar")
    assert rows(works)[0].search is None


def test_a_request_of_somebody_signed_in_costs_one_statement_more(
    visit: Callable[[str], Visitor], budi: Actor, clock: TestClock, db_engine: Engine
) -> None:
    visitor = visit("budi")
    with statements(db_engine) as sent:
        assert visitor.client.get("/akun/sandi").status_code == 200
    assert len(sent) == 1
    clock.advance(minutes=2)
    with statements(db_engine) as sent:
        visitor.client.get("/akun/sandi")
        visitor.client.get("/akun/sandi")
    assert [statement.split()[0] for statement in sent] == ["SELECT", "UPDATE", "SELECT"]


def test_the_lookup_goes_through_indexes(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        connection = work.session.connection()
        connection.exec_driver_sql("set local enable_seqscan = off")
        query = sessions._FIND.compile(connection, compile_kwargs={"render_postcompile": True})
        plan = (
            connection.exec_driver_sql(
                f"explain {query}", {**query.params, "token_hash": b"x", "now": work.clock()}
            )
            .scalars()
            .all()
        )
        token = connection.exec_driver_sql(
            "explain select id from user_session where token_hash = 'x'"
        )
        by_token = token.scalars().all()
    assert "Seq Scan" not in "\n".join(plan)
    assert "uq_user_session_token_hash" in "\n".join(by_token)


@pytest.mark.parametrize("path", ["/masuk", "/verifikasi", "/static/css/sentra.css", "/healthz"])
def test_a_stranger_costs_no_statement(visitor: Visitor, db_engine: Engine, path: str) -> None:
    visitor.open("/masuk")
    with statements(db_engine) as sent, visitor.client.get(path) as answer:
        assert answer.status_code == 200
    assert sent == []


def test_static_files_cost_no_statement_for_anybody(
    visit: Callable[[str], Visitor], budi: Actor, db_engine: Engine
) -> None:
    visitor = visit("budi")
    with statements(db_engine) as sent, visitor.client.get("/static/css/sentra.css") as answer:
        assert answer.status_code == 200
    assert sent == []


def test_rows_of_sessions_that_are_over_go_after_a_week(
    visit: Callable[[str], Visitor], budi: Actor, works: Works, clock: TestClock
) -> None:
    visit("budi").submit("Keluar")
    visit("budi")
    clock.advance(days=7, hours=1)
    alive = visit("budi")
    with works.begin(SYSTEM) as work:
        assert sessions.sweep(work) == 1
    clock.advance(hours=11, minutes=30)
    with works.begin(SYSTEM) as work:
        assert sessions.sweep(work) == 1
    assert alive.open("/").path == "/masuk"
    assert len(rows(works)) == 1
