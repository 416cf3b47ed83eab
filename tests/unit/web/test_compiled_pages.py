"""Templates are compiled once and kept; whatever is wrong with what was kept, the page is shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from workflow_app.web import pages

PAGE = "sapa.html"
FOLDER = "jadi"


@pytest.fixture
def site(tmp_path: Path) -> Callable[[], Flask]:
    """An application with one page, made anew each time as by a start."""
    (tmp_path / "halaman").mkdir()
    (tmp_path / "halaman" / PAGE).write_text("Selamat {{ 1234 | thousands }} kali")

    def start() -> Flask:
        app = Flask("uji", root_path=str(tmp_path), template_folder="halaman")
        pages.register(app)
        pages.register_compiled_page(app, str(tmp_path / FOLDER))
        return app

    return start


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / FOLDER


def shown(app: Flask) -> str:
    return app.jinja_env.get_template(PAGE).render()


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> Callable[[Flask], list[Any]]:
    """What an application compiles from now on."""

    def watch(app: Flask) -> list[Any]:
        done: list[Any] = []
        compile_it = app.jinja_env.compile

        def counted(*given: Any, **named: Any) -> Any:
            done.append(given)
            return compile_it(*given, **named)

        monkeypatch.setattr(app.jinja_env, "compile", counted)
        return done

    return watch


def test_a_template_is_compiled_by_the_first_start_and_read_by_the_next(
    site: Callable[[], Flask], kept: Path, compilations: Callable[[Flask], list[Any]]
) -> None:
    first = site()
    pages.read_all(first)
    assert len(list(kept.iterdir())) == 1

    second = site()
    done = compilations(second)
    assert shown(second) == shown(first) == "Selamat 1.234 kali"
    assert done == []


def test_a_changed_template_and_another_filter_are_compiled_again(
    site: Callable[[], Flask],
    kept: Path,
    compilations: Callable[[Flask], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages.read_all(site())
    (kept.parent / "halaman" / PAGE).write_text("Selamat pagi")
    assert shown(site()) == "Selamat pagi"

    monkeypatch.setattr(pages, "version", lambda _name: "lain")
    other = site()
    done = compilations(other)
    assert shown(other) == "Selamat pagi"
    assert len(done) == 1


@pytest.mark.parametrize("content", [b"", b"j2", b"x" * 400])
def test_what_was_kept_and_cannot_be_read_is_compiled_again(
    site: Callable[[], Flask], kept: Path, content: bytes
) -> None:
    pages.read_all(site())
    whole = next(kept.iterdir())
    for broken in (content, whole.read_bytes()[:20], whole.read_bytes()[:-5]):
        whole.write_bytes(broken)
        assert shown(site()) == "Selamat 1.234 kali"


def test_where_nothing_can_be_kept_pages_are_shown_all_the_same(
    site: Callable[[], Flask], kept: Path
) -> None:
    kept.write_text("bukan folder")
    assert shown(site()) == "Selamat 1.234 kali"


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_what_others_may_write_to_is_neither_read_nor_written(
    site: Callable[[], Flask], kept: Path, compilations: Callable[[Flask], list[Any]], mode: int
) -> None:
    pages.read_all(site())
    kept.chmod(mode)
    other = site()
    done = compilations(other)
    assert shown(other) == "Selamat 1.234 kali"
    assert len(done) == 1
