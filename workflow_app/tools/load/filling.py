"""Mass data for benches: copied finished cases, and invented searchable pages.

A finished case of the demo is copied row by row inside the database: cases, tasks, steps, answers,
clocks and the audit log get new ids and earlier times. Each audit chain is hashed anew, so that an
audit of the site finds no fault. Letters and documents, and their events, stay with the original
case. Sealed answers keep their size; they can be opened only for the case they were copied from.

Invented pages are written into the tables, newest last; half of the documents belong to the
archive, half to cases. Word frequencies follow Zipf's law. Every page has a letter number and a
date, and some have a NIK or a plate, partly misread as OCR misreads them.
"""

import hashlib
import itertools
import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from archive import queries
from workflow_app.services.documents import ingest
from workflow_app.services.documents.search import ORDERS, Order
from workflow_app.services.documents.search_facets import Choice
from workflow_app.tools.load.officer import Unexpected
from workflow_app.tools.load.site import Notice, TrialSite, unheard

CHUNK = 10_000
TABLES = (
    "service_case",
    "task",
    "case_step",
    "submission",
    "sealed_answers",
    "case_clock",
    "audit_event",
    "audit_chain",
)

MODEL = """
    select id from service_case
    where process_key = 'sktlk' and outcome = 'selesai' and number like 'B-%%' order by number
        limit 1
"""
COPIES = """
    create temp table copied as
    select n, md5('case ' || n)::uuid as id, n * interval '5 minutes' as earlier
    from generate_series(%(first)s::int, %(last)s::int) n
"""
ROWS = (
    """
    insert into service_case (id, number, process_key, definition_id, unit, status, outcome, state,
        revision, passed, standing,
                              opened_at, opened_by, closed_at, data_key)
    select c.id, format('S-2026-%%s', lpad(n::text, 7, '0')), process_key, definition_id, unit,
        status, outcome, state, revision,
           passed, standing, opened_at - earlier, opened_by, closed_at - earlier, data_key
    from copied c, service_case m where m.id = %(model)s
    """,
    """
    insert into task (id, case_id, element, name, unit, role, begun_by, assignee_id, status,
        due_at, created_at, sent_by, done_at,
                      done_by)
    select md5(n || ' ' || t.id)::uuid, c.id, element, name, unit, role, begun_by, assignee_id,
        status, due_at - earlier,
           created_at - earlier, sent_by, done_at - earlier, done_by
    from copied c, task t where t.case_id = %(model)s
    """,
    """
    insert into case_step (case_id, no, at, path, stay_parts, stay_since, stay_ends)
    select c.id, no, at - earlier, path, stay_parts, array(select since - earlier from
        unnest(stay_since) since), stay_ends
    from copied c, case_step s where s.case_id = %(model)s
    """,
    """
    insert into submission (id, task_id, case_id, element, token, answers, submitted_at,
        submitted_by)
    select md5(n || ' ' || s.id)::uuid, md5(n || ' ' || s.task_id)::uuid, c.id, element, n || ' '
        || token, answers,
           submitted_at - earlier, submitted_by
    from copied c, submission s where s.case_id = %(model)s order by n, s.position
    """,
    """
    insert into sealed_answers (submission_id, field_group, sealed)
    select md5(n || ' ' || s.id)::uuid, field_group, sealed
    from copied c, submission s join sealed_answers a on a.submission_id = s.id where s.case_id =
        %(model)s
    """,
    """
    insert into case_clock (case_id, name, round, started_at, due_at, target_minutes,
        target_working_days, calendar,
                            calendar_valid_from, stopped_at)
    select c.id, name, round, started_at - earlier, due_at - earlier, target_minutes,
        target_working_days, calendar,
           calendar_valid_from, stopped_at - earlier
    from copied c, case_clock k where k.case_id = %(model)s
    """,
    (
        "insert into audit_chain (name, length, head) select 'case:' || id, 0, "
        "decode(repeat('00', 32), 'hex') from copied"
    ),
)
EVENTS = """
    select id, details from audit_event
    where case_id = %(model)s and action !~ '^(letter|document)[.]' and action <> 'case.archived'
        order by position
"""


def _part(text: str) -> str:
    """Return a field of an event in the form of its digest, preceded by its length."""
    return f"int8send(octet_length(convert_to({text}, 'UTF8'))::int8) || convert_to({text}, 'UTF8')"


_FIELDS = (
    "h.name", "%(position)s::text",
    """to_char((e.at - earlier) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00'""",
    "coalesce(e.actor_id::text, '')", "e.actor_name", "e.action", "c.id::text",
    "coalesce(e.element, '')", "%(details)s::text",
)  # fmt: skip
LINK = f"""
    with linked as (
        insert into audit_event (chain, position, at, actor_id, actor_name, action, case_id,
            element, details, previous, digest)
        select h.name, %(position)s, e.at - earlier, e.actor_id, e.actor_name, e.action, c.id,
            e.element, e.details, h.head,
               sha256(h.head || {" || ".join(map(_part, _FIELDS))})
        from copied c join audit_chain h on h.name = 'case:' || c.id, audit_event e where e.id =
            %(event)s
        returning chain, digest
    )
    update audit_chain set length = %(position)s, head = linked.digest from linked where name =
        linked.chain
"""  # noqa: S608 - put together from the constants above


