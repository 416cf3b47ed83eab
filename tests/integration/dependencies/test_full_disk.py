"""The disk of the temporary files is full: the web server starts, lives on, and counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.dependencies.program import wait_until
from tests.integration.dependencies.test_web_server import count_of
from tests.integration.web_server import get, serving
from tests.small_disk import fill, small_disk
from workflow_app.services.core.unit_of_work import Works
from workflow_app.web import operations

pytestmark = pytest.mark.usefixtures("quick")

PATHS = ("/masuk", "/persyaratan", "/verifikasi", "/tidak/ada", "/healthz", "/")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk", 8) as folder:
        yield folder


@pytest.fixture
def given(environment: dict[str, str], disk: Path) -> dict[str, str]:
    return {**environment, "WEB_WORKERS": "2", "PROMETHEUS_MULTIPROC_DIR": str(disk)}


def ask_everything(port: int) -> None:
    for _ in range(6):
        for path in PATHS:
            assert get(port, path)[0] < 500


def test_counts_have_their_room_before_the_disk_is_full(
    given: dict[str, str], disk: Path, site_works: Works, tmp_path: Path
) -> None:
    log = tmp_path / "web.log"
    with serving(given, log) as port:
        wait_until(lambda: len(list(disk.glob("histogram_*.db"))) == 2)
        wait_until(lambda: {path.stat().st_size for path in disk.iterdir()} == {operations.ROOM})
        fill(disk)

        ask_everything(port)

        assert {count_of(get(port, "/metrics")[2]) for _ in range(6)} == {6}
    assert "SIG" not in log.read_text(), "no process of the server has died"


def test_a_server_that_finds_no_room_counts_in_memory_and_says_so(
    given: dict[str, str], disk: Path, site_works: Works, tmp_path: Path
) -> None:
    fill(disk)
    log = tmp_path / "web.log"
    with serving({**given, "WEB_WORKERS": "1"}, log) as port:
        ask_everything(port)

        assert count_of(get(port, "/metrics")[2]) == 6
    assert "SIG" not in log.read_text()
    assert "no room for the figures" in log.read_text()
    assert [path.name for path in disk.iterdir()] == ["filling"]
