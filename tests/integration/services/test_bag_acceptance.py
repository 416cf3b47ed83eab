"""R37: since when a paper is in the archive, and who accepted it, goes along in a bag and comes
back: its term does not begin anew.
"""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from archive.models import Document
from tests.integration.conftest import TestClock
from tests.integration.services import scans
from workflow_app.domain import SYSTEM, WITA, Actor, InvalidInput
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents, ingest
from workflow_app.services.exports import bag_export, bag_import
from workflow_app.services.retention import holdings


@pytest.fixture
def accepted(works: Works, sari: Actor) -> UUID:
    with works.begin(sari) as work:
        found = holdings.deposit(work, scans.picture("Contoh lama")).document_id
    assert found is not None
    return found


@pytest.fixture
def bag(works: Works, accepted: UUID, tmp_path: Path) -> Path:
    folder = tmp_path / "tas"
    with works.begin(SYSTEM) as work:
        bag_export.export(work, folder, document_ids=[accepted])
    return folder


def changed(bag: Path, **facts: Any) -> None:
    """What the bag tells of its paper, as an older release or a forger would; None is left out."""
    path = bag / "data" / bag_export.CONTENTS
    contents = json.loads(path.read_text("utf-8"))
    (paper,) = contents["documents"]
    paper |= facts
    contents["documents"] = [{name: value for name, value in paper.items() if value is not None}]
    path.write_text(json.dumps(contents), "utf-8")


def test_r37_acceptance_travels_and_comes_back(
    works: Works, elsewhere: Works, sari: Actor, accepted: UUID, bag: Path
) -> None:
    with works.begin(SYSTEM) as work:
        here = work.session.get_one(Document, accepted)
        first, by = ingest.accepted_at(here), here.accepted_by
        assert first is not None
        assert (first, by) == (here.added_at, sari.name)
    day = formatting.day(first.astimezone(WITA).date())
    assert f"masuk arsip {day} oleh {sari.name}" in (bag / "index.html").read_text("utf-8")
    with elsewhere.begin(SYSTEM) as work:
        bag_import.take_in(work, bag)
        there = work.session.get_one(Document, accepted)
        assert (there.accepted_at, there.accepted_by) == (first, by)
        assert there.added_at > first
        view = documents.get(replace(work, actor=sari), accepted)
        assert (view.accepted_at, view.accepted_by) == (first, by)
    with elsewhere.begin(SYSTEM) as work:
        bag_export.export(work, bag.with_name("lagi"), document_ids=[accepted])
    (again,) = json.loads((bag.with_name("lagi") / "data" / bag_export.CONTENTS).read_text())[
        "documents"
    ]
    assert (again["accepted_at"], again["accepted_by"]) == (first.isoformat(), by)


def test_r37_a_bag_of_an_older_release_is_accepted_now_by_who_takes_it_in(
    elsewhere: Works, accepted: UUID, bag: Path
) -> None:
    changed(bag, accepted_at=None, accepted_by=None, copy_level=None)
    with elsewhere.begin(SYSTEM) as work:
        bag_import.take_in(work, bag)
        there = work.session.get_one(Document, accepted)
        assert there.accepted_at is None
        assert (ingest.accepted_at(there), there.accepted_by) == (there.added_at, SYSTEM.name)


def test_r37_no_bag_tells_of_an_acceptance_that_is_still_to_come(
    elsewhere: Works, accepted: UUID, bag: Path, clock: TestClock
) -> None:
    changed(bag, accepted_at=(clock() + timedelta(days=4000)).isoformat(), accepted_by="x" * 500)
    with elsewhere.begin(SYSTEM) as work:
        bag_import.take_in(work, bag)
        there = work.session.get_one(Document, accepted)
        assert there.accepted_at == there.added_at
        assert len(there.accepted_by) == bag_import.LONGEST_NAME


@pytest.mark.parametrize("told", ["kemarin", "2026-01-01T00:00:00", 7])
def test_a_bag_that_tells_no_time_is_refused(elsewhere: Works, bag: Path, told: object) -> None:
    changed(bag, accepted_at=told)
    with elsewhere.begin(SYSTEM) as work, pytest.raises(InvalidInput, match="tas arsip"):
        bag_import.take_in(work, bag)
