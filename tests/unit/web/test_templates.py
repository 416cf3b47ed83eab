"""Pages hold no script and no style of their own, and load nothing from elsewhere: the policy would
refuse it.
"""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parent.parent.parent.parent / "workflow_app" / "web"
PAGES = sorted((WEB / "templates").rglob("*.html"))
OWN = sorted((WEB / "static" / "js").glob("*.js")) + sorted((WEB / "static" / "css").glob("*.css"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_is_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:", text, re.IGNORECASE)
    for script in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert "src=" in script[0]
        assert script[1].strip() == ""


@pytest.mark.parametrize("path", PAGES + OWN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_form_that_changes_something_carries_its_token(path: Path) -> None:
    forms = re.findall(
        r"<form[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), re.DOTALL
    )
    assert all("csrf_token()" in form for form in forms)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_titles_hold_no_personal_data(path: Path) -> None:
    for title in re.findall(
        r"{% block title %}(.*?){% endblock %}", path.read_text(encoding="utf-8")
    ):
        words = set(re.findall(r"{{\s*([\w.]+)", title))
        assert words <= {
            "task.name",
            "task.case_number",
            "case.number",
            "held.case_number",
            "proposal.case_number",
            "title",
            "slip.title",
            "heading",
            "process.name",
        }


def test_scripts_leave_no_code_to_be_evaluated() -> None:
    for path in OWN:
        assert not re.search(
            r"\beval\(|new Function|document\.write", path.read_text(encoding="utf-8")
        )
