"""The bar of every page: each role finds all its places, few of them beside each other, and nothing
that is not its own.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor
from workflow_app.permissions import ROLES
from workflow_app.web.pages import PLACES, ROOM

MANY = ("ka_spkt", "pamapta", "petugas", "arsiparis", "piket_propam", "admin")


def bar(visitor: Visitor) -> Any:
    return next(one for one in visitor.page().iter("nav") if one.get("aria-label") == "Utama")


def beside(visitor: Visitor) -> list[str]:
    return [one.text for one in bar(visitor).findall("a")]


def in_menu(visitor: Visitor) -> list[str]:
    return [one.text for one in next(bar(visitor).iter("details")).iter("a")]


@pytest.mark.parametrize("role", ROLES)
def test_all_places_of_a_role_open_and_few_stand_beside_each_other(
    role: str, person: Callable[..., Actor], visit: Callable[[str], Visitor]
) -> None:
    person("orang", role)
    visitor = visit("orang").open("/")
    own = [place.label for place in PLACES if not place.roles or role in place.roles]

    assert in_menu(visitor) == own
    assert len(beside(visitor)) <= ROOM
    assert beside(visitor)[0] == "Beranda"
    keys = re.findall(r'data-key="g (\w)"', visitor.text)
    assert sorted(keys) == sorted(place.key for place in PLACES if place.label in own), (
        "each key once"
    )
    for link in list(next(bar(visitor).iter("details")).iter("a")):
        assert visitor.open(link.get("href")).answer.status_code == 200, link.text
        here = [one.text for one in bar(visitor).findall("a") if one.get("aria-current") == "page"]
        assert here == [link.text], "where he is stands in the bar"
        visitor.open("/")


def test_what_is_not_of_every_hour_is_in_the_menu_of_who_has_many_places(
    person: Callable[..., Actor], visit: Callable[[str], Visitor]
) -> None:
    person("jaga", *MANY)
    visitor = visit("jaga").open("/")

    rare = {place.label for place in PLACES if not place.is_hourly and place.roles & {*MANY}}
    assert not rare & {*beside(visitor)}
    assert rare <= {*in_menu(visitor)}
    person("pengelola", "admin")
    assert "Versi proses" in beside(visit("pengelola").open("/"))


def test_who_is_not_signed_in_has_no_bar(visitor: Visitor) -> None:
    assert "data-key" not in visitor.open("/masuk").text
