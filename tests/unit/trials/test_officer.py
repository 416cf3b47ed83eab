"""What an officer of a trial reads off a page."""

import pytest

from workflow_app.tools.load.officer import Page

FORM = (
    '<input type="hidden" name="csrf_token" value="a&#34;b">'
    '<input type="hidden" name="kunci" value="k">'
    '<input type="hidden" name="versi" value="2026-11-24T01:00:00+00:00">'
)


def test_what_a_form_carries_unseen_is_sent_back_as_a_browser_would() -> None:
    assert Page("/tugas/1", 200, FORM, None).hidden == {
        "csrf_token": 'a"b',
        "kunci": "k",
        "versi": "2026-11-24T01:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("status", "location", "is_taken"),
    [
        (302, "/tugas/1", True),
        (302, "/berkas/1", True),
        (302, "/masuk", False),
        (302, None, False),
        (200, "/tugas/1", False),
    ],
)
def test_a_form_was_taken_when_the_site_leads_to_the_next_task_or_the_case(
    status: int, location: str | None, is_taken: bool
) -> None:
    assert Page("/tugas/0", status, "", location).is_taken is is_taken