def fill(site: TrialSite, count: int, notice: Notice = unheard) -> None:
    """Make `count` finished cases on a site with the demo cases and update the planner's
    statistics. Raises `Unexpected`.
    """
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        copy(connection, count, notice)
        for table in TABLES:
            connection.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(table)))


def copy(connection: psycopg.Connection[Any], count: int, notice: Notice = unheard) -> None:
    """Copy the first finished case `count` times. Raises `Unexpected` when there is none."""
    found = connection.execute(MODEL).fetchone()
    if found is None:
        raise Unexpected("there is no finished case")
    values: dict[str, Any] = {"model": found[0]}
    events = connection.execute(EVENTS, values).fetchall()
    for first in range(1, count + 1, CHUNK):
        last = min(first + CHUNK - 1, count)
        with connection.transaction():
            connection.execute(COPIES, {"first": first, "last": last})
            connection.execute("analyze copied")
            for statement in ROWS:
                connection.execute(statement, values)
            for position, (event, details) in enumerate(events, start=1):
                told = json.dumps(
                    details, ensure_ascii=False, sort_keys=True, separators=(",", ":")
                )
                connection.execute(LINK, {"position": position, "event": event, "details": told})
            connection.execute("drop table copied")
        notice(f"{last} finished cases are there")


SEED = 6306
PAGES_PER_DOCUMENT = 2
WORDS_PER_PAGE = 120
VOCABULARY = 30_000
DOCUMENTS_PER_CASE = 20
TOLD_EVERY = 50_000
_BEGAN = datetime(2020, 1, 2, tzinfo=UTC)
_FREQUENT = (
    "surat", "yang", "kepolisian", "laporan", "kehilangan", "tanggal", "nomor", "pelapor",
    "kendaraan", "kecamatan",
)  # fmt: skip
_BEGINNINGS = (
    "ba", "be", "bi", "bu", "ca", "da", "ga", "ka", "ke", "la", "ma", "me", "pa", "pe", "ra", "sa",
    "se", "ta",
    "te", "wa",
)  # fmt: skip
_ENDS = [
    "kan",
    "ran",
    "tan",
    "lam",
    "ting",
    "sung",
    "bar",
    "gal",
    "rit",
    "pun",
    "nas",
    "dek",
    "mor",
    "lis",
]

_BLOBS = """
    insert into archive.blob (sha256, size, media_type, version_id, stored_at)
    select encode(sha256(('contoh ' || n)::bytea), 'hex'), 1, 'image/jpeg', 'contoh', now()
    from generate_series(1, %(documents)s::int) n
"""
_DOCUMENTS = """
    insert into archive.document (id, blob_sha256, media_type, pages, label, origin, status,
        status_reason, level, added_at)
    select md5('contoh ' || n)::uuid, encode(sha256(('contoh ' || n)::bytea), 'hex'), 'image/jpeg',
        %(pages)s::int,
           (array['Surat contoh', 'Surat contoh', 'Surat contoh', 'Kartu contoh', 'Foto contoh'])[1
               + n / 2 %% 5],
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
    update service_case set process_key = case when md5(number) < '02' then 'complaint' else 'lp'
        end
    where number like 'S-%%' and md5(number) < '40'
"""
"""Makes a quarter of the cases police reports and one in a hundred a complaint, as far as a search
reads them.
"""
_GIVE_FACETS = """
    update archive.document d set facets = found.facets from (
        select document_id, array_agg(entry order by entry) as facets from (
            select id as document_id, '=l:' || level as entry from archive.document
            union select id, '=j:' || left(encode(sha256(convert_to(label, 'UTF8')), 'hex'), 12)
                from archive.document
            union select document_id, '=k:' || c.process_key from case_document join service_case c
                on c.id = case_id
            union select document_id, '=u:' || c.unit from case_document join service_case c on
                c.id = case_id
        ) entries group by document_id
    ) found where found.document_id = d.id
"""
"""Sets facets like `paper_facets.renew` does for single documents; a test compares both."""
_FACETS = "select id, facets from archive.document"
_INDEX = "select pg_get_indexdef('archive.ix_page_tsv'::regclass)"
"""Definition of the index in the migrations; building it at once takes a tenth of the time."""
_PAGES = """
    copy archive.page (document_id, no, text, confidence, words, width, height,
        source, reason, numbers, facets) from stdin
"""


