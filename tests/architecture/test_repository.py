"""What the files say about the repository is true, and they say nothing about the machine they were
written on.
"""

import re
import tomllib
from pathlib import Path

from tests.architecture.tree import ROOT, texts, tracked
from workflow_app.cli import quality
from workflow_app.settings import SECRETS, Settings

HOSTS = (
    "pypi" + ".org",
    "files.python" + "hosted.org",
    "registry." + "npmjs",
    "deb." + "debian.org",
    "proxy." + "golang.org",
)
HOMES = re.compile(r"(?<![\w./-])/(?:home/\w|root/|work/|Users/)")
TREE_ROW = re.compile(r"^(?P<indent>[ │├└─|`+-]*)(?P<names>[\w.][\w./<> -]*?)(?:\s{2,}.*)?$")


def test_no_file_names_a_registry_host_or_a_path_of_a_machine() -> None:
    found = []
    for path in texts():
        text = (ROOT / path).read_text(encoding="utf-8")
        found += [
            f"{path}: {word}"
            for word in (*(host for host in HOSTS if host in text), *HOMES.findall(text))
        ]

    assert found == []


def test_no_file_has_a_dash_that_no_keyboard_of_the_counter_has() -> None:
    assert [
        str(path) for path in texts() if "\N{EM DASH}" in (ROOT / path).read_text(encoding="utf-8")
    ] == []


def test_the_lock_file_pins_by_content_and_names_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text()

    assert '"integrity": "sha512-' in text
    assert '"resolved"' not in text


def test_requirement_files_agree_with_pyproject() -> None:
    assert list(quality.requirement_faults(ROOT)) == []


def test_example_of_settings_lists_every_setting_and_no_other() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    listed = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]

    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


def test_example_of_settings_holds_no_secret() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    assert {name: given[name] for name in SECRETS if name != "DATABASE_URL"} == dict.fromkeys(
        set(SECRETS) - {"DATABASE_URL"}, ""
    )


def test_example_of_settings_shows_the_defaults_of_the_code() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    defaults = {
        name.upper(): field.default
        for name, field in Settings.model_fields.items()
        if not field.is_required()
    }

    assert {
        name: given[name] for name in defaults if name != "PROCESSES_DIR"
    } == {name: str(value).lower() if isinstance(value, bool) else str(value) for name,
        value in defaults.items() if name != "PROCESSES_DIR"}  # fmt: skip


def test_every_import_contract_has_a_readable_name() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]

    assert len(contracts) >= 10
    assert all(" " in contract["name"] for contract in contracts)


def test_map_of_the_tree_in_the_readme_is_true() -> None:
    mapped = paths_of_the_map()

    assert [str(path) for path in mapped if not (ROOT / path).exists()] == []


def test_map_of_the_tree_in_the_readme_names_everything_at_the_top() -> None:
    top = {path.parts[0] for path in tracked() if not path.parts[0].startswith(".")} | {
        ".ci",
        ".env.example",
    }

    assert sorted(top - {path.parts[0] for path in paths_of_the_map()}) == []


def paths_of_the_map() -> list[Path]:
    """The paths in the README's tree: the first fenced block that begins with a top-level folder of
    ours.
    """
    blocks = re.findall(
        r"```(?:text)?\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    tree = next(block for block in blocks if re.search(r"^workflow_app/", block, re.MULTILINE))
    found: list[Path] = []
    folders: list[tuple[int, Path]] = []
    for row in filter(str.strip, tree.splitlines()):
        match = TREE_ROW.match(row)
        assert match, f"this row of the map cannot be read: {row}"
        depth = len(match["indent"])
        names = re.split(r" {1,}", match["names"].strip())
        while folders and folders[-1][0] >= depth:
            folders.pop()
        parent = folders[-1][1] if folders else Path()
        paths = [parent / name.rstrip("/") for name in names if "<" not in name]
        found += paths
        if len(names) == 1 and paths and names[0].endswith("/"):
            folders.append((depth, paths[0]))
    return found
