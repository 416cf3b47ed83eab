"""Nothing by guessing an id: every route with every kind of stranger. A new route without a row in
the table fails here.
"""

import io
import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from archive.models import ArchiveBase, Document, Page
from tests.integration.services.stacks import put_into_tray
from tests.integration.web import routes
from tests.integration.web import world as world_of
from tests.integration.web.routes import Route
from tests.integration.web.visitor import Visitor
from tests.integration.web.world import World
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Base, Case, CaseDocument, CaseWall, User
from workflow_app.permissions import ROLES
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import classification, documents

Play = Callable[..., UUID]
Fault = tuple[object, ...]
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")

UNWATCHED = {"user_session", "attempt"}
"""Tables that every visit writes to."""


@pytest.fixture
def visitors(
    visit: Callable[[str], Visitor], budi: Actor, sari: Actor, person: Callable[..., Actor]
) -> dict[str, Visitor]:
    """Rightful people and strangers, all signed in with an open page that has a token."""
    person("semua", *sorted(ROLES), unit="lain")
    person("lantas", "piket_lantas", "arsiparis")
    person("arsip", "arsiparis")
    person("chief", "pimpinan")
    person("terlapor", *sorted(ROLES))
    person("loket", *sorted(set(ROLES) - {"piket_propam", "auditor", "pimpinan"}))
    names = ("budi", "sari", "arsip", "semua", "lantas", "chief", "terlapor", "loket")
    found = {name: visit(name).open("/akun/sandi") for name in names}
    visit("budi")
    return found


@pytest.fixture
def world(
    works: Works, play: Play, budi: Actor, sari: Actor, visitors: dict[str, Visitor]
) -> World:
    """Three cases with all that belongs to them; Budi is signed in on a second device."""
    second = UUIDS.search(visitors["budi"].open("/akun").text)
    assert second is not None
    visitors["budi"].open("/akun/sandi")
    return world_of.build(works, play, budi, sari, UUID(second[0]))


@pytest.fixture
def walled(works: Works, world: World, visitors: dict[str, Visitor]) -> World:
    """A member with every role there is, in the same unit, whom all these cases concern."""
    with works.begin(SYSTEM) as work:
        member = work.session.scalars(select(User.id).where(User.username == "terlapor")).one()
        walls = [
            CaseWall(
                case_id=case_id, user_id=member, since=work.clock(), reason_key="lapor.terlapor"
            )
            for case_id in (world.done, world.desk, world.approval)
        ]
        work.session.add_all(walls)
    return world


@pytest.fixture
def table(world: World) -> list[Route]:
    return routes.all_routes(world)


@contextmanager
def taken_back(works: Works) -> Iterator[None]:
    """What happens inside never happened."""
    nested = works.session_factory.kw["bind"].begin_nested()
    yield
    nested.rollback()


def stored(works: Works) -> dict[str, str]:
    """A fingerprint of every table."""
    tables = [*Base.metadata.sorted_tables, *ArchiveBase.metadata.sorted_tables]
    names = [table.fullname for table in tables if table.name not in UNWATCHED]
    names.append("procrastinate_jobs")
    query = " union all ".join(
        (
            f"select '{name}', md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from "
            f"{name} t"
        )
        for name in names
    )
    return dict(works.session_factory.kw["bind"].execute(text(query)).all())


def send(visitor: Visitor, route: Route, *, token: str | None = "") -> TestResponse:
    """The request of a route; `token` None leaves the token out."""
    if route.method == "GET":
        return visitor.client.get(route.path)
    data: dict[str, Any] = dict(route.form)
    if token is not None:
        data["csrf_token"] = token or visitor.token()
    if route.endpoint.startswith("documents."):
        data["berkas"] = (io.BytesIO(world_of.picture(200)), "pindaian.png")
    return visitor.client.post(route.path, data=data)


