"""R37: finds are counted, narrowed and put in order as far as the actor may know of them, and not a
page further.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, update

from archive.documents import save_pages
from archive.models import BLOCK, Document, Page
from archive.page_content import PageText
from tests.integration.conftest import TestClock
from tests.integration.services import desk, scans
from tests.integration.services.stacks import put_into_tray
from workflow_app.domain import Actor
from workflow_app.models import Case, CaseDocument, CaseWall
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import (
    access,
    classification,
    documents,
    ingest,
    search,
    search_facets,
)
from workflow_app.services.documents.search import SearchPage

WORD = "zamrudbiru"


@pytest.fixture
def chief(officer: UnitOfWork, sari: Actor) -> UnitOfWork:
    return replace(officer, actor=sari)


def hand_in(
    work: UnitOfWork, label: str = "Surat", text: str = WORD, case: Case | None = None
) -> UUID:
    """A paper of a case, of a new one if none is given, that was read."""
    case = case or desk.new_case(work)
    data = scans.picture(f"{case.id}\n{label}\n{text}")
    paper = documents.upload(work, case.id, element="", label=label, data=data).id
    page = PageText(1, text, 90.0, [], 1, 1, "ocr")
    save_pages(work.session, paper, [page])
    return paper


def of_process(work: UnitOfWork, key: str, paper: UUID) -> None:
    """As if the cases of the paper were of another process."""
    cases = select(CaseDocument.case_id).where(CaseDocument.document_id == paper)
    work.session.execute(update(Case).where(Case.id.in_(cases)).values(process_key=key))
    ingest.renew(work, [paper])


def counts(page: SearchPage) -> dict[str, dict[str, int]]:
    """How many pages each choice would leave, by title and label."""
    return {
        group.title: {option.label: option.count for option in group.options}
        for group in page.groups
    }


def found(page: SearchPage) -> list[UUID]:
    return [hit.document_id for hit in page.hits]


def code(label: str) -> dict[str, str]:
    return {"jenis": ingest.code_of(label)}


def test_r37_finds_are_counted_by_what_they_are_and_narrowed_to_it(officer: UnitOfWork) -> None:
    letters, photo = (
        {hand_in(officer, text=f"{WORD} {no}") for no in "ab"},
        hand_in(officer, "Foto"),
    )

    every = search.search(officer, WORD)
    assert counts(every) == {"Jenis dokumen": {"Surat": 2, "Foto": 1}}
    assert (every.total, every.is_all, every.chips) == (3, True, [])

    some = search.search(officer, WORD, choice=code("Surat"))
    assert set(found(some)) == letters
    assert [(chip.title, chip.label) for chip in some.chips] == [("Jenis dokumen", "Surat")]
    assert some.groups == []
    assert found(search.search(officer, WORD, choice=code("Foto"))) == [photo]
    assert found(search.search(officer, WORD, choice=code("Lain"))) == []


def test_r37_the_service_of_a_case_narrows_and_a_link_made_later_counts(
    officer: UnitOfWork,
) -> None:
    case = desk.new_case(officer)
    paper, other = hand_in(officer, case=case), hand_in(officer, text=f"{WORD} lain")
    of_process(officer, "lp", other)
    key = case.process_key
    assert found(search.search(officer, WORD, choice={"layanan": key})) == [paper]
    assert found(search.search(officer, WORD, choice={"layanan": "lp"})) == [other]

    ingest.link(officer, case.id, other, element="", label="Foto")

    assert set(found(search.search(officer, WORD, choice={"layanan": key}))) == {paper, other}
    assert found(search.search(officer, WORD, choice=code("Foto"))) == [other]


def test_r37_what_is_above_the_level_is_neither_counted_nor_offered(
    officer: UnitOfWork, chief: UnitOfWork
) -> None:
    case = desk.new_case(officer)
    open_paper, secret = hand_in(officer, case=case), hand_in(officer, "Foto", case=case)
    classification.classify(chief, secret, "rahasia", classification.REASONS[0])

    assert counts(search.search(chief, WORD))["Tingkat akses"] == {"Biasa": 1, "Rahasia": 1}
    assert found(search.search(chief, WORD, choice={"tingkat": "2"})) == [secret]
    below = search.search(officer, WORD)
    assert (found(below), below.total, below.groups) == ([open_paper], 1, [])
    for choice in (code("Foto"), {"tingkat": "2"}):
        hidden = search.search(officer, WORD, choice=choice)
        assert (hidden.total, hidden.groups) == (0, [])
        assert all("Foto" not in chip.label for chip in hidden.chips)


@pytest.mark.parametrize("hide", ["wall", "confinement"])
def test_r37_a_case_that_is_hidden_gives_its_papers_no_facet(
    officer: UnitOfWork, hide: str
) -> None:
    """The index knows that the paper is in both cases; who sees one of them learns nothing of the
    other.
    """
    seen, hidden = desk.new_case(officer), desk.new_case(officer)
    paper = hand_in(officer, case=seen)
    hand_in(officer, text=f"{WORD} lain")
    ingest.link(officer, hidden.id, paper, element="", label="Foto")
    hidden.process_key = "complaint"
    ingest.renew(officer, [paper])
    assert found(search.search(officer, WORD, choice={"layanan": "complaint"})) == [paper]

    if hide == "wall":
        officer.session.add(
            CaseWall(
                case_id=hidden.id,
                user_id=officer.actor.user_id,
                since=officer.clock(),
                reason_key="x.y",
            )
        )
    else:
        hidden.confined_to = "propam"
    officer.session.flush()

    every = search.search(officer, WORD)
    assert (every.total, every.groups) == (2, [])
    for choice in ({"layanan": "complaint"}, code("Foto")):
        assert search.search(officer, WORD, choice=choice).total == 0
    assert paper in found(search.search(officer, WORD, choice={"layanan": seen.process_key}))


def test_r37_years_begin_at_midnight_in_wita(officer: UnitOfWork, clock: TestClock) -> None:
    days = {}
    for at in (
        "2024-12-31T15:59:59+00:00",
        "2024-12-31T16:00:00+00:00",
        "2026-01-01T00:00:00+00:00",
    ):
        paper = hand_in(officer, text=f"{WORD} {at[:4]}{at[11:13]}")
        document = officer.session.get_one(Document, paper)
        document.added_at = clock.at.fromisoformat(at)
        days[at] = paper
    officer.session.flush()
    last, first, later = days.values()

    assert counts(search.search(officer, WORD)) == {
        "Tahun diterima": {"2026": 1, "2025": 1, "2024": 1}
    }
    assert found(search.search(officer, WORD, choice={"tahun": "2024"})) == [last]
    assert found(search.search(officer, WORD, choice={"tahun": "2025"})) == [first]
    orders = search.ORDERS
    assert found(search.search(officer, WORD, order=orders["baru"])) == [later, first, last]
    assert found(search.search(officer, WORD, order=orders["lama"])) == [last, first, later]


def test_r37_of_a_frequent_word_the_nearest_in_order_and_year_are_shown(
    officer: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.search.ENOUGH", 1)
    monkeypatch.setattr("archive.search.NEWEST_BLOCKS", 2)
    monkeypatch.setattr("archive.search.NEAREST_BLOCKS", 1)
    papers = {}
    for year in (2021, 2022, 2023):
        start = officer.session.scalars(select(Page.seq).order_by(Page.seq.desc())).first() or 0
        step = (start // 4096 + 2) * 4096
        officer.session.connection().exec_driver_sql(
            f"alter table archive.page alter column seq restart with {step}"
        )
        papers[year] = hand_in(officer, text=f"{WORD} {year}")
        document = officer.session.get_one(Document, papers[year])
        document.added_at = officer.clock().replace(year=year)
        officer.session.flush()

    newest = search.search(officer, WORD)
    assert (found(newest), newest.is_all) == ([papers[2023]], False)
    assert found(search.search(officer, WORD, order=search.ORDERS["lama"])) == [papers[2021]]
    assert found(search.search(officer, WORD, choice={"tahun": "2022"})) == [papers[2022]]
    assert found(search.search(officer, WORD, choice={"tingkat": "3"})) == []


def test_r37_what_waits_in_the_tray_for_others_does_not_make_the_papers_of_somebody_many(
    officer: UnitOfWork, person: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "FEW_PAPERS", 0)
    hand_in(officer)
    put_into_tray(officer, hand_in(officer))
    examiner, propam = (
        replace(officer, actor=person(role, role)) for role in ("piket_reskrim", "piket_propam")
    )
    assert access.few(examiner) == []
    assert access.few(propam) is None, "he sorts what waits there"


def test_what_an_address_cannot_mean_is_left_out() -> None:
    given = {
        "jenis": "Warga Contoh",
        "layanan": "sktlk",
        "tahun": "20265",
        "unit": "a b",
        "tingkat": "9",
    }
    assert search_facets.chosen(given) == {"layanan": "sktlk"}


def test_r37_the_code_of_a_label_is_the_same_in_the_index(officer: UnitOfWork) -> None:
    label = "Surat"
    paper = hand_in(officer, label)
    entries = officer.session.scalars(select(Page.facets).where(Page.document_id == paper)).one()
    assert ingest.entry(ingest.Facet.KIND, ingest.code_of(label)) in entries
    assert ingest.entry(ingest.Facet.LEVEL, "0") in entries


def test_r37_older_papers_are_searched_also_where_none_of_the_newest_is_as_chosen(
    officer: UnitOfWork, person: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest are photos in a case only that the actor does not see: the index finds them, and
    he learns nothing of it.
    """
    for name, value in {
        "NEWEST_BLOCKS": 1,
        "NEAREST_BLOCKS": 1,
        "ENOUGH": 1,
        "CANDIDATES": 2,
    }.items():
        monkeypatch.setattr(f"archive.search.{name}", value)
    monkeypatch.setattr(access, "few", lambda work: None)
    photo = hand_in(officer, "Foto")
    read_on(officer, 300)
    elsewhere = desk.new_case(replace(officer, actor=person("tina", "petugas", unit="lain")))
    for no in "abc":
        letter = hand_in(officer, text=f"{WORD} {no}")
        ingest.link(officer, elsewhere.id, letter, element="", label="Foto")

    assert found(search.search(officer, WORD, choice=code("Foto"))) == []
    assert found(search.search(officer, WORD, choice=code("Foto"), is_far=True)) == [photo]


def read_on(work: UnitOfWork, block: int) -> None:
    """As if so many pages had been read meanwhile."""
    work.session.connection().exec_driver_sql(
        f"alter table archive.page alter column seq restart with {block * BLOCK}"
    )
