"""Front-end files: fetched when the lock changes, copied whole or not at all."""

from pathlib import Path

import pytest

from workflow_app.tools.bootstrap import packages
from workflow_app.tools.bootstrap.packages import BootstrapError


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone whose fetching is simulated by writing the files npm would bring."""
    (tmp_path / "package-lock.json").write_text("{}")
    fetched: list[bool] = []
    brought = list(packages.FILES)

    def fetch(root: Path, _site: Path, *, with_checks: bool) -> None:
        fetched.append(with_checks)
        for source in brought:
            path = root / "node_modules" / source
            (path.parent if path.suffix else path).mkdir(parents=True, exist_ok=True)
            (path if path.suffix else path / "x.css").write_text(f"fetch {len(fetched)}")

    monkeypatch.setattr(packages, "_fetch", fetch)
    monkeypatch.setattr(packages, "fetched", fetched, raising=False)
    return tmp_path


def fetches() -> list[bool]:
    taken: list[bool] = vars(packages)["fetched"]
    return taken


def test_the_files_lie_where_the_pages_look_for_them(clone: Path) -> None:
    packages.provide_front_end(clone, clone, with_checks=False)

    assert all((clone / packages.TARGET / name).exists() for name in packages.FILES.values())


def test_a_second_start_fetches_nothing(clone: Path) -> None:
    packages.provide_front_end(clone, clone, with_checks=False)
    packages.provide_front_end(clone, clone, with_checks=False)

    assert fetches() == [False]


def test_the_checks_fetch_their_tools_once_and_the_pages_are_served_from_the_same(
    clone: Path,
) -> None:
    packages.provide_front_end(clone, clone, with_checks=False)
    packages.provide_front_end(clone, clone, with_checks=True)
    packages.provide_front_end(clone, clone, with_checks=True)
    packages.provide_front_end(clone, clone, with_checks=False)

    assert fetches() == [False, True]


def test_a_changed_lock_file_is_fetched_and_copied_again(clone: Path) -> None:
    packages.provide_front_end(clone, clone, with_checks=False)
    (clone / "package-lock.json").write_text("{ }")

    packages.provide_front_end(clone, clone, with_checks=False)

    assert (clone / packages.TARGET / "htmx" / "htmx.min.js").read_text() == "fetch 2"


def test_a_file_the_package_does_not_bring_is_named_and_the_old_copy_stays(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages.provide_front_end(clone, clone, with_checks=False)
    monkeypatch.setitem(packages.FILES, "gone/gone.js", "gone.js")

    with pytest.raises(BootstrapError, match=r"gone\.js is missing"):
        packages.provide_front_end(clone, clone, with_checks=False)

    assert (clone / packages.TARGET / "htmx" / "htmx.min.js").exists()
    assert not list((clone / packages.TARGET).parent.glob(".vendor-*"))