def leaked(answer: TestResponse, words: Collection[str]) -> list[str]:
    return [word for word in words if word.encode() in answer.data]


def _words(answer: TestResponse) -> str:
    """What the page says, to see why it refused."""
    main = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", main[0] if main else answer.text).split())[:300]


def changes(works: Works, before: dict[str, str]) -> list[str]:
    """The tables whose rows are others than before."""
    return [name for name, digest in stored(works).items() if before[name] != digest]


def test_every_route_is_in_the_table(app: Flask) -> None:
    """A route that is added gets a row here, or a reason to be open to everybody."""
    methods = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint not in routes.OPEN_TO_ALL
    }
    some = UUID(int=0)
    table = routes.all_routes(World(*[some] * 13, secrets=()))
    assert methods == {(route.endpoint, route.method) for route in table}
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= routes.OPEN_TO_ALL


def test_strangers_neither_read_nor_change_anything(
    works: Works, visitors: dict[str, Visitor], visitor: Visitor, world: World, table: list[Route]
) -> None:
    """Another unit with every role there is; the same unit without a role of the case; nobody."""
    visitors["nobody"] = visitor.open("/masuk")
    faults = _told_by_status(works, visitors["semua"], table)
    faults += _faults(works, visitors, world, table, ("semua", "lantas", "nobody"))
    assert faults == []


def test_r79_whom_the_cases_concern_is_a_stranger_to_them_with_every_role_there_is(
    works: Works, visitors: dict[str, Visitor], walled: World, table: list[Route]
) -> None:
    faults = _told_by_status(works, visitors["terlapor"], table)
    faults += _faults(works, visitors, walled, table, ("terlapor",))
    assert faults == []


def test_r79_the_counter_is_a_stranger_to_what_went_to_propam(
    works: Works, visitors: dict[str, Visitor], world: World, table: list[Route]
) -> None:
    """Who recorded, who approved, and all the roles of the counter together."""
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Case).values(confined_to="piket_propam"))
    of_cases = [route for route in table if route.endpoint != "users.end_session"]
    faults = _told_by_status(works, visitors["loket"], table)
    faults += _faults(works, visitors, world, of_cases, ("budi", "sari", "loket"))
    assert faults == []


def _faults(
    works: Works,
    visitors: dict[str, Visitor],
    world: World,
    table: list[Route],
    names: Sequence[str],
) -> list[Fault]:
    """Where one of these strangers is answered, told something, or changes something."""
    faults: list[Fault] = []
    before = stored(works)
    for route, name in itertools.product(table, names):
        with taken_back(works):
            with send(visitors[name], route) as answer:
                if not _is_refused(answer, name, route):
                    faults.append((name, route.endpoint, route.path, answer.status_code))
                faults += [
                    (name, route.endpoint, "told", word) for word in leaked(answer, world.secrets)
                ]
            if not route.is_own or name == "nobody":
                faults += [
                    (name, route.endpoint, "changed", table) for table in changes(works, before)
                ]
    return faults


def _is_refused(answer: TestResponse, name: str, route: Route) -> bool:
    if name == "nobody":
        return (answer.status_code, (answer.location or "").split("?")[0]) == (302, "/masuk")
    return route.is_own or answer.status_code in (403, 404)


def _told_by_status(works: Works, stranger: Visitor, table: list[Route]) -> list[Fault]:
    """An id of another unit is answered as an id of nothing, so that a refusal does not tell what
    exists.

    Asked before the table is sent, whose last row signs the stranger out: to who is signed out
    everything looks alike.
    """
    faults: list[Fault] = []
    for route in table:
        found = UUIDS.search(route.path)
        if not found or route.is_own:
            continue
        made_up = replace(route, path=route.path.replace(found[0], str(UUID(int=4))))
        statuses: list[int] = []
        for each in (route, made_up):
            with taken_back(works), send(stranger, each) as answer:
                statuses.append(answer.status_code)
        if statuses not in ([403, 403], [404, 404]):
            faults.append((route.endpoint, "tells what exists by", statuses))
    return faults


