"""Every route declares who may use it, and the declaration is what is enforced."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.open_routes import OPEN_TO_ALL
from workflow_app.permissions import ROLES
from workflow_app.web.requests import ACCESS_PUBLIC, declared


def test_every_route_declares_its_access(app: Flask) -> None:
    undeclared = [
        rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None
    ]
    assert undeclared == []


def test_exactly_these_routes_are_open_without_an_account(app: Flask) -> None:
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if declared(app, rule.endpoint) == ACCESS_PUBLIC
    }
    assert found == OPEN_TO_ALL


def test_declared_roles_exist(app: Flask) -> None:
    named = {
        role for rule in app.url_map.iter_rules() for role in declared(app, rule.endpoint) or ()
    }
    assert named - ACCESS_PUBLIC <= set(ROLES)


def test_a_view_that_declares_nothing_is_refused(app: Flask) -> None:
    app.add_url_rule("/lupa", "forgotten", lambda: "rahasia")
    answer = app.test_client().get("/lupa")
    assert answer.status_code == 500
    assert "rahasia" not in answer.text


def _addresses(app: Flask, method: str) -> list[str]:
    some = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1", None: "sktlk"}
    return [
        re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda part: some[part[1]], rule.rule)
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and declared(app, rule.endpoint) != ACCESS_PUBLIC
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_an_account_every_other_route_leads_to_the_sign_in(app: Flask, method: str) -> None:
    addresses = _addresses(app, method)
    assert len(addresses) > 10
    client = app.test_client()
    for address in addresses:
        answer = client.open(address, method=method)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/masuk"), address


def test_a_background_request_gets_a_status_instead_of_the_sign_in_page(
    client: FlaskClient,
) -> None:
    assert client.get("/", headers={"HX-Request": "true"}).status_code == 401
    answer = client.get("/sesi", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert "Masuk lagi" in answer.json["sentence"]
