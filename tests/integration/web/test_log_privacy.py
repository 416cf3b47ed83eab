"""Nobody's name or number reaches the log: not on a whole journey, not when requests fail, not when
services break.
"""

import asyncio
import io
import logging
import logging.config
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from tests.integration.conftest import PASSWORD
from tests.integration.services.conftest import fresh_works as fresh_works
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from tests.integration.web.world import picture
from workflow_app import logs, worker
from workflow_app.domain import SYSTEM, Conflict, InvalidInput, NotFound
from workflow_app.services.cases import inbox
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import reading
from workflow_app.services.workflow import steps
from workflow_app.settings import Settings

NAME, NIK = desk.IDENTITY["nama"], desk.IDENTITY["nik"]
SECRETS = (
    NAME,
    NAME.replace(" ", "+"),
    NAME.replace(" ", "%20"),
    NIK,
    "Contoh%20Warga",
    "Pasar Contoh",
    PASSWORD,
)


@pytest.fixture
def written() -> Iterator[Callable[[], str]]:
    """All lines since the test began, as the programs of a site write them: as JSON and as text."""
    streams = {kind: io.StringIO() for kind in logs.FORMATTERS}
    root = logging.getLogger()
    handlers = []
    for kind, formatter in logs.FORMATTERS.items():
        handler = logging.StreamHandler(streams[kind])
        handler.setFormatter(formatter())
        handlers.append(handler)
        root.addHandler(handler)
    before = {name: logging.getLogger(name).level for name in ("", *logs.QUIET)}
    root.setLevel("INFO")
    for name, level in logs.QUIET.items():
        logging.getLogger(name).setLevel(level)
    yield lambda: "\n".join(stream.getvalue() for stream in streams.values())
    for handler in handlers:
        root.removeHandler(handler)
    for name, old in before.items():
        logging.getLogger(name).setLevel(old)


def found(lines: str) -> list[str]:
    return [word for word in SECRETS if word.lower() in lines.lower()]


def test_a_journey_with_all_kinds_of_failing_requests_leaves_no_personal_data(
    at_desk: Visitor, visitor: Visitor, written: Callable[[], str]
) -> None:
    scan = {"unggah.persyaratan.sim_01.documents": [(picture(90), f"{NAME}.png")]}
    desk.to_identity(at_desk).submit(desk.NEXT, **{**desk.IDENTITY, "nik": f"{NIK[:5]}x"})
    assert at_desk.answer.status_code == 400
    at_desk.submit(desk.NEXT, **desk.IDENTITY).submit(desk.NEXT, peristiwa="hilang")
    at_desk.submit(desk.NEXT, jenis="SIM", **desk.LOSS)
    at_desk.submit(desk.NEXT, scan, **desk.GIVEN)
    at_desk.open("/cari").submit("Cari", kata=NAME)
    client, token = at_desk.client, at_desk.token()
    for path in (
        f"/?nomor={NAME}&daftar={NIK}",
        f"/cari?kata={NAME}&setelah={NAME}",
        f"/tidak-ada/{NAME}",
        f"/verifikasi/{NIK}",
        f"/verifikasi?kode={NAME}",
        f"/berkas/{uuid4()}?nama={NAME}",
        f"/berkas/{NAME}",
        f"/masuk?lanjut=/cari?kata={NAME}",
        f"/static/{NAME}.css",
    ):
        client.get(path)
    client.post("/masuk", data={"csrf_token": token, "nama_pengguna": NIK, "kata_sandi": NAME})
    client.post(f"/mulai/{NAME}", data={"csrf_token": token, "kunci": NAME})
    client.post("/cari", data={"csrf_token": NAME, "kata": NIK})
    client.put(f"/cari?kata={NAME}", data={"kata": NIK})
    client.post(
        "/cari",
        data=b"--x\r\nname=" + NAME.encode(),
        content_type="multipart/form-data; boundary=x",
    )
    visitor.open("/masuk").submit("Masuk", nama_pengguna=NAME, kata_sandi=NIK)
    lines = written()
    assert "POST /tugas/<uuid:task_id>" in lines
    assert "sign-in refused" in lines
    assert found(lines) == []


