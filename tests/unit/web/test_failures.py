"""Every error becomes a page with a sentence; nothing of it reaches the visitor but that."""

import errno
import json
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from workflow_app import domain
from workflow_app.logs import JsonFormatter
from workflow_app.web.requests import public
from workflow_app.web.responses import status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (domain.NotFound(), 404),
        (domain.Forbidden(), 403),
        (domain.Conflict(), 409),
        (domain.Busy(), 409),
        (domain.TaskNotReady(), 409),
        (domain.LoopLimitReached(), 409),
        (domain.InvalidInput(), 400),
        (domain.Unavailable(), 503),
        (domain.ProcessFault("langkah", "detail"), 500),
        (domain.SentraError(), 500),
    ],
)
def test_each_error_has_its_status_and_shows_its_sentence(
    app: Flask, error: domain.SentraError, status: int
) -> None:
    @public
    def fail() -> str:
        raise error

    app.add_url_rule("/gagal", "fail", fail)
    answer = app.test_client().get("/gagal")
    assert status_of(error) == answer.status_code == status
    assert error.sentence in answer.text


def test_an_unexpected_error_tells_no_detail_to_the_visitor_nor_what_was_typed_to_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    typed = "Contoh Warga, 6306050102900001"

    @public
    def fail() -> str:
        raise ValueError(typed)

    app.add_url_rule("/gagal", "fail", fail)
    caplog.handler.setFormatter(JsonFormatter())
    with caplog.at_level(logging.INFO):
        answer = app.test_client().get("/gagal?nama=Contoh")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    assert {line["request"] for line in lines} == {answer.headers["X-Request-ID"]}
    assert [line["error"] for line in lines if "error" in line] == ["ValueError"]
    for secret in ("Contoh", "6306050102900001"):
        assert secret not in answer.text
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (domain.DatabaseAway(), "Basis data"),
        (domain.StorageAway(), "Anda tetap dapat mengisi dan menyimpan formulir"),
        (domain.ReaderAway(), "Pindaian tetap tersimpan"),
        (domain.DiskFull(), "Ruang simpan server penuh"),
        (OSError(errno.ENOSPC, "No space left on device", "/rahasia"), "Ruang simpan server penuh"),
    ],
)
def test_what_is_away_is_named_and_may_be_asked_again(
    app: Flask, error: Exception, words: str
) -> None:
    @public
    def fail() -> str:
        raise error

    app.add_url_rule("/gagal", "fail", fail)
    answer = app.test_client().get("/gagal")
    assert answer.status_code == 503
    assert words in answer.text
    assert "rahasia" not in answer.text
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    as_json = app.test_client().get("/gagal", headers={"Accept": "application/json"})
    assert (as_json.status_code, "Retry-After" in as_json.headers) == (503, True)
    assert words in as_json.json["sentence"]


def test_an_absent_database_is_said_in_a_sentence(client: FlaskClient) -> None:
    answer = client.get("/persyaratan")
    assert answer.status_code == 503
    assert domain.Unavailable.sentence in answer.text


def test_an_unknown_address_says_where_to_go(client: FlaskClient) -> None:
    answer = client.get("/tidak-ada")
    assert answer.status_code == 404
    assert "Kembali ke beranda" in answer.text


def test_scripts_get_the_sentence_as_json(client: FlaskClient) -> None:
    answer = client.get("/tidak-ada", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert "tidak ada" in answer.json["sentence"]


def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    answer = client.post("/masuk", data={"nama_pengguna": "budi", "kata_sandi": "rahasia"})
    assert answer.status_code == 400
    assert "Muat ulang" in answer.text


def test_too_large_a_request_is_refused_with_a_sentence(client: FlaskClient) -> None:
    answer = client.post("/masuk", data={"kata_sandi": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "tidak ada yang disimpan" in answer.text