def test_who_only_oversees_changes_nothing_and_reads_no_identity(
    works: Works, visitors: dict[str, Visitor], table: list[Route]
) -> None:
    faults: list[Fault] = []
    before = stored(works)
    for route in table:
        with taken_back(works):
            with send(visitors["chief"], route) as answer:
                if route.endpoint != "search.remember":
                    faults += [(route.endpoint, word) for word in leaked(answer, world_of.PERSONAL)]
            if not route.is_own:
                faults += [(route.endpoint, "changed", table) for table in changes(works, before)]
    assert faults == []


def test_the_rightful_person_gets_every_answer_and_changes_nothing_without_a_token(
    works: Works, visitors: dict[str, Visitor], table: list[Route]
) -> None:
    """The first proves that the refusals of strangers mean something. Reading changes nothing but
    the trail.
    """
    faults: list[Fault] = []
    before = stored(works)
    for route in table:
        person = visitors[route.rightful]
        for token in (None, "made-up") if route.method == "POST" else ():
            with taken_back(works):
                with send(person, route, token=token) as answer:
                    if answer.status_code != 400:
                        faults.append((route.endpoint, "token", token, answer.status_code))
                faults += [
                    (route.endpoint, "token", token, table) for table in changes(works, before)
                ]
        with taken_back(works):
            with send(person, route) as answer:
                if not (answer.status_code < 400 or answer.status_code in route.answered):
                    faults.append((route.endpoint, route.path, answer.status_code, _words(answer)))
            if route.method == "GET":
                changed = set(changes(works, before)) - {"audit_event", "audit_chain"}
                faults += [(route.endpoint, "changed", table) for table in changed]
    assert faults == []


def test_r37_a_paper_above_the_level_is_on_no_page_of_who_works_on_its_case(
    app: Flask,
    works: Works,
    visitors: dict[str, Visitor],
    world: World,
    table: list[Route],
    sari: Actor,
) -> None:
    """Its title, words and link on every route of the site, those without an account too. Sari is
    cleared for it.
    """
    title, word = "Kertas Zamrud", "zamrudbiru"
    with works.begin(sari) as work:
        classification.classify(work, world.scan, "rahasia", classification.REASONS[0])
        for key in (CaseDocument.document_id, Document.id):
            work.session.execute(update(key.class_).where(key == world.scan).values(label=title))
        read = update(Page).where(Page.document_id == world.scan)
        work.session.execute(read.values(text=f"{word} tersembunyi"))
        documents.text(work, world.scan)
        put_into_tray(work, world.scan)
    pages = {route.path for route in table if route.method == "GET"}
    pages |= {
        str(rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint in routes.OPEN_TO_ALL and not rule.arguments
    }
    own = [route for route in table if str(world.scan) in route.path]
    told: dict[str, set[str]] = {"budi": set(), "sari": set()}
    for name, shown in told.items():
        send(visitors[name], Route("search.remember", "POST", "/cari", name, {"kata": word}))
        for path in sorted(pages):
            with taken_back(works), visitors[name].client.get(path) as answer:
                link = "" if str(world.scan) in path else f"/dokumen/{world.scan}"
                if leaked(answer, list(filter(None, (title, "tersembunyi", link)))):
                    shown.add(path.split("?")[0])
    paper = f"/dokumen/{world.scan}"
    with_it = {
        f"/berkas/{world.desk}",
        f"/tugas/{world.desk_task}",
        "/cari",
        paper,
        f"{paper}/serupa",
    }
    with_it.add(f"{paper}/versi/1")
    assert (told["budi"], told["sari"]) == (set(), with_it)
    statuses = set()
    for route in own:
        with taken_back(works), send(visitors["budi"], route) as answer:
            statuses.add(answer.status_code)
    assert (len(own), statuses) == (25, {404})
