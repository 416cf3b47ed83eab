"""`process deploy --preview`, `move` and `move-back` as who keeps the server uses them."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.integration.cli.test_config import site as site
from tests.integration.cli.test_config import spkt
from tests.integration.hiring import hire
from tests.integration.services.moving import REASON, begin, put_up, row, service, without_approval
from tests.unit.engine.folder import Folder
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.settings import read_settings


@pytest.fixture
def works(site: dict[str, str]) -> Iterator[Works]:
    """Units of work on the database of the site."""
    works = connect(read_settings(site))
    yield works
    works.session_factory.kw["bind"].dispose()


@pytest.fixture
def case_id(works: Works, tmp_path: Path) -> UUID:
    put_up(works, tmp_path, service())
    return begin(works, hire(works, "budi", "petugas"))


def written(folder: Folder, path: Path) -> Path:
    for name, content in folder.files().items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def test_a_folder_is_foretold_and_its_faults_are_told(
    site: dict[str, str], case_id: UUID, tmp_path: Path
) -> None:
    better = spkt(
        site, "process", "deploy", "--preview", str(written(service("periksa"), tmp_path / "baru"))
    )
    assert "version 1: 1 running, 1 can be moved" in better.stdout
    gone = spkt(
        site, "process", "deploy", "--preview", str(written(without_approval(), tmp_path / "lain"))
    )
    assert "1 stay: Langkah “Setujui”, tempat berkas menunggu, tidak ada lagi." in gone.stdout
    broken = written(service(), tmp_path / "rusak")
    (broken / "process.bpmn").write_text("<rusak")
    told = spkt(site, "process", "deploy", "--preview", str(broken))
    assert "would not be deployed" in told.stdout
    assert case_id


def test_cases_are_moved_and_taken_back(
    site: dict[str, str], works: Works, case_id: UUID, tmp_path: Path
) -> None:
    put_up(works, tmp_path, service("periksa"))
    number, before = row(works, case_id).number, row(works, case_id).definition_id

    done = spkt(site, "process", "move", "uji", "--to", "2", "--reason", REASON, "--case", number)

    found = re.fullmatch(r"order (\S+): 1 moved, 0 stayed\n", done.stdout)
    assert found, done.stdout + done.stderr
    with works.begin(SYSTEM) as work:
        assert definitions.version_of(work, row(works, case_id).definition_id) == 2
    back = spkt(site, "process", "move-back", "uji", found[1], "--reason", REASON)
    assert "1 moved, 0 stayed" in back.stdout
    assert row(works, case_id).definition_id == before
    refused = spkt(site, "process", "move", "uji", "--to", "2", "--reason", "pendek")
    assert (refused.returncode, "sepuluh huruf" in refused.stderr) == (1, True)
    unknown = spkt(site, "process", "move", "uji", "--to", "2", "--reason", REASON, "--case", "X-1")
    assert "Tidak ada berkas berjalan dengan nomor X-1." in unknown.stderr
