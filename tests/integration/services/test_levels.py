"""R37: a paper above somebody's level does not exist for him, every look at a restricted one is on
record (decision 0031).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from archive.models import Document, Page
from tests.integration.services import desk, scans
from workflow_app.domain import AccessLevel, Actor, Forbidden, InvalidInput, NotFound
from workflow_app.models import AuditEvent
from workflow_app.services.cases import history
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification, documents, search
from workflow_app.services.office_settings import configuration
from workflow_app.services.retention import bundles, holdings

WORD = "zamrudbiru"


@pytest.fixture
def chief(officer: UnitOfWork, sari: Actor) -> UnitOfWork:
    return replace(officer, actor=sari)


def hand_in(work: UnitOfWork, label: str = "Surat") -> tuple[desk.Case, UUID]:
    """A paper of a new case, read: its words are found."""
    case = desk.new_case(work)
    paper = documents.upload(work, case.id, element="", label=label, data=scans.picture())
    found = {"text": WORD, "width": 1, "height": 1, "source": "ocr", "words": [], "reason": ""}
    work.session.add(Page(document_id=paper.id, no=1, confidence=90.0, **found))
    work.session.flush()
    return case, paper.id


def events(work: UnitOfWork, action: str) -> list[dict[str, Any]]:
    query = select(AuditEvent.details).where(AuditEvent.action == action).order_by(AuditEvent.id)
    return list(work.session.scalars(query))


def test_r37_a_paper_above_the_level_is_nowhere(officer: UnitOfWork, chief: UnitOfWork) -> None:
    case, paper = hand_in(officer)
    assert [view.id for view in documents.for_case(officer, case.id)] == [paper]

    classification.classify(chief, paper, "rahasia", classification.REASONS[0])

    assert documents.for_case(officer, case.id) == []
    assert search.search(officer, WORD).total == 0
    assert "document.added" not in {entry.action for entry in history.timeline(officer, case.id)}
    for look in (
        lambda: documents.get(officer, paper),
        lambda: documents.text(officer, paper),
        lambda: documents.content(officer, paper, "original"),
        lambda: documents.content(officer, paper, "thumbnail", 1),
        lambda: classification.classify(officer, paper, "biasa", classification.REASONS[0]),
    ):
        with pytest.raises(NotFound):
            look()
    with pytest.raises(InvalidInput, match="di atas hak"):
        documents.upload(officer, case.id, element="", label="Foto", data=scans.picture())
    assert [view.level_label for view in documents.for_case(chief, case.id)] == ["Rahasia"]
    assert [hit.document_id for hit in search.search(chief, WORD).hits] == [paper]


def test_r37_a_manifest_is_as_secret_as_what_it_names(
    officer: UnitOfWork, chief: UnitOfWork
) -> None:
    case, paper = hand_in(officer)
    before = bundles.archive_case(officer, case.id)
    classification.classify(chief, paper, "rahasia", classification.REASONS[0])
    _, other = hand_in_into(officer, case)

    after = bundles.archive_case(officer, case.id)

    assert after != before
    assert [view.id for view in documents.for_case(officer, case.id)] == [other]
    assert {view.id for view in documents.for_case(chief, case.id)} == {paper, other, before, after}
    with pytest.raises(Forbidden, match="sistem"):
        classification.classify(chief, after, "biasa", classification.REASONS[0])


def hand_in_into(work: UnitOfWork, case: desk.Case) -> tuple[desk.Case, UUID]:
    return case, documents.upload(
        work, case.id, element="", label="Foto", data=scans.picture("lain")
    ).id


def test_r37_every_look_at_a_restricted_paper_is_on_record(
    officer: UnitOfWork, chief: UnitOfWork
) -> None:
    case, paper = hand_in(officer)
    search.search(officer, WORD)
    assert events(officer, "document.opened") == []
    classification.classify(chief, paper, "terbatas", classification.REASONS[1])

    search.search(officer, WORD)
    with pytest.raises(NotFound, match="belum ada"):
        documents.content(officer, paper, "thumbnail", 1)
    documents.content(officer, paper, "original")

    assert [found["kind"] for found in events(officer, "document.opened")] == [
        "snippet",
        "original",
    ]
    assert documents.for_case(officer, case.id)[0].thumbnail_pages == ()


def test_r37_changing_the_level_is_an_act_with_a_reason(
    officer: UnitOfWork, chief: UnitOfWork, person: Callable[..., Actor]
) -> None:
    case, paper = hand_in(officer)
    with pytest.raises(Forbidden, match="arsiparis"):
        classification.classify(officer, paper, "terbatas", classification.REASONS[0])
    for key, reason in (
        ("rahasia", "karena saya mau"),
        ("tertutup", classification.REASONS[0]),
        ("biasa", classification.REASONS[0]),
    ):
        with pytest.raises(InvalidInput):
            classification.classify(chief, paper, key, reason)
    with pytest.raises(Forbidden, match="arsiparis"):
        classification.classify(chief, paper, "sangat_rahasia", classification.REASONS[0])
    assert "sangat_rahasia" not in classification.choices(chief, AccessLevel.ORDINARY)

    classification.classify(chief, paper, "rahasia", classification.REASONS[2])
    classification.classify(chief, paper, "terbatas", classification.REASONS[4])

    told = events(officer, "document.classified")
    assert [(found["before"], found["level"], found["reason"]) for found in told] == [
        ("biasa", "rahasia", classification.REASONS[2]),
        ("rahasia", "terbatas", classification.REASONS[4]),
    ]
    sentences = [entry.what for entry in history.timeline(officer, case.id)]
    assert "Tingkat akses dokumen menjadi terbatas: Surat" in sentences


def test_r37_the_archivist_classifies_what_was_brought_to_the_archive(
    work: UnitOfWork, person: Callable[..., Actor]
) -> None:
    stored = holdings.deposit(work, scans.picture()).document_id
    assert stored is not None
    archivist, officer = (
        replace(work, actor=person(name, role))
        for name, role in (("wati", "arsiparis"), ("joko", "petugas"))
    )
    assert documents.get(officer, stored).can_classify is False

    classification.classify(archivist, stored, "sangat_rahasia", classification.REASONS[0])

    with pytest.raises(NotFound):
        documents.get(officer, stored)
    assert documents.get(archivist, stored).level_label == "Sangat rahasia"


def test_r37_a_paper_begins_with_the_level_of_its_process_or_kind(
    officer: UnitOfWork, chief: UnitOfWork
) -> None:
    _, ordinary = hand_in(officer)
    setting = {"proses": {}, "dokumen": {"Foto": "terbatas"}}
    configuration.set_value(chief, "tingkat_akses", setting, officer.clock())

    _, same = hand_in_again(officer, "Foto")

    assert same == ordinary, "the same bytes are one paper"
    assert officer.session.get_one(Document, same).level == AccessLevel.RESTRICTED
    officer.session.execute(update(Document).values(level=2))
    hand_in_again(officer, "Foto")
    assert officer.session.scalars(select(Document.level)).all() == [2], "linking never lowers"


def hand_in_again(work: UnitOfWork, label: str) -> tuple[desk.Case, UUID]:
    case = desk.new_case(work)
    return case, documents.upload(work, case.id, element="", label=label, data=scans.picture()).id


@pytest.mark.parametrize(
    "value",
    [
        "terbatas",
        {"proses": {}},
        {"proses": {"sktlk": "tertutup"}, "dokumen": {}},
        {"proses": [], "dokumen": {}},
    ],
)
def test_a_level_that_nobody_knows_is_not_configured(work: UnitOfWork, value: object) -> None:
    with pytest.raises(InvalidInput, match="sangat_rahasia"):
        configuration.set_value(work, "tingkat_akses", value, work.clock())
