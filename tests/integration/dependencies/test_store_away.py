"""The object store is away: people go on with everything else, and what waited goes on by
itself.
"""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask

from archive.blobs import Blobs
from archive.errors import StoreUnavailable
from tests.integration.dependencies import look
from tests.integration.dependencies.forwarder import Forwarder
from tests.integration.dependencies.program import Program, wait_until
from tests.integration.services import scans
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.domain import StorageAway
from workflow_app.services.core.unit_of_work import Works, translated

pytestmark = pytest.mark.usefixtures("quick")

FIELD = "persyaratan.sim_01.documents"
SCAN = {f"unggah.{FIELD}": [(scans.picture(), "a.png")]}
SENTENCE = "Anda tetap dapat mengisi dan menyimpan formulir"


def test_forms_go_on_uploads_are_refused_in_a_sentence_and_letters_wait_for_the_store(
    enter: Callable[[str], Visitor],
    store_line: Forwarder,
    site_works: Works,
    start_worker: Callable[..., Program],
) -> None:
    budi, sari = enter("budi"), enter("sari")
    desk.to_requirements(budi)
    worker = start_worker()
    store_line.cut()
    before = look.counts(site_works)

    budi.submit("Unggah", SCAN, persyaratan__sim_01__given="ya")
    assert (budi.answer.status_code, budi.answer.headers["Retry-After"]) == (503, "15")
    assert SENTENCE in budi.words
    assert look.counts(site_works) == before, "nothing is stored half"
    assert 'name="persyaratan.sim_01.given" value="ya" checked' in budi.text, "what was typed stays"
    assert budi.client.get("/").status_code == 200
    budi.submit(desk.NEXT, **desk.GIVEN)
    assert budi.path.startswith("/berkas/")
    case = budi.path
    sari.open("/").submit("Ambil tugas").submit("Simpan keputusan", keputusan="setuju")
    assert sari.answer.status_code == 200

    worker.wait_for(
        task="perform_effect", status="failed", error="StorageAway: object store: MaxRetryError"
    )
    assert "Buka surat" not in budi.open(case).words
    store_line.mend()
    worker.wait_for(task="perform_effect", message="job done")

    assert budi.open(case).follow("Buka surat").answer.mimetype == "application/pdf"
    assert look.incidents(site_works) == 0, "nobody has to retry anything"
    assert look.chains_hold(site_works)


def test_a_silent_store_holds_one_page_up_for_a_moment_and_the_others_not(
    enter: Callable[[str], Visitor], store_line: Forwarder
) -> None:
    budi = desk.to_requirements(enter("budi")).submit("Unggah", SCAN)
    page = next(
        a.get("href")
        for a in budi.page().iter("a")
        if (a.get("href") or "").startswith("/dokumen/")
    )
    assert budi.open(f"{page}/asli").answer.status_code == 200
    store_line.silence()

    first, began = budi.open(f"{page}/asli").answer.status_code, time.monotonic()
    answers = [budi.open(f"{page}/asli").answer.status_code for _ in range(5)]
    took = time.monotonic() - began
    inbox = budi.open("/")

    assert (first, answers) == (503, [503] * 5)
    assert took < 1.5, "a store that was silent a moment ago is not waited for again"
    assert inbox.answer.status_code == 200
    store_line.mend()
    wait_until(lambda: budi.open(f"{page}/asli").answer.status_code == 200, 10)


def test_people_are_told_on_every_page_until_it_is_back(
    enter: Callable[[str], Visitor],
    site: Flask,
    store_line: Forwarder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workflow_app.services.operations.health.EVERY", 0.2)
    budi = enter("budi")
    assert SENTENCE not in budi.words

    store_line.cut()
    wait_until(lambda: SENTENCE in budi.open("/").words, 10)
    store_line.mend()
    wait_until(lambda: SENTENCE not in budi.open("/").words, 10)


ERROR = (
    "<?xml "
    "version='1.0'?><Error><Code>{code}</Code><Message>full</Message><Resource>/x</Resource></Error>"
)


@contextmanager
def full_store(status: int, code: str) -> Iterator[str]:
    """A server that answers every request as a store without room does."""

    class Full(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer(404, b"")

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(status, ERROR.format(code=code).encode())

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Full) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (507, "XMinioStorageFull"),
        (500, "InternalError"),
        (503, "SlowDown"),
        (507, "InsufficientStorage"),
    ],
)
def test_a_store_without_room_is_away_and_not_broken(status: int, code: str) -> None:
    with full_store(status, code) as endpoint:
        blobs = Blobs(endpoint, "key", "secret-secret", "bucket", read_seconds=2)
        with pytest.raises(StoreUnavailable):
            blobs.put(io.BytesIO(b"paper").getvalue(), "text/plain")
        with pytest.raises(StorageAway), translated():
            blobs.put(b"paper", "text/plain")
        blobs.client._http.clear()
