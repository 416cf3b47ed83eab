"""Very many invented pages to search, written straight into the tables, newest last.

Half of the papers are of the archive, half of cases. Words come as words do, a few on almost every page and most on few (Zipf);
every page has a letter number, a date, and some a NIK or a plate, some of them misread as OCR misreads them.
"""

import hashlib
import itertools
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from archive import numbers
from workflow_app.services.finding.paper_narrowing import Choice
from workflow_app.services.finding.paper_search import ORDERS, Order
from workflow_app.services.papers import intake, paper_facets
from workflow_app.trials import finished_cases
from workflow_app.trials.notices import Notice, unheard
from workflow_app.trials.site import TrialSite

SEED = 6306
PAGES_PER_DOCUMENT = 2
WORDS_PER_PAGE = 120
VOCABULARY = 30_000
DOCUMENTS_PER_CASE = 20
TOLD_EVERY = 50_000
_BEGAN = datetime(2020, 1, 2, tzinfo=UTC)
_FREQUENT = (
    "surat", "yang", "kepolisian", "laporan", "kehilangan", "tanggal", "nomor", "pelapor", "kendaraan", "kecamatan",
)  # fmt: skip
_BEGINNINGS = (
    "ba", "be", "bi", "bu", "ca", "da", "ga", "ka", "ke", "la", "ma", "me", "pa", "pe", "ra", "sa", "se", "ta",
    "te", "wa",
)  # fmt: skip
_ENDS = ["kan", "ran", "tan", "lam", "ting", "sung", "bar", "gal", "rit", "pun", "nas", "dek", "mor", "lis"]

_BLOBS = """
    insert into archive.blob (sha256, size, media_type, version_id, stored_at)
    select encode(sha256(('contoh ' || n)::bytea), 'hex'), 1, 'image/jpeg', 'contoh', now()
    from generate_series(1, %(documents)s::int) n
"""
_DOCUMENTS = """
    insert into archive.document (id, blob_sha256, media_type, pages, label, origin, status, status_reason, level, added_at)
    select md5('contoh ' || n)::uuid, encode(sha256(('contoh ' || n)::bytea), 'hex'), 'image/jpeg', %(pages)s::int,
           (array['Surat contoh', 'Surat contoh', 'Surat contoh', 'Kartu contoh', 'Foto contoh'])[1 + n / 2 %% 5],
           case when n %% 2 = 0 then %(archive)s::text else 'upload' end, 'readable', '',
           case when n %% 1000 < 2 then 2 when n %% 50 < 2 then 1 else 0 end,
           timestamptz '2020-01-02 00:00Z' + interval '2400 days' * n / %(documents)s::int
    from generate_series(1, %(documents)s::int) n
"""
_ANALYZE = "analyze archive.document, service_case, case_document"
_OF_CASES = """
    insert into case_document (case_id, document_id, element, label, added_at)
    select c.id, d.id, 'persyaratan', d.label, d.added_at
    from generate_series(1, %(documents)s::int, 2) n
    join (select id, row_number() over (order by id) - 1 as position from service_case) c
    on c.position = n / 2 %% (select count(*) from service_case)
    join archive.document d on d.id = md5('contoh ' || n)::uuid
"""
_OTHER_PROCESSES = """
    update service_case set process_key = case when md5(number) < '02' then 'complaint' else 'lp' end
    where number like 'S-%%' and md5(number) < '40'
"""
"""A quarter of the cases are police reports and one of a hundred a complaint, as far as a search asks."""
_GIVE_FACETS = """
    update archive.document d set facets = found.facets from (
        select document_id, array_agg(entry order by entry) as facets from (
            select id as document_id, '=l:' || level as entry from archive.document
            union select id, '=j:' || left(encode(sha256(convert_to(label, 'UTF8')), 'hex'), 12) from archive.document
            union select document_id, '=k:' || c.process_key from case_document join service_case c on c.id = case_id
            union select document_id, '=u:' || c.unit from case_document join service_case c on c.id = case_id
        ) entries group by document_id
    ) found where found.document_id = d.id
"""
"""As `paper_facets.renew` does for a few; a test compares them."""
_FACETS = "select id, facets from archive.document"
_INDEX = "select pg_get_indexdef('archive.ix_page_tsv'::regclass)"
"""As the migrations make it; made at once, it takes a tenth of the time."""
_PAGES = """
    copy archive.page (document_id, no, text, confidence, words, width, height, source, reason, numbers, facets) from stdin
"""


