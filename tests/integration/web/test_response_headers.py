"""What the browser is told with every kind of answer: pages, errors, papers, JSON, drawings,
redirects.
"""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from tests.integration.conftest import PASSWORD
from tests.integration.web import routes
from tests.integration.web import world as world_of
from tests.integration.web.visitor import Visitor
from tests.integration.web.world import World
from workflow_app.app import create_app
from workflow_app.domain import Actor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import Settings

SECURE = {"base_url": "https://sentra.example"}
FORGED = "jahat.example"


@pytest.fixture
def site(settings: Settings, works: Works) -> Flask:
    """As a site is set up: cookies over HTTPS only."""
    return create_app(settings.model_copy(update={"cookie_secure": True}), works=works)


@pytest.fixture
def world(works: Works, play: Callable[..., UUID], budi: Actor, sari: Actor) -> World:
    return world_of.build(works, play, budi, sari, uuid4())


def rules_of(answer: TestResponse) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split(";")
    return dict(part.strip().partition(" ")[::2] for part in parts)


def answers(site: Flask, world: World) -> Iterator[tuple[str, TestResponse]]:
    """Every answer to reading by somebody signed in, then errors and what the public sees."""
    client = site.test_client()
    page = client.get("/masuk", **SECURE).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    headers = {"Referer": "https://sentra.example/masuk"}
    form = {"csrf_token": token, "nama_pengguna": "sari", "kata_sandi": PASSWORD}
    yield "POST /masuk", client.post("/masuk", data=form, headers=headers, **SECURE)
    paths = [route.path for route in routes.all_routes(world) if route.method == "GET"]
    paths += [
        "/tidak-ada",
        f"/berkas/{uuid4()}",
        "/mulai",
        "/insiden",
        "/tugas/x",
        "/static/tidak-ada.css",
    ]
    for path in paths:
        yield f"GET {path}", client.get(path, **SECURE)
    for path in ("/cari", f"/tugas/{world.desk_task}", "/keluar"):
        yield f"POST {path}", client.post(path, **SECURE)
    yield "PUT /cari", client.put("/cari", **SECURE)
    stranger = site.test_client()
    for path in (
        "/",
        "/masuk",
        "/verifikasi",
        "/verifikasi/0000-0000-0000-0000",
        "/persyaratan",
        "/healthz",
    ):
        yield f"stranger {path}", stranger.get(path, **SECURE)
    yield "static", stranger.get("/static/css/sentra.css", **SECURE)


def test_every_kind_of_answer_carries_the_headers(site: Flask, world: World) -> None:
    faults, kinds = [], set()
    for name, answer in answers(site, world):
        with answer:
            rules, headers = rules_of(answer), answer.headers
            is_pdf = answer.mimetype == "application/pdf"
            kinds.add((answer.status_code, answer.mimetype))
            wrong = {
                "default": rules.get("default-src") not in ("'self'", "'none'"),
                "object": rules.get("object-src") != ("'self'" if is_pdf else "'none'"),
                "base": rules.get("base-uri") != "'none'",
                "frames": rules.get("frame-ancestors") != "'none'",
                "scripts": any(
                    word in rules.get("script-src", "") for word in ("unsafe", "*", "http")
                ),
                "inline": "unsafe" in str(rules),
                "papers": answer.mimetype.startswith(("image/", "application/pdf"))
                and "/dokumen/" in name
                and rules["default-src"] != "'none'",
                "sniffing": headers.get("X-Content-Type-Options") != "nosniff",
                "referrer": headers.get("Referrer-Policy") != "same-origin",
                "transport": "includeSubDomains"
                not in headers.get("Strict-Transport-Security", ""),
                "isolation": headers.get("Cross-Origin-Resource-Policy") != "same-origin",
                "kept": not name.startswith(("stranger", "static", "POST /masuk", "GET /static"))
                and headers.get("Cache-Control") != "no-store",
                "type": answer.mimetype.startswith("text/")
                and "charset=utf-8" not in headers["Content-Type"],
                "software": "Python" in headers.get("Server", ""),
            }
            faults += [(name, fault) for fault, is_wrong in wrong.items() if is_wrong]
    assert faults == []
    assert {(404, "text/html"), (400, "text/html"), (405, "text/html"), (403, "text/html")} <= kinds
    assert {(200, "application/pdf"), (200, "application/json"), (200, "application/xml")} <= kinds
    assert any(kind.startswith("image/") for _, kind in kinds)


