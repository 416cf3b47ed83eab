"""What the browser may load and keep."""

import gzip

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    "path", ["/masuk", "/verifikasi", "/healthz", "/tidak-ada", "/static/css/sentra.css"]
)
def test_nothing_inline_and_nothing_from_elsewhere_is_allowed(
    client: FlaskClient, path: str
) -> None:
    with client.get(path) as answer:
        rules = answer.headers["Content-Security-Policy"].split(";")
    policy = dict(rule.strip().partition(" ")[::2] for rule in rules)
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert not any(word in " ".join(policy.values()) for word in ("unsafe", "http", "*"))
    assert not {"script-src", "style-src"} & policy.keys()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_pages_behind_the_sign_in_are_not_kept(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/masuk").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_transport_security_is_announced_on_https_only(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/masuk").headers
    assert "Strict-Transport-Security" in client.get("/masuk", base_url="https://localhost").headers


def test_static_text_is_compressed_and_kept(client: FlaskClient) -> None:
    with client.get("/static/css/sentra.css?v=1", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        small = answer.data
    with client.get("/static/css/sentra.css") as plain:
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(small) == plain.data


def test_a_static_file_asked_for_without_its_hash_is_asked_again(client: FlaskClient) -> None:
    with client.get("/static/js/conditions.js") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["ETag"]


def test_pages_are_not_compressed_because_they_hold_secrets(client: FlaskClient) -> None:
    assert (
        "Content-Encoding" not in client.get("/masuk", headers={"Accept-Encoding": "gzip"}).headers
    )