class Library:
    """The invented pages. The same seed makes the same ones."""

    def __init__(self, pages: int, seed: int = SEED) -> None:
        self.pages = pages
        self.seed = seed
        syllables = ["".join(parts) for parts in itertools.product(_BEGINNINGS, _BEGINNINGS, _ENDS)]
        endings = itertools.product(syllables, ("", *_ENDS))
        self.words = [*_FREQUENT, *itertools.islice(("".join(parts) for parts in endings), VOCABULARY)]
        self._weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(self.words))))

    def page(self, number: int) -> str:
        """The text of one page."""
        chance = random.Random(self.seed * 1_000_003 + number)  # noqa: S311 - invented papers, nothing secret
        words = chance.choices(self.words, cum_weights=self._weights, k=WORDS_PER_PAGE)
        head = f"Nomor {self.letter(number)} tanggal {self.day(number):%d-%m-%Y}"
        if number % 3 == 0:
            head += f" NIK {self.nik(number)}"
        if number % 5 == 0:
            head += f" kendaraan {self.plate(number)}"
        if number % 7 == 0:
            head = head.replace("0", "O").replace("1", "l")  # as it is misread
        return f"{head} {' '.join(words)}"

    def letter(self, number: int) -> str:
        """Its letter number."""
        return f"SKTLK/{number % 10_000:04d}/IV/{2020 + number % 7}/SPKT"

    def day(self, number: int) -> datetime:
        """Its date."""
        return _BEGAN + timedelta(days=number % 2400)

    def nik(self, number: int) -> str:
        """The NIK on it."""
        return f"6306{number % 10**12:012d}"

    def plate(self, number: int) -> str:
        """The plate on it."""
        return f"DA {1000 + number % 9000} {'ABCDEFGH'[number % 8]}{'KLMN'[number % 4]}"

    def narrowed(self) -> Iterator[tuple[str, str, Choice, Order]]:
        """Frequent and rare words narrowed by what leaves much and by what leaves little, and the oldest pages first."""
        for kind, choice in (
            ("narrowed by year", {"tahun": "2022"}),
            ("narrowed by service", {"layanan": "lp"}),
            ("narrowed by a rare service", {"layanan": "complaint"}),
            ("narrowed by level", {"tingkat": "2"}),
            ("narrowed by kind and year", {"jenis": paper_facets.code_of("Foto contoh"), "tahun": "2021"}),
        ):
            for word in (self.words[0], self.words[150]):
                yield kind, word, choice, ORDERS[""]
        yield "oldest first", self.words[0], {}, ORDERS["lama"]
        yield "newest first", self.words[3], {}, ORDERS["baru"]

    def papers(self) -> Iterator[UUID]:
        """Papers of the archive to which similar ones are looked for."""
        for share in (3, 5, 9):
            yield _document_id(self.pages // PAGES_PER_DOCUMENT // share // 2 * 2 + 2)

    def questions(self) -> Iterator[tuple[str, str]]:
        """What is asked, by kind: of the most frequent word to one that is on no page."""
        yield from (("most frequent words", word) for word in ("surat", "yang", "kepolisian"))
        yield from (("frequent words", word) for word in self.words[5:25:4])
        yield from (("words in between", self.words[rank]) for rank in (60, 150, 400, 900, 2000))
        yield from (("rare words", self.words[rank]) for rank in (6000, 12_000, 20_000, 29_000))
        yield from (("several words", f"{self.words[rank]} surat laporan") for rank in (10, 100, 1000))
        yield "a phrase", '"surat kehilangan"'
        yield "one of two", f"{self.words[70]} or {self.words[3000]}"
        chance = random.Random(self.seed)  # noqa: S311 - invented papers, nothing secret
        for number in (chance.randrange(self.pages) // 105 * 105 for _ in range(3)):
            yield "letter numbers", self.letter(number)
            yield "NIK", self.nik(number)
            yield "plates", self.plate(number).replace(" ", "").lower()
            yield "dates", f"{self.day(number):%d/%m/%Y}"
        yield "nothing", "tidakadahalamannya"


def fill(site: TrialSite, library: Library, notice: Notice = unheard) -> None:
    """Write the pages; the planner is told. Raises `Unexpected`."""
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        write(connection, library, notice)
        for table in ("archive.document", "archive.page", "case_document", "service_case", "task"):
            connection.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(*table.split("."))))


def write(connection: psycopg.Connection[Any], library: Library, notice: Notice = unheard) -> None:
    """Documents, the cases of every second one, pages, and the index last. Raises `Unexpected` without a finished case."""
    documents = -(-library.pages // PAGES_PER_DOCUMENT)
    finished_cases.copy(connection, documents // DOCUMENTS_PER_CASE + 1)
    values = {"documents": documents, "pages": PAGES_PER_DOCUMENT, "archive": intake.ARCHIVE}
    for statement in (_BLOBS, _DOCUMENTS, _OTHER_PROCESSES, _ANALYZE, _OF_CASES, _ANALYZE, _GIVE_FACETS):
        connection.execute(statement, values)
    facets = dict(connection.execute(_FACETS).fetchall())
    definition = connection.execute(_INDEX).fetchone()
    connection.execute("drop index archive.ix_page_tsv")
    with connection.cursor() as cursor, cursor.copy(_PAGES) as rows:
        for number in range(library.pages):
            if number % TOLD_EVERY == 0:
                notice(f"{number} pages are written")
            rows.write_row(_row(library, number, facets))
    notice("the index is made")
    connection.execute(sql.SQL(definition[0] if definition else ""))


def _row(library: Library, number: int, facets: Mapping[UUID, list[str]]) -> tuple[object, ...]:
    document, page = divmod(number, PAGES_PER_DOCUMENT)
    document_id = _document_id(document + 1)
    content = library.page(number)
    keys = numbers.keys_of(content)
    known = facets[document_id]
    return (document_id, page + 1, content, 90.0, Jsonb([]), 1240, 1754, "ocr", "", keys, known)


def _document_id(number: int) -> UUID:
    """As the database makes it in `_DOCUMENTS`."""
    return UUID(hashlib.md5(f"contoh {number}".encode(), usedforsecurity=False).hexdigest())
