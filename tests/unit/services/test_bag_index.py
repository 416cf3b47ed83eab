"""The page of a bag tells days as people there had them."""

from typing import Any

from workflow_app.services.exports import bag_index


def test_what_came_in_the_morning_of_the_new_year_did_not_come_in_the_old_one() -> None:
    paper: dict[str, Any] = {
        "label": "Surat",
        "cases": [],
        "pages": 1,
        "level": "biasa",
        "added_at": "2026-12-31T20:30:00+00:00",
        "accepted_at": "2027-01-02T15:59:00+00:00",
        "accepted_by": "Contoh Arsiparis",
        "version": 1,
        "files": {"original": {"path": "x.png", "sha256": "0" * 64}},
    }
    page = bag_index.index_page("Arsip contoh", {}, [paper])
    assert "1 Januari 2027; masuk arsip 2 Januari 2027 oleh Contoh Arsiparis" in page
