"""R37: the same paper elsewhere is pointed out, to those who may read it there and to nobody
else.
"""

from dataclasses import replace
from uuid import UUID

import pytest

from archive import similar
from archive.models import Page
from tests.integration.services import desk, scans
from workflow_app.domain import Actor, NotFound
from workflow_app.models import CaseWall
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification, document_views, documents

LOOK = [0, 200, 18, 77, 145, 33, 90, 0]
WORDS = "surat pengantar kepala desa nomor contoh untuk warga kandangan kota"


def add(
    work: UnitOfWork, name: str, look: list[int] = LOOK, words: str = WORDS
) -> tuple[desk.Case, UUID]:
    """A paper of a new case that was read so."""
    case = desk.new_case(work)
    paper = documents.upload(work, case.id, element="", label="Surat", data=scans.picture(name)).id
    found = {
        "width": 1,
        "height": 1,
        "source": "ocr",
        "words": [],
        "confidence": 90.0,
        "reason": "",
    }
    work.session.add(
        Page(document_id=paper, no=1, text=words, likeness=similar.tokens(look), **found)
    )
    work.session.flush()
    similar.note(work.session, paper)
    return case, paper


def alike(work: UnitOfWork, paper: UUID) -> list[UUID]:
    return [found.document_id for found in document_views.of(work, paper).alike]


def test_r37_the_same_bytes_in_another_case_are_named_to_who_sees_it(officer: UnitOfWork) -> None:
    one, paper = add(officer, "sama")
    two = desk.new_case(officer)
    documents.upload(officer, two.id, element="", label="Foto", data=scans.picture("sama"))

    assert {case.number for case in document_views.of(officer, paper).cases} == {
        one.number,
        two.number,
    }
    wall = CaseWall(
        case_id=one.id, user_id=officer.actor.user_id, since=officer.clock(), reason_key="x.y"
    )
    officer.session.add(wall)
    officer.session.flush()
    assert [case.number for case in document_views.of(officer, paper).cases] == [two.number]


@pytest.mark.parametrize(
    ("look", "words", "is_alike"),
    [
        (LOOK, WORDS, True),
        ([0, 200, 18, 77, 145, 35, 88, 1], WORDS.replace("kota", "kot4"), True),
        (LOOK, "surat keterangan hilang atas nama contoh lain sama sekali", False),
        ([255, 3, 18, 254, 1, 200, 17, 99], WORDS, False),
        (LOOK, "", False),
    ],
    ids=["same", "scanned again", "another form of its kind", "another page", "without words"],
)
def test_r37_a_page_that_looks_and_reads_alike_is_pointed_out(
    officer: UnitOfWork, look: list[int], words: str, is_alike: bool
) -> None:
    _, paper = add(officer, "satu")
    other_case, other = add(officer, "dua", look, words)

    assert alike(officer, paper) == ([other] if is_alike else [])
    for found in document_views.of(officer, paper).alike:
        assert found.case is not None
        assert (found.label, found.pages, found.case.number) == (
            "Surat",
            [(1, 1)],
            other_case.number,
        )


def test_r37_nothing_is_pointed_out_across_a_wall_or_above_the_level(
    officer: UnitOfWork, sari: Actor, tono: Actor
) -> None:
    _, paper = add(officer, "satu")
    walled, behind = add(officer, "dua")
    _, secret = add(officer, "tiga")
    assert set(alike(officer, paper)) == {behind, secret}
    chief = replace(officer, actor=sari)
    classification.classify(chief, secret, "rahasia", classification.REASONS[0])
    wall = CaseWall(
        case_id=walled.id, user_id=officer.actor.user_id, since=officer.clock(), reason_key="x.y"
    )
    officer.session.add(wall)
    officer.session.flush()

    assert alike(officer, paper) == []
    assert set(alike(chief, paper)) == {behind, secret}
    with pytest.raises(NotFound):
        document_views.of(replace(officer, actor=tono), paper)