def test_cookies_belong_to_this_host_and_are_closed_to_scripts(site: Flask, budi: Actor) -> None:
    client = site.test_client()
    page = client.get("/masuk", **SECURE)
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    headers = {"Referer": "https://sentra.example/masuk"}
    signed_in = client.post(
        "/masuk",
        data={"csrf_token": token, "nama_pengguna": "budi", "kata_sandi": PASSWORD},
        headers=headers,
        **SECURE,
    )
    token = (
        client.get("/akun/sandi", **SECURE)
        .text.partition('name="csrf_token" value="')[2]
        .partition('"')[0]
    )
    look = client.post(
        "/tampilan", data={"csrf_token": token, "tampilan": "dark"}, headers=headers, **SECURE
    )
    cookies = [
        line for answer in (page, signed_in, look) for line in answer.headers.getlist("Set-Cookie")
    ]
    names = {line.partition("=")[0] for line in cookies}
    assert names == {"__Host-sentra", "__Host-sentra-device", "__Host-sentra-tampilan"}
    for line in cookies:
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in line.split(";")}, line
        assert "SameSite=" in line
        assert "Domain" not in line
        assert len(line) < 4096


def test_the_name_of_the_host_that_a_visitor_sends_is_repeated_nowhere(
    site: Flask, world: World
) -> None:
    client = site.test_client()
    for path in (
        "/masuk",
        "/",
        "/persyaratan",
        "/verifikasi",
        f"/berkas/{world.done}",
        "/tidak-ada",
    ):
        answer = client.get(
            path, base_url=f"https://{FORGED}", headers={"X-Forwarded-Host": FORGED}
        )
        assert FORGED not in answer.text + str(answer.headers), path


def test_what_stands_in_front_is_believed_only_when_it_is_configured(
    settings: Settings, works: Works
) -> None:
    """A visitor cannot choose the address under which guesses are counted."""
    for hops, expected in ((0, "198.51.100.7"), (1, "203.0.113.1")):
        app = create_app(settings.model_copy(update={"trusted_proxies": hops}), works=works)
        seen: list[str | None] = []

        def note(seen: list[str | None] = seen) -> None:
            seen.append(request.remote_addr)

        app.before_request(note)
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
        client.get("/masuk", headers={"X-Forwarded-For": "192.0.2.66, 203.0.113.1"})
        assert seen == [expected]


def test_a_paper_is_handed_out_under_a_name_of_ours(
    site: Flask, world: World, visit: Callable[[str], Visitor]
) -> None:
    client = visit("budi").client
    with client.get(f"/dokumen/{world.scan}/asli") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=dokumen-")
    with client.get(f"/surat/{world.letter}.pdf") as answer:
        assert answer.headers["Content-Disposition"].startswith("inline; filename=sktlk-")


@pytest.mark.parametrize(
    "target",
    ["https://jahat.example", "//jahat.example", "/\\jahat.example", "/%09/jahat.example",
        "javascript:alert(1)", "\t//jahat.example", "///jahat.example", "/\n/jahat.example"],
)  # fmt: skip
def test_no_way_back_leads_out(visit: Callable[[str], Visitor], sari: Actor, target: str) -> None:
    client = visit("sari").client
    signed_in = client.get("/masuk", query_string={"lanjut": target})
    token = Visitor(client).open("/akun/sandi").token()
    look = client.post(
        "/tampilan", data={"csrf_token": token, "tampilan": "auto", "kembali": target}
    )
    for answer in (signed_in, look):
        assert answer.status_code == 302
        assert answer.location.startswith("/")
        assert not answer.location.startswith(("//", "/\\"))
