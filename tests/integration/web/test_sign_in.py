"""Signing in: who may, for how long, and what a stranger learns."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.integration.conftest import PASSWORD, TestClock
from tests.integration.web.visitor import Visitor
from workflow_app.services import users
from workflow_app.services.unit_of_work import Works
from workflow_app.types import SYSTEM, Actor


def test_the_right_password_leads_to_where_one_wanted_to_go(visitor: Visitor, budi: Actor) -> None:
    visitor.open("/cari")
    assert visitor.path == "/masuk"
    visitor.submit("Masuk", nama_pengguna="Budi ", kata_sandi=PASSWORD)
    assert (visitor.answer.status_code, visitor.path) == (200, "/cari")
    assert budi.name in visitor.words


def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(visitor: Visitor, budi: Actor) -> None:
    sentences = []
    for name in ("budi", "tidak.ada"):
        visitor.open("/masuk").submit("Masuk", nama_pengguna=name, kata_sandi="salah-salah-salah")
        assert visitor.answer.status_code == 401
        sentences.append(users.WRONG in visitor.words)
        assert f'value="{name}"' in visitor.text
        assert "salah-salah-salah" not in visitor.text
    assert sentences == [True, True]


def test_many_wrong_passwords_make_the_account_wait(visitor: Visitor, budi: Actor) -> None:
    for _ in range(users.FREE_FAILURES):
        visitor.open("/masuk").submit("Masuk", nama_pengguna="budi", kata_sandi="salah-salah-salah")
    visitor.open("/masuk").submit("Masuk", nama_pengguna="budi", kata_sandi=PASSWORD)
    assert visitor.answer.status_code == 401
    assert "menunggu sampai" in visitor.words


def test_guessing_from_one_place_is_slowed_down_without_stopping_the_counter(
    app: Flask, visitor: Visitor, person: Callable[..., Actor]
) -> None:
    person("rina", "petugas")
    for _ in range(10):
        visitor.open("/masuk").submit("Masuk", nama_pengguna="tamu", kata_sandi="salah-salah-salah")
        assert visitor.answer.status_code == 401
    visitor.open("/masuk").submit("Masuk", nama_pengguna="tamu", kata_sandi="salah-salah-salah")
    assert visitor.answer.status_code == 429
    assert "Tunggu" in visitor.words
    assert Visitor(app.test_client()).sign_in("rina", PASSWORD).path == "/"


@pytest.mark.parametrize("target", ["https://jahat.example/", "//jahat.example", "/\\jahat.example"])
def test_the_way_back_never_leads_elsewhere(visitor: Visitor, budi: Actor, target: str) -> None:
    visitor.open("/masuk").submit("Masuk", nama_pengguna="budi", kata_sandi=PASSWORD, lanjut=target)
    assert (visitor.answer.status_code, visitor.path) == (200, "/")


def test_a_sign_in_without_its_token_is_refused(app: Flask, budi: Actor) -> None:
    answer = app.test_client().post("/masuk", data={"nama_pengguna": "budi", "kata_sandi": PASSWORD})
    assert answer.status_code == 400


def test_the_session_is_a_new_one_after_signing_in(visitor: Visitor, budi: Actor) -> None:
    visitor.open("/masuk")
    before = visitor.token()
    visitor.submit("Masuk", nama_pengguna="budi", kata_sandi=PASSWORD).open("/akun/sandi")
    answer = visitor.client.post("/keluar", data={"csrf_token": before})
    assert answer.status_code == 400


def test_signing_out_ends_it(visit: Callable[[str], Visitor], budi: Actor) -> None:
    visitor = visit("budi")
    visitor.submit("Keluar")
    assert "Anda sudah keluar" in visitor.words
    assert visitor.open("/").path == "/masuk"


def test_an_idle_session_ends_and_a_refreshing_page_does_not_keep_it_alive(
    visit: Callable[[str], Visitor], budi: Actor, clock: TestClock, app: Flask
) -> None:
    visitor = visit("budi")
    idle: timedelta = app.config["SESSION_IDLE"]
    clock.at += idle - timedelta(minutes=1)
    assert visitor.open("/", **{"X-Sentra-Background": "1"}).path == "/"
    clock.at += timedelta(minutes=2)
    assert visitor.open("/").path == "/masuk"


def test_work_keeps_the_session_alive_but_not_for_ever(
    visit: Callable[[str], Visitor], budi: Actor, clock: TestClock
) -> None:
    visitor = visit("budi")
    for _ in range(23):
        clock.advance(minutes=30)
        assert visitor.open("/").path == "/"
    clock.advance(minutes=31)
    assert visitor.open("/").path == "/masuk"


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    visit: Callable[[str], Visitor], budi: Actor
) -> None:
    here, elsewhere = visit("budi"), visit("budi")
    new = "kalimat baru yang panjang"
    here.open("/akun/sandi").submit("Ganti kata sandi", lama=PASSWORD, baru=new, ulang=new)
    assert here.path == "/"
    assert elsewhere.open("/").path == "/masuk"
    assert visit("budi").path == "/masuk"


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("salah", "kalimat baru yang panjang", "kalimat baru yang panjang", "Kata sandi lama salah"),
        (PASSWORD, "singkat", "singkat", "paling sedikit"),
        (PASSWORD, "kalimat baru yang panjang", "kalimat lain yang panjang", "tidak sama"),
    ],
)
def test_a_password_that_cannot_be_taken_is_explained(
    visit: Callable[[str], Visitor], budi: Actor, old: str, new: str, again: str, sentence: str
) -> None:
    visitor = visit("budi").open("/akun/sandi")
    visitor.submit("Ganti kata sandi", lama=old, baru=new, ulang=again)
    assert visitor.answer.status_code == 400
    assert sentence in visitor.words
    assert new not in visitor.text


def test_a_closed_account_is_out_at_once(visit: Callable[[str], Visitor], budi: Actor, works: Works) -> None:
    visitor = visit("budi")
    with works.begin(SYSTEM) as work:
        users.disable(work, "budi")
    assert visitor.open("/").path == "/masuk"
