"""R37: papers about the same are named by shared numbers and rare words, to who may read them and
to nobody else.
"""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from archive import similar as archive_similar
from archive.models import PageAlike
from tests.integration.services import desk
from tests.integration.services.test_paper_search import hand_in
from workflow_app.domain import Actor, NotFound
from workflow_app.models import AuditEvent, CaseWall
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification, search

NIK = "6306050102900001"
LETTER = f"Permohonan penelusuran kerbau belang milik kelompok tani Harapan Contoh, NIK {NIK}"


@pytest.fixture
def chief(officer: UnitOfWork, sari: Actor) -> UnitOfWork:
    return replace(officer, actor=sari)


def similar(work: UnitOfWork, paper: UUID) -> list[UUID]:
    return [found.document_id for found in search.of_similar_paper(work, paper)]


def test_r37_a_shared_number_comes_before_shared_words(officer: UnitOfWork) -> None:
    paper = hand_in(officer, text=LETTER)
    words = hand_in(officer, text="Kelompok tani Harapan mencari kerbau belang")
    number = hand_in(officer, text="Daftar hadir, NIK 63O6 0501 0290 OOO1")
    hand_in(officer, text="Undangan rapat koordinasi kelompok")

    found = search.of_similar_paper(officer, paper)

    assert [(one.document_id, one.shares_number) for one in found] == [
        (number, True),
        (words, False),
    ]
    assert all(one.label == "Surat" and one.case is not None for one in found)


def test_r37_what_stands_on_many_papers_makes_none_similar(
    officer: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = [hand_in(officer, text=f"Permohonan penelusuran {no}") for no in "abc"]
    assert set(similar(officer, papers[0])) == set(papers[1:])
    monkeypatch.setattr(archive_similar, "FREQUENT", 2)
    assert similar(officer, papers[0]) == []


def test_r37_similar_papers_above_the_level_or_behind_a_wall_are_not_named(
    officer: UnitOfWork, chief: UnitOfWork
) -> None:
    paper = hand_in(officer, text=LETTER)
    walled, secret = desk.new_case(officer), desk.new_case(officer)
    behind, above = (
        hand_in(officer, "Foto", LETTER, walled),
        hand_in(officer, "Surat", LETTER, secret),
    )
    assert set(similar(officer, paper)) == {behind, above}

    wall = CaseWall(
        case_id=walled.id, user_id=officer.actor.user_id, since=officer.clock(), reason_key="x.y"
    )
    officer.session.add(wall)
    classification.classify(chief, above, "rahasia", classification.REASONS[0])

    assert similar(officer, paper) == []
    assert set(similar(chief, paper)) == {behind, above}
    with pytest.raises(NotFound):
        search.of_similar_paper(officer, above)


def test_r37_being_named_is_a_look_at_a_restricted_paper(
    officer: UnitOfWork, chief: UnitOfWork
) -> None:
    paper = hand_in(officer, text=LETTER)
    other = hand_in(officer, "Foto", LETTER)
    classification.classify(chief, other, "terbatas", classification.REASONS[0])

    assert similar(officer, paper) == [other]

    looks = select(AuditEvent.details).where(AuditEvent.action == "document.opened")
    assert [(look["document_id"], look["kind"]) for look in officer.session.scalars(looks)] == [
        (str(other), "similar")
    ]


def test_r37_what_was_scanned_twice_is_not_named_again(officer: UnitOfWork) -> None:
    one, other = sorted([hand_in(officer, text=LETTER), hand_in(officer, "Foto", LETTER)])
    officer.session.add(PageAlike(one_id=one, one_page=1, other_id=other, other_page=1, distance=0))
    officer.session.flush()
    assert archive_similar.of_likeness(officer.session, one, select(PageAlike.other_id)) != []
    assert similar(officer, one) == []


def test_a_paper_that_nobody_read_is_similar_to_none(officer: UnitOfWork) -> None:
    assert similar(officer, hand_in(officer, text="")) == []