class Library:
    """The invented pages, reproducible by the seed."""

    def __init__(self, pages: int, seed: int = SEED) -> None:
        self.pages = pages
        self.seed = seed
        syllables = ["".join(parts) for parts in itertools.product(_BEGINNINGS, _BEGINNINGS, _ENDS)]
        endings = itertools.product(syllables, ("", *_ENDS))
        self.words = [
            *_FREQUENT,
            *itertools.islice(("".join(parts) for parts in endings), VOCABULARY),
        ]
        self._weights = list(
            itertools.accumulate(1 / (rank + 2) for rank in range(len(self.words)))
        )

    def page(self, number: int) -> str:
        """Return the text of one page."""
        chance = random.Random(self.seed * 1_000_003 + number)  # noqa: S311 - invented papers, nothing secret
        words = chance.choices(self.words, cum_weights=self._weights, k=WORDS_PER_PAGE)
        head = f"Nomor {self.letter(number)} tanggal {self.day(number):%d-%m-%Y}"
        if number % 3 == 0:
            head += f" NIK {self.nik(number)}"
        if number % 5 == 0:
            head += f" kendaraan {self.plate(number)}"
        if number % 7 == 0:
            head = head.replace("0", "O").replace("1", "l")  # misread
        return f"{head} {' '.join(words)}"

    def letter(self, number: int) -> str:
        """Return its letter number."""
        return f"SKTLK/{number % 10_000:04d}/IV/{2020 + number % 7}/SPKT"

    def day(self, number: int) -> datetime:
        """Return its date."""
        return _BEGAN + timedelta(days=number % 2400)

    def nik(self, number: int) -> str:
        """Return the NIK on it."""
        return f"6306{number % 10**12:012d}"

    def plate(self, number: int) -> str:
        """Return the plate on it."""
        return f"DA {1000 + number % 9000} {'ABCDEFGH'[number % 8]}{'KLMN'[number % 4]}"

    def narrowed(self) -> Iterator[tuple[str, str, Choice, Order]]:
        """Yield searches for frequent and rare words with wide and narrow filters, and with the
        oldest pages first.
        """
        for kind, choice in (
            ("narrowed by year", {"tahun": "2022"}),
            ("narrowed by service", {"layanan": "lp"}),
            ("narrowed by a rare service", {"layanan": "complaint"}),
            ("narrowed by level", {"tingkat": "2"}),
            (
                "narrowed by kind and year",
                {"jenis": ingest.code_of("Foto contoh"), "tahun": "2021"},
            ),
        ):
            for word in (self.words[0], self.words[150]):
                yield kind, word, choice, ORDERS[""]
        yield "oldest first", self.words[0], {}, ORDERS["lama"]
        yield "newest first", self.words[3], {}, ORDERS["baru"]

    def papers(self) -> Iterator[UUID]:
        """Yield documents of the archive for which similar ones are searched."""
        for share in (3, 5, 9):
            yield _document_id(self.pages // PAGES_PER_DOCUMENT // share // 2 * 2 + 2)

    def questions(self) -> Iterator[tuple[str, str]]:
        """Yield the queries by kind, from the most frequent word to one that is on no page."""
        yield from (("most frequent words", word) for word in ("surat", "yang", "kepolisian"))
        yield from (("frequent words", word) for word in self.words[5:25:4])
        yield from (("words in between", self.words[rank]) for rank in (60, 150, 400, 900, 2000))
        yield from (("rare words", self.words[rank]) for rank in (6000, 12_000, 20_000, 29_000))
        yield from (
            ("several words", f"{self.words[rank]} surat laporan") for rank in (10, 100, 1000)
        )
        yield "a phrase", '"surat kehilangan"'
        yield "one of two", f"{self.words[70]} or {self.words[3000]}"
        chance = random.Random(self.seed)  # noqa: S311 - invented papers, nothing secret
        for number in (chance.randrange(self.pages) // 105 * 105 for _ in range(3)):
            yield "letter numbers", self.letter(number)
            yield "NIK", self.nik(number)
            yield "plates", self.plate(number).replace(" ", "").lower()
            yield "dates", f"{self.day(number):%d/%m/%Y}"
        yield "nothing", "tidakadahalamannya"


def fill_invented_page(site: TrialSite, library: Library, notice: Notice = unheard) -> None:
    """Write the pages and update the planner's statistics. Raises `Unexpected`."""
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        write(connection, library, notice)
        for table in ("archive.document", "archive.page", "case_document", "service_case", "task"):
            connection.execute(
                sql.SQL("vacuum analyze {}").format(sql.Identifier(*table.split(".")))
            )


def write(connection: psycopg.Connection[Any], library: Library, notice: Notice = unheard) -> None:
    """Write documents, the cases of every second one, pages, and the index last. Raises
    `Unexpected` without a finished case.
    """
    documents = -(-library.pages // PAGES_PER_DOCUMENT)
    copy(connection, documents // DOCUMENTS_PER_CASE + 1)
    values = {"documents": documents, "pages": PAGES_PER_DOCUMENT, "archive": ingest.ARCHIVE}
    for statement in (
        _BLOBS,
        _DOCUMENTS,
        _OTHER_PROCESSES,
        _ANALYZE,
        _OF_CASES,
        _ANALYZE,
        _GIVE_FACETS,
    ):
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
    keys = queries.keys_of(content)
    known = facets[document_id]
    return (document_id, page + 1, content, 90.0, Jsonb([]), 1240, 1754, "ocr", "", keys, known)


def _document_id(number: int) -> UUID:
    """Return the id that `_DOCUMENTS` makes in the database."""
    return UUID(hashlib.md5(f"contoh {number}".encode(), usedforsecurity=False).hexdigest())
