"""R39: what waits for the quality check, for whom, and in which order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from archive.models import Document, Page
from ocr.arranging import draw_page
from tests.integration.services import scans
from tests.integration.services.worn_papers import Paper, events
from workflow_app.domain import SYSTEM, Actor, Forbidden
from workflow_app.models import Case, Task
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import (
    classification,
    documents,
    quality_check,
    splitting,
    versions,
)
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.retention import holdings


def test_what_waits_for_the_check_is_what_the_archivist_may_read_doubtful_first(
    works: Works, archivist: Actor, budi: Actor, paper: Paper
) -> None:
    found = []
    for words, doubts in (("Arsip pertama", 0), ("Arsip kedua", 3), ("Arsip ketiga", 0)):
        with works.begin(archivist) as work:
            stored = holdings.deposit(work, scans.picture(words)).document_id
            assert stored is not None
            found.append(stored)
        with works.begin(SYSTEM) as work:
            row = {
                "document_id": stored,
                "no": 1,
                "text": words,
                "width": 9,
                "height": 9,
                "source": "ocr",
            }
            work.session.add(Page(**row, confidence=90.0, words=[], reason="", doubts=doubts))
            later = timedelta(minutes=len(found))
            values = {"status": "readable", "doubts": doubts, "added_at": work.clock() + later}
            work.session.execute(update(Document).where(Document.id == stored).values(**values))

    with works.begin(archivist) as work:
        waiting = [each.id for each in quality_check.waiting(work) if each.id in found]
        assert waiting == [found[1], found[0], found[2]]
        assert paper.id not in {each.id for each in quality_check.waiting(work)}
        assert quality_check.next_of(work, [found[1]]) == found[0], (
            "left for later, it does not come back at once"
        )
        assert (
            quality_check.next_of(work, [each.id for each in quality_check.waiting(work)]) is None
        )
        quality_check.accept(work, found[1], 1)
        quality_check.accept(work, found[1], 1)
        assert [each.id for each in quality_check.waiting(work) if each.id in found] == [
            found[0],
            found[2],
        ]
        assert documents.get(work, found[1]).is_checked
        versions.turn(work, found[1], 1, 1, 90)
        assert found[1] in {each.id for each in quality_check.waiting(work)}
        made = splitting.merge(work, found[0], 1, [found[2]])
        assert {made, found[0], found[2]} & {each.id for each in quality_check.waiting(work)} == {
            made
        }
    assert [event.details["document_id"] for event in events(works, "document.checked")] == [
        str(found[1])
    ]
    with pytest.raises(Forbidden), works.begin(budi) as work:
        quality_check.waiting(work)


def test_r39_an_answer_that_finds_papers_good_says_nothing_of_those_above_the_level(
    works: Works, budi: Actor, sari: Actor, paper: Paper
) -> None:
    with works.begin(sari) as work:
        classification.classify(work, paper.id, "rahasia", classification.REASONS[0])

    def answered(who: Actor) -> bool:
        with works.begin(who) as work:
            case = work.session.get_one(Case, paper.case_id)
            task = work.session.scalars(select(Task).where(Task.case_id == case.id)).one()
            known = definition_of(work, case.definition_id)
            element = known.elements[task.element]
            asking = replace(
                element, properties={**element.properties, quality_check.PROPERTY: "mutu=baik"}
            )
            elements = {**known.elements, task.element: asking}
            quality_check.answer(
                work, case, task, replace(known, elements=elements), {"mutu": "baik"}
            )
            return work.session.get_one(Document, paper.id).checked_at is not None

    assert [answered(budi), answered(sari)] == [False, True]
    assert [event.actor_id for event in events(works, "document.checked")] == [sari.user_id]


def test_r37_a_case_is_not_held_while_a_page_is_drawn(
    works: Works, budi: Actor, sari: Actor, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with works.begin(sari) as work:
        classification.classify(work, paper.id, "terbatas", classification.REASONS[0])
    before = len(events(works, "document.opened"))
    recorded = []

    def drawn(*asked: Any) -> bytes:
        recorded.append(len(events(works, "document.opened")))
        return draw_page(*asked)

    monkeypatch.setattr(quality_check, "draw_page", drawn)
    with works.begin(budi) as work:
        quality_check.picture(work, paper.id, 1)
    assert (recorded, len(events(works, "document.opened"))) == ([before], before + 1)