def _raises(error: Exception) -> Callable[..., Any]:
    def fail(*_args: Any, **_more: Any) -> Any:
        try:
            raise ValueError(f"{NAME} {NIK}")
        except ValueError as cause:
            raise error from cause

    return fail


def _breaks_the_database(work: Any, *_args: Any, **_more: Any) -> Any:
    """PostgreSQL repeats the row in what it says about it."""
    work.session.execute(
        text("insert into audit_chain (name, length, head) values (:name, null, :head)"),
        {"name": f"{NAME} {NIK}", "head": NIK.encode()},
    )


@pytest.mark.parametrize(
    ("broken", "status"),
    [
        (_raises(RuntimeError(f"unexpected {NAME} {NIK}")), 500),
        (_raises(KeyError(NIK)), 500),
        (_raises(Conflict(f"Berkas {NAME} sudah berubah.")), 409),
        (_raises(NotFound(f"{NAME} tidak ada.")), 404),
        (_raises(InvalidInput(f"{NAME} salah", fields={"nama": NIK})), 400),
        (_raises(OSError(5, "Input/output error", f"/tmp/{NAME}.pdf")), 500),
        (_breaks_the_database, 500),
    ],
    ids=["unexpected", "key", "conflict", "not found", "input", "file", "database"],
)
def test_what_an_exception_says_stays_out_of_the_log(
    at_desk: Visitor,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    written: Callable[[], str],
    broken: Callable[..., Any],
    status: int,
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(inbox, "page", broken)
    assert at_desk.client.get(f"/?nomor={NAME}").status_code == status
    lines = written()
    assert "GET /" in lines
    assert found(lines) == []


@pytest.mark.parametrize("name", ["read_document", "wake_overdue"])
def test_a_job_that_breaks_says_where_and_not_whose(
    fresh_settings: Settings,
    fresh_works: Works,
    monkeypatch: pytest.MonkeyPatch,
    written: Callable[[], str],
    name: str,
) -> None:
    broken = _raises(RuntimeError(f"unexpected {NAME} {NIK}"))
    monkeypatch.setattr(reading, "read_document", broken)
    monkeypatch.setattr(steps, "overdue", broken)
    with fresh_works.begin(SYSTEM) as work:
        arguments: dict[str, Any] = {"document_id": uuid4()} if name == "read_document" else {}
        jobs.defer(work, name, **arguments)
    app = worker.create_worker(fresh_settings, fresh_works)

    async def once() -> None:
        async with app.open_async():
            await app.run_worker_async(
                wait=False,
                install_signal_handlers=False,
                listen_notify=False,
                worker_middleware=[worker.logged],
            )

    with ThreadPoolExecutor() as aside:  # a browser of another test may have a loop in this thread
        aside.submit(lambda: asyncio.run(once())).result()
    lines = written()
    assert "RuntimeError" in lines
    assert found(lines) == []


def test_the_web_server_does_not_repeat_a_request_it_cannot_serve(
    written: Callable[[], str],
) -> None:
    """gunicorn's own words about a broken first line, and about an address at which something
    failed.
    """
    rule = logs.configuration()
    assert rule["loggers"]["gunicorn.error"]["filters"] == ["without_requests"]
    server = logging.getLogger("gunicorn.error")
    told = logs.WithoutRequests()
    server.addFilter(told)
    try:
        server.warning(
            f"Invalid request from ip=192.0.2.1: Invalid HTTP Version: '{NAME} HTTP/1.1'"
        )
        server.error("Error handling request %s", f"/cari?kata={NAME}")
    finally:
        server.removeFilter(told)
    lines = written()
    assert lines.count("Invalid request") == lines.count("Error handling request") == 2
    assert found(lines) == []
    assert "192.0.2.1" not in lines
