"""/readyz and /metrics: true, for everybody only as far as needed, and without anything about a
person.
"""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.integration.conftest import PASSWORD
from tests.integration.dependencies import look
from tests.integration.dependencies.forwarder import Forwarder
from tests.integration.dependencies.program import Program, wait_until
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app import __version__
from workflow_app.app import create_app
from workflow_app.domain import SYSTEM
from workflow_app.migrations import commands
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import health
from workflow_app.settings import read_settings

pytestmark = pytest.mark.usefixtures("quick")

FORWARDED = {"X-Forwarded-For": "10.0.0.9"}


def states(site: Flask) -> dict[str, str]:
    found = site.test_client().get("/readyz", headers=FORWARDED).json
    return dict(found["parts"])


def test_each_part_is_told_and_the_public_hears_states_only(
    site: Flask, site_works: Works, store_line: Forwarder, start_worker: Callable[..., Program]
) -> None:
    assert states(site)["counter"] == "late", "nobody has worked yet"
    start_worker()
    wait_until(lambda: states(site).get("reader") == states(site).get("lock") == "ok", 40)
    with site_works.begin(SYSTEM) as work:
        health.beat(work, "scheduler")

    wait_until(lambda: site.test_client().get("/readyz").json["status"] == "ready", 10)
    details = site.test_client().get("/readyz")
    public = site.test_client().get("/readyz", headers=FORWARDED)

    assert details.status_code == public.status_code == 200
    assert set(details.json["parts"]) == set(states(site)) == {
        "database", "schema", "storage", "counter", "reading", "scheduler", "reader", "lock",
    }  # fmt: skip
    assert details.json["version"] == __version__
    assert (
        details.json["parts"]["schema"]["database"]
        == details.json["parts"]["schema"]["code"]
        == commands.head()
    )
    assert details.json["parts"]["counter"]["age_seconds"] < 60
    assert set(details.json["jobs"]) == {
        "counter", "intake", "keeping", "messages", "phones", "reading",
    }  # fmt: skip
    assert set(public.json) == {"status", "parts"}
    assert set(public.json["parts"].values()) == {"ok"}
    store_line.cut()
    wait_until(lambda: states(site)["storage"] == "away", 10)
    degraded = site.test_client().get("/readyz", headers=FORWARDED)
    assert (degraded.status_code, degraded.json["status"]) == (200, "degraded")
    assert str(store_line.port) not in site.test_client().get("/readyz").text


def test_a_database_of_another_revision_is_unready(
    site: Flask, site_works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "head", lambda: "9999")

    answer = site.test_client().get("/readyz", headers=FORWARDED)

    assert (answer.status_code, answer.json["parts"]) == (
        503,
        {"database": "ok", "schema": "wrong", "storage": "ok"},
    )


@pytest.mark.parametrize(
    ("token", "headers", "address", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", FORWARDED, "127.0.0.1", 404),
        ("", {}, "10.0.0.9", 404),
        ("sesame-sesame", {}, "127.0.0.1", 404),
        ("sesame-sesame", {"Authorization": "Bearer sesame-sesame"}, "10.0.0.9", 200),
        ("sesame-sesame", {"Authorization": "Bearer sesame"}, "127.0.0.1", 404),
    ],
)
def test_figures_are_for_who_runs_the_site(
    environment: dict[str, str],
    site_works: Works,
    token: str,
    headers: dict[str, str],
    address: str,
    status: int,
) -> None:
    app = create_app(read_settings({**environment, "METRICS_TOKEN": token}))

    answer = app.test_client().get(
        "/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}
    )

    app.extensions["sentra"].works.session_factory.kw["bind"].dispose()
    assert answer.status_code == status
    assert ("sentra_tasks_completed_total" in answer.text) == (status == 200)


def test_figures_count_the_work_and_name_nobody(
    site: Flask, enter: Callable[[str], Visitor], site_works: Works, database_line: Forwarder
) -> None:
    before = figure(site, "sentra_tasks_completed_total")
    budi = desk.to_approval(enter("budi"))
    budi.open("/cari?kata=Contoh+Rahasia").open("/tidak/ada/Contoh")

    found = site.test_client().get("/metrics").text

    assert figure(site, "sentra_tasks_completed_total") == before + 5
    assert figure(site, 'sentra_tasks_open{role="ka_spkt"}') == 1
    assert figure(site, 'sentra_part_ok{part="database"}') == 1
    route = 'method="POST",route="/tugas/<uuid:task_id>",status="302"'
    assert figure(site, f"sentra_request_seconds_count{{{route}}}") >= 5
    for secret in (
        "Contoh",
        "Rahasia",
        PASSWORD,
        desk.IDENTITY["nik"],
        "B-2026",
        f":{database_line.port}",
    ):
        assert secret not in found
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", found), "no id of anything"
    database_line.cut()
    away = site.test_client().get("/metrics")
    assert away.status_code == 200
    wait_until(lambda: figure(site, 'sentra_part_ok{part="database"}') == 0, 5)
    assert "sentra_tasks_open" not in away.text
    assert look.counts(site_works)["submissions"] == 5


def figure(site: Flask, name: str) -> float:
    """One sample of /metrics; 0 when it is not there."""
    lines = site.test_client().get("/metrics").text.splitlines()
    return next(
        (float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), 0.0
    )
