"""`events export` as an operator uses it: a file that is whole or not there."""

import subprocess
from pathlib import Path

from lxml import etree

from tests.integration.cli.test_config import site as site
from tests.integration.cli.test_config import spkt


def export(site: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return spkt(site, "events", "export", *words)


def test_a_file_is_written_whole_or_not_at_all(site: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "catatan.xes"
    done = export(site, str(file))
    assert done.returncode == 0, done.stderr
    assert etree.parse(str(file)).getroot().get("xes.version") == "1849-2016"

    lost = export(site, str(tmp_path / "tidak" / "ada.xes"))
    assert lost.returncode == 1
    assert "Traceback" not in lost.stderr
    wrong = export(site, str(file), "--from", "2026-02-02", "--to", "2026-02-01")
    assert wrong.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["catatan.xes"]
