"""Every page compiles with the filters and functions of the application."""

from pathlib import Path

import pytest
from flask import Flask

from tests.architecture.tree import ROOT
from workflow_app.app import create_app
from workflow_app.cli import quality
from workflow_app.settings import read_settings

PAGES = ROOT / "workflow_app" / "web" / "templates"


@pytest.fixture(scope="module")
def app() -> Flask:
    """The application on servers that nobody asks for anything."""
    key = "A" * 43 + "="
    made_up = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "S3_ENDPOINT": "127.0.0.1:1",
        "S3_ACCESS_KEY": "made-up",
        "S3_SECRET_KEY": "made-up-made-up",
        "SECRET_KEY": "made-up" * 6,
        "IDENTITY_KEY": key,
        "AUDIT_SIGNING_KEY": key,
        "PUBLIC_URL": "http://127.0.0.1",
    }
    return create_app(read_settings(made_up))


@pytest.mark.parametrize(
    "path", sorted(PAGES.rglob("*.html")), ids=lambda path: str(path.relative_to(PAGES))
)
def test_page_compiles(app: Flask, path: Path) -> None:
    app.jinja_env.get_template(str(path.relative_to(PAGES)))


def test_pages_and_letters_are_well_formed_and_name_only_templates_that_exist() -> None:
    assert list(quality.template_faults(ROOT)) == []
