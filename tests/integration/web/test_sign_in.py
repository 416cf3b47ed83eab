"""Signing in: who may, for how long, and what a stranger learns."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.integration.conftest import PASSWORD
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor
from workflow_app.web import accounts


def test_the_right_password_leads_to_where_one_wanted_to_go(visitor: Visitor, budi: Actor) -> None:
    visitor.open("/cari")
    assert visitor.path == "/masuk"
    visitor.submit("Masuk", nama_pengguna="Budi ", kata_sandi=PASSWORD)
    assert (visitor.answer.status_code, visitor.path) == (200, "/cari")
    assert budi.name in visitor.words


def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(
    visitor: Visitor, budi: Actor
) -> None:
    sentences = []
    for name in ("budi", "tidak.ada"):
        visitor.open("/masuk").submit("Masuk", nama_pengguna=name, kata_sandi="salah-salah-salah")
        assert visitor.answer.status_code == 401
        sentences.append(accounts.WRONG in visitor.words)
        assert f'value="{name}"' in visitor.text
        assert "salah-salah-salah" not in visitor.text
    assert sentences == [True, True]


@pytest.mark.parametrize(
    "target", ["https://jahat.example/", "//jahat.example", "/\\jahat.example"]
)
def test_the_way_back_never_leads_elsewhere(visitor: Visitor, budi: Actor, target: str) -> None:
    visitor.open("/masuk").submit("Masuk", nama_pengguna="budi", kata_sandi=PASSWORD, lanjut=target)
    assert (visitor.answer.status_code, visitor.path) == (200, "/")


def test_a_sign_in_without_its_token_is_refused(app: Flask, budi: Actor) -> None:
    answer = app.test_client().post(
        "/masuk", data={"nama_pengguna": "budi", "kata_sandi": PASSWORD}
    )
    assert answer.status_code == 400


def test_the_session_is_a_new_one_after_signing_in(visitor: Visitor, budi: Actor) -> None:
    visitor.open("/masuk")
    before = visitor.token()
    visitor.submit("Masuk", nama_pengguna="budi", kata_sandi=PASSWORD).open("/akun/sandi")
    answer = visitor.client.post("/keluar", data={"csrf_token": before})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        (
            "salah",
            "kalimat baru yang panjang",
            "kalimat baru yang panjang",
            "Kata sandi lama salah",
        ),
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
