"""The checks without a program of their own find what they are for."""

from pathlib import Path

import pytest

from workflow_app.cli import quality

PROJECT = """
[project]
dependencies = ["flask>=3,<4"]
[project.optional-dependencies]
embedded = ["weed==4.48"]
dev = ["pytest>=9"]
"""
FLASK = "flask==3.1.3 \\\n    --hash=sha256:aa\n    # via sentra-spkt (pyproject.toml)\n"
WEED = "weed==4.48 \\\n    --hash=sha256:bb\n    # via sentra-spkt (pyproject.toml)\n"
PYTEST = "pytest==9.2.0 \\\n    --hash=sha256:cc\n    # via sentra-spkt (pyproject.toml)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose requirement files are in order."""
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "requirements").mkdir()
    for name, text in {
        "server": FLASK,
        "embedded": FLASK + WEED,
        "dev": FLASK + WEED + PYTEST,
    }.items():
        (tmp_path / "requirements" / f"{name}.txt").write_text(text)
    return tmp_path


def faults_with(project: Path, name: str, text: str) -> str:
    (project / "requirements" / f"{name}.txt").write_text(text)
    return "\n".join(quality.requirement_faults(project))


def test_requirement_files_in_order_have_no_fault(project: Path) -> None:
    assert list(quality.requirement_faults(project)) == []


def test_a_dependency_that_was_not_compiled_in_is_named(project: Path) -> None:
    assert "embedded.txt: lacks weed==4.48" in faults_with(project, "embedded", FLASK)


def test_a_pin_outside_of_what_pyproject_allows_is_named(project: Path) -> None:
    assert "pins flask==4.1" in faults_with(project, "server", FLASK.replace("3.1.3", "4.1"))


def test_a_package_that_pyproject_dropped_is_named(project: Path) -> None:
    old = FLASK.replace("flask", "bottle")

    assert "holds bottle" in faults_with(project, "server", FLASK + old)


def test_a_pin_without_a_hash_is_named(project: Path) -> None:
    assert "has no hash: flask" in faults_with(
        project, "server", "flask==3.1.3\n    # via nothing\n"
    )


def test_an_address_of_an_index_is_named(project: Path) -> None:
    assert "records an address" in faults_with(project, "server", "--index-url somewhere\n" + FLASK)


def test_one_package_in_two_versions_is_named(project: Path) -> None:
    text = FLASK.replace("3.1.3", "3.0.0") + WEED + PYTEST

    assert "flask is 3.1.3 in embedded.txt and 3.0.0 in dev.txt" in faults_with(
        project, "dev", text
    )


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "workflow_app" / "web" / "templates"
    folder.mkdir(parents=True)
    return folder


def test_a_template_that_does_not_compile_is_named_with_its_line(
    tmp_path: Path, pages: Path
) -> None:
    (pages / "bad.html").write_text("fine\n{% if x %}")

    assert [fault.partition(" ")[0] for fault in quality.template_faults(tmp_path)] == [
        "workflow_app/web/templates/bad.html:2:"
    ]


def test_a_template_that_names_a_missing_one_is_named(tmp_path: Path, pages: Path) -> None:
    (pages / "page.html").write_text("{% extends 'gone.html' %}")

    assert list(quality.template_faults(tmp_path)) == [
        "workflow_app/web/templates/page.html: names gone.html, which does not exist"
    ]


def test_letters_of_the_processes_are_looked_at_too(tmp_path: Path, pages: Path) -> None:
    letters = tmp_path / "processes" / "sktlk" / "letters"
    letters.mkdir(parents=True)
    (letters / "sktlk.html").write_text("{{ unclosed ")

    assert len(list(quality.template_faults(tmp_path))) == 1


def test_a_filter_of_the_application_is_no_fault_here(tmp_path: Path, pages: Path) -> None:
    (pages / "page.html").write_text("{{ at | moment }}")

    assert list(quality.template_faults(tmp_path)) == []
