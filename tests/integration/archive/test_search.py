"""Finding papers by what is written on them, on the real full-text search."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from archive import documents, queries
from archive.blobs import Blobs
from archive.models import BLOCK, Document
from archive.page_content import MARK_END, MARK_START, PageText
from archive.search import Order, Scope, find, onward, search
from tests.unit.archive.test_words import FORMS

LETTER = (
    "SURAT KETERANGAN TANDA LAPOR KEHILANGAN Nomor SKTLK/0123/IV/2026/SPKT. Pelapor Warga "
    "Contoh menerangkan telah "
    "kehilangan satu lembar surat izin mengemudi di sekitar pasar. Kendaraan DA 1234 XYZ."
)


@pytest.fixture
def keep(db_session: Session, blobs: Blobs, now: datetime):
    """Keep a document with these pages and return its id."""

    def keep(*texts: str, label: str = "Surat") -> UUID:
        added = documents.add(
            db_session,
            blobs,
            uuid4().bytes,
            media_type="image/jpeg",
            pages=len(texts),
            origin="unggah",
            label=label,
            at=now,
        )
        pages = [
            PageText(no, text, 90.0, [], 100, 100, "ocr") for no, text in enumerate(texts, start=1)
        ]
        documents.save_pages(db_session, added.document_id, pages)
        return added.document_id

    return keep


def ids(hits) -> list[UUID]:
    return [hit.document_id for hit in hits]


@pytest.mark.parametrize(
    "query",
    [
        "kehilangan",
        "hilang",
        "melapor",
        "laporan",
        "KEHILANGAN Surat",
        '"surat izin mengemudi"',
        "SKTLK/0123/IV/2026/SPKT",
        "DA 1234 XYZ",
        "Kendaraan",
        "pasar -toko",
        "toko or pasar",
        "surat yang hilang di pasar",
        "0123/IV/2026",
        "sktlk/123/iv/2026/spkt",
        "da1234xyz",
        "kehilangan da 1234 xyz",
    ],
)
def test_r37_a_paper_is_found_by_words_word_forms_phrases_and_numbers(
    db_session: Session,
    keep,
    query: str,
) -> None:
    wanted = keep("halaman lain", LETTER)
    keep("undangan rapat koordinasi")
    (hit,) = search(db_session, query)
    assert (hit.document_id, hit.page, hit.label) == (wanted, 2, "Surat")


@pytest.mark.parametrize(
    "query",
    ["", "   ", "tidakada", "pasar -kehilangan", '"izin surat"', "\x00", "-", '"', "& | !", "':*"],
)
def test_queries_that_find_nothing_do_no_harm(db_session: Session, keep, query: str) -> None:
    keep(LETTER)
    assert search(db_session, query) == []


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("penipuan", "Warga Contoh tertipu sesama warga"),
        ("tipu", "perkara penipuan lewat telepon"),
        ("penerima", "surat telah diterima petugas"),
        ("kepala desa", "surat kepala desa"),
        ("13 April 2026", "dibuat di Kandangan, l3-O4-2026"),
        ("6306050102900001", "NIK 63O6 0501 0290 0001"),
        ("yang", "barang yang hilang"),
    ],
)
def test_r37_a_paper_is_found_where_the_stemmer_or_the_reader_of_the_page_errs(
    db_session: Session, keep, query: str, written: str
) -> None:
    wanted = keep(written)
    keep("undangan rapat koordinasi pala dan rempah desa, 14 April 2026, 6306050102900002")
    (hit,) = search(db_session, query)
    assert hit.document_id == wanted
    assert MARK_START in hit.snippet


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("perampasan", "kendaraan dirampas dua orang"),
        ("curi", "laporan pencurian dengan pemberatan"),
        ("merusak", "perkara perusakan pagar"),
        ("penyidik", "surat perintah penyidikan"),
        ("menabrak", "kecelakaan lalu lintas, tabrakan dua kendaraan"),
        ("kendaraan", "pengendara itu mengendarainya sendiri"),
    ],
)
def test_r37_a_paper_is_found_by_any_form_of_a_word_whose_root_is_known(
    db_session: Session, keep, query: str, written: str
) -> None:
    wanted = keep(written)
    keep("undangan rapat koordinasi di pasar, tiga karung ampo dan lidi")
    (hit,) = search(db_session, query)
    assert hit.document_id == wanted
    assert MARK_START in hit.snippet


def test_the_database_has_the_stems_that_forms_are_chosen_by(db_session: Session) -> None:
    """Both are made of the same rules of Snowball; another version of either might part them."""
    every = sorted({form for root, forms in FORMS.items() for form in (root, *forms.split())})
    vectors = [func.to_tsvector("indonesian", form) for form in every]
    asked = [func.array_to_string(func.tsvector_to_array(vector), " ") for vector in vectors]
    found = list(db_session.execute(select(*asked)).one())
    assert found == [queries.database_stem(form) for form in every]


def test_results_are_told_page_by_page(db_session: Session, keep) -> None:
    keep(*["kata yang sama"] * 7)
    every = [(hit.document_id, hit.page) for hit in search(db_session, "kata")]
    pages = [search(db_session, "kata", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [(hit.document_id, hit.page) for some in pages for hit in some] == every
    assert len(every) == 7


def test_r37_the_newest_pages_are_asked_first_and_all_when_they_hold_too_few(
    db_session: Session, keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.search.ENOUGH", 2)
    monkeypatch.setattr("archive.search.NEWEST_BLOCKS", 2)
    monkeypatch.setattr("archive.search.NEAREST_BLOCKS", 1)
    old = keep("kata biasa", "kata langka")
    read_on(db_session, 244)
    new, hidden = keep("kata biasa", "kata biasa"), keep("kata biasa")
    assert set(ids(search(db_session, "biasa"))) == {new, hidden}
    assert ids(search(db_session, "langka")) == [old]
    assert set(ids(search(db_session, "biasa", document_ids=[old, new]))) == {new}
    assert ids(search(db_session, "biasa", document_ids=[old])) == [old]


def test_r37_of_a_word_in_between_so_many_blocks_are_asked_as_should_hold_enough(
    db_session: Session, keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "NEWEST_BLOCKS": 2,
        "NEAREST_BLOCKS": 1,
        "ENOUGH": 4,
        "CANDIDATES": 4,
    }.items():
        monkeypatch.setattr(f"archive.search.{name}", value)
    read_on(db_session, 10)
    oldest = keep("kata biasa", "kata biasa")
    read_on(db_session, 296)
    older = keep("kata biasa", "kata biasa", "kata biasa")
    read_on(db_session, 300)
    newest = keep("kata biasa")

    found = find(db_session, "biasa", Scope())
    assert ({one.document_id for one in found.found}, found.is_all) == ({newest, older}, False)
    found = find(db_session, "biasa", Scope([oldest]))
    assert ([one.document_id for one in found.found], found.is_all) == ([oldest, oldest], True)
    monkeypatch.setattr("archive.search.WIDE", 3)
    assert find(db_session, "biasa", Scope([oldest])).found == [], "three newer ones were looked at"
    found = find(db_session, "biasa", Scope(), Order.OLDEST)
    assert {one.document_id for one in found.found} >= {oldest}


def test_r37_of_a_frequent_word_of_which_little_may_be_seen_some_more_of_the_newest_blocks_are_asked(  # noqa: E501 - a sentence
    db_session: Session, keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds = {
        "NEWEST_BLOCKS": 2,
        "NEAREST_BLOCKS": 1,
        "FREQUENT_BLOCKS": 3,
        "ENOUGH": 2,
        "CANDIDATES": 3,
    }
    for name, value in bounds.items():
        monkeypatch.setattr(f"archive.search.{name}", value)
    read_on(db_session, 290)
    older = keep("kata biasa", "kata biasa")
    read_on(db_session, 298)
    newer = keep("kata biasa", "kata biasa")
    read_on(db_session, 300)
    hidden = keep("kata biasa", "kata biasa", "kata biasa")

    found = find(db_session, "biasa", Scope([older, newer]))
    assert ([one.document_id for one in found.found], found.is_all) == ([newer, newer], False)
    assert {one.document_id for one in find(db_session, "biasa", Scope([older, hidden])).found} == {
        hidden
    }


def test_r37_who_may_see_none_of_the_newest_finds_has_older_ones_looked_at(
    db_session: Session, keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds = {
        "NEWEST_BLOCKS": 2,
        "NEAREST_BLOCKS": 1,
        "FREQUENT_BLOCKS": 2,
        "ENOUGH": 2,
        "CANDIDATES": 2,
        "WIDE": 2,
    }
    for name, value in bounds.items():
        monkeypatch.setattr(f"archive.search.{name}", value)
    read_on(db_session, 290)
    oldest = keep("kata biasa")
    for block in (295, 299, 300):
        read_on(db_session, block)
        keep("kata biasa", "kata biasa", "kata biasa")

    assert not find(db_session, "biasa", Scope([oldest])).found
    for order in Order:
        (stretch,) = onward(db_session, "biasa", Scope([oldest]), order, seconds=60)
        assert [one.document_id for one in stretch.found] == [oldest]
    monkeypatch.setattr("archive.search.monotonic", iter(range(0, 1000, 100)).__next__)
    assert not list(onward(db_session, "biasa", Scope([oldest]), seconds=60))


def test_what_stands_on_a_page_lies_beside_its_row(db_session: Session, keep) -> None:
    document_id = keep(f"{LETTER} " * 12)
    beside = text(
        "select pg_column_toast_chunk_id(text) is not null, pg_column_toast_chunk_id(tsv) is "
        "not null from archive.page"
        " where document_id = :id"
    )
    assert db_session.execute(beside, {"id": document_id}).one() == (True, True)


def read_on(session: Session, block: int) -> None:
    """The next page is the first of this block."""
    session.connection().exec_driver_sql(
        f"alter table archive.page alter column seq restart with {block * BLOCK}"
    )


def test_the_found_words_are_marked_and_the_rest_is_safe_for_a_page(
    db_session: Session, keep
) -> None:
    keep(
        f"<script>alert('x')</script> kehilangan & {MARK_START}palsu{MARK_END} \"kutipan\" "
        "<b>tebal</b>"
    )
    (hit,) = search(db_session, "kehilangan")
    assert f"{MARK_START}kehilangan{MARK_END}" in hit.snippet
    assert "<" not in hit.snippet
    assert "&amp;" in hit.snippet
    assert hit.snippet.count(MARK_START) == hit.snippet.count(MARK_END) == 1


def test_a_snippet_is_short_and_around_the_words(db_session: Session, keep) -> None:
    keep("awal " * 2000 + "di sini kehilangan dompet " + "akhir " * 2000)
    (hit,) = search(db_session, "dompet")
    assert f"{MARK_START}dompet{MARK_END}" in hit.snippet
    assert len(hit.snippet) < 300


def test_pages_with_more_of_the_words_come_first(db_session: Session, keep) -> None:
    once = keep("dompet " + "lain " * 50)
    often = keep("dompet dompet dompet hilang dompet")
    assert ids(search(db_session, "dompet")) == [often, once]


def test_only_papers_that_may_be_seen_are_found(db_session: Session, keep) -> None:
    seen, hidden = keep(LETTER, label="Boleh"), keep(LETTER, label="Rahasia")
    assert ids(search(db_session, "kehilangan", document_ids=[seen])) == [seen]
    assert search(db_session, "kehilangan", document_ids=[]) == []
    allowed = select(Document.id).where(Document.label == "Boleh")
    assert ids(search(db_session, "kehilangan", document_ids=allowed)) == [seen]
    assert set(ids(search(db_session, "kehilangan"))) == {seen, hidden}


def test_the_number_of_hits_is_bounded(db_session: Session, keep) -> None:
    keep(*["kata yang sama"] * 7)
    assert len(search(db_session, "kata", limit=5)) == 5


def test_a_query_as_long_as_a_book_is_cut(db_session: Session, keep) -> None:
    keep(LETTER)
    assert search(db_session, "kehilangan " * 50_000)


def test_r37_however_the_database_joins_them_the_newest_of_those_that_may_be_seen_are_found(
    db_session: Session, keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.search.CANDIDATES", 2)
    papers = [keep(f"kehilangan dompet {no}") for no in range(12)]
    # Joined in the order of ids, as a database may that knows of a better way than one by one.
    for way in ("nestloop", "hashjoin"):
        db_session.connection().exec_driver_sql(f"set local enable_{way} = off")
    scope = Scope(select(Document.id).where(Document.label == "Surat"))
    assert set(ids(find(db_session, "dompet", scope, Order.NEWEST).found)) == set(papers[-2:])
    assert set(ids(find(db_session, "dompet", scope, Order.OLDEST).found)) == set(papers[:2])
