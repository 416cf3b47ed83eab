"""Tesseract is missing, hangs or crashes: the paper is kept and says so, and is read when Tesseract
is back.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.dependencies import look
from tests.integration.dependencies.program import Program, wait_until
from tests.integration.services import scans
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from tests.unit.ocr.engines import engine
from workflow_app.services.core.unit_of_work import Works

SCAN = {"unggah.persyaratan.sim_01.documents": [(scans.picture(), "a.png")]}


def install(folder: Path, program: str) -> None:
    """From now on this is the Tesseract of the worker."""
    fresh = folder / "fresh"
    fresh.symlink_to(program)
    fresh.replace(folder / "tesseract")


def real() -> str:
    found = shutil.which("tesseract")
    assert found
    return found


def test_without_tesseract_papers_wait_and_are_read_when_it_is_installed(
    enter: Callable[[str], Visitor],
    site_works: Works,
    start_worker: Callable[..., Program],
    engines: Path,
) -> None:
    worker = start_worker(PATH=str(engines))
    budi = desk.to_requirements(enter("budi")).submit("Unggah", SCAN)
    assert budi.answer.status_code == 200, "taking a paper in needs no Tesseract"

    worker.wait_for(task="read_document", status="failed", error="ReaderAway: EngineMissing")

    assert look.document(site_works)[0] == "unreadable"
    assert "dibaca sendiri setelah mesin pulih" in look.document(site_works)[1]
    budi.submit(desk.NEXT, **desk.GIVEN)
    assert budi.path.startswith("/berkas/"), "the case goes on"

    def is_told() -> bool:
        return bool(budi.open("/readyz").answer.json["parts"]["reader"]["state"] == "away")

    wait_until(is_told, 20)
    install(engines, real())
    worker.wait_for(task="read_document", message="job done", seconds=40)

    assert look.document(site_works)[0] == "readable"
    assert look.incidents(site_works) == 0
    assert look.chains_hold(site_works)


@pytest.mark.parametrize("kind", ["hangs", "crashes"])
def test_a_tesseract_that_fails_on_a_page_is_stopped_and_tried_again(
    enter: Callable[[str], Visitor],
    site_works: Works,
    start_worker: Callable[..., Program],
    engines: Path,
    kind: str,
) -> None:
    install(engines, engine(engines, kind))
    usual = "/usr/local/bin:/usr/bin:/bin"
    worker = start_worker(PATH=f"{engines}:{usual}", OCR_TIMEOUT_SECONDS="5")
    desk.to_requirements(enter("budi")).submit("Unggah", SCAN)

    failed = worker.wait_for(task="read_document", status="failed", seconds=40)

    assert failed["duration_ms"] < 20_000
    status, reason = look.document(site_works)
    assert status == "unreadable"
    assert reason
    install(engines, real())
    worker.wait_for(task="read_document", message="job done", seconds=40)
    assert look.document(site_works)[0] == "readable"
