"""How the parts are that the site stands on: what the probes ask, and what the pages say while one is away.

Without the database, or on a database of another revision, nothing can be done: the site is *unready*. Everything else only
takes a part of the work away: the site is *degraded*, and keeps serving.
"""

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from ocr import engine
from ocr.errors import OcrError
from ocr.sandbox import Sandbox
from ocr.types import Limits, Options
from workflow_app.errors import DatabaseAway, ReaderAway, StorageAway
from workflow_app.migrations import commands
from workflow_app.models.heartbeat import Heartbeat
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works, translated
from workflow_app.types import SYSTEM

DATABASE, SCHEMA, STORAGE, READER, DISK = "database", "schema", "storage", "reader", "disk"
FOLDER, MAILBOX = "scanner_folder", "mailbox"
"""Ways by which papers come by themselves, where they are set up."""
LOCK, FIXITY = "lock", "fixity"
"""What was last found out about the archive: does the store keep what it holds, are the bytes what they were."""
WHOLE = "fixity_whole"
"""The same of the last look at every byte; of those that read a sample only `FIXITY` tells."""
BEATS: Mapping[str, float] = {"counter": 60, "reading": 60, "scheduler": 180}
"""Parts of the background process, and after how many silent seconds each counts as standing still."""
INTAKE_LATE = 300.0
"""The same for these ways."""
NEEDED = frozenset({DATABASE, SCHEMA})
"""Without these no page that shows data works."""
LEAST_ROOM = 1_000_000_000
"""Free bytes below which the disk is reported."""

OK, AWAY, LATE, WRONG, LOW, UNKNOWN = "ok", "away", "late", "wrong", "low", "unknown"

SENTENCES: Mapping[str, str] = {
    DATABASE: DatabaseAway.sentence,
    SCHEMA: "Basis data sedang dimutakhirkan, jadi sebagian halaman belum dapat dibuka. Tunggu sebentar, lalu coba lagi.",
    STORAGE: StorageAway.sentence,
    READER: ReaderAway.sentence,
    DISK: "Ruang simpan server hampir penuh. Pekerjaan masih dapat diteruskan; minta admin menambah ruang.",
    LOCK: "Penyimpanan arsip tidak mengunci dokumen sebagaimana mestinya. Pekerjaan dapat diteruskan; beri tahu admin sekarang.",
    FIXITY: "Pemeriksaan menemukan dokumen arsip yang rusak atau hilang. Pekerjaan dapat diteruskan; beri tahu arsiparis dan admin.",
    "counter": "Pekerjaan latar belakang sedang berhenti. Formulir tetap dapat diisi dan disimpan; cetak surat dan "
    "pengarsipan menunggu, lalu berjalan sendiri setelah pulih. Beri tahu admin.",
    "reading": "Pembacaan pindaian sedang berhenti. Pindaian tetap tersimpan dan dapat dibuka; isinya belum dapat dicari.",
    FOLDER: "Folder pemindai tidak dapat dibuka atau dikosongkan, jadi pindaian di sana belum diambil semua. File di dalamnya tidak "
    "hilang; sementara itu masukkan pindaian lewat Tumpukan pindai. Beri tahu admin.",
    MAILBOX: "Kotak surat elektronik tidak dapat dibaca, jadi surat baru belum diambil semua. Surat tetap ada di servernya dan "
    "diambil setelah pulih. Beri tahu admin.",
}
"""What is not possible now and what still is, for the people who work meanwhile."""


@dataclass(frozen=True)
class Part:
    """How one part is. `facts` are for the operator: numbers and revisions, no addresses."""

    name: str
    state: str = OK
    facts: Mapping[str, Any] = field(default_factory=dict)


Look = Callable[[], list[Part]]


def looks(works: Works, watched_folder: str, intakes: Collection[str] = ()) -> dict[str, Look]:
    """The probes of a web process, by the part whose silence they would share. `intakes` are the ways that are set up."""
    found: dict[str, Look] = {
        DATABASE: lambda: _database(works, intakes),
        STORAGE: lambda: _storage(works),
    }
    if watched_folder:
        found[DISK] = lambda: [_disk(Path(watched_folder))]
    return found


def beat(work: UnitOfWork, name: str, facts: Mapping[str, Any] | None = None) -> None:
    """Leave a sign of life. The database's clock is taken, so that it does not matter whose clock is wrong."""
    row = {"name": name, "at": func.clock_timestamp(), "facts": dict(facts or {})}
    statement = insert(Heartbeat).values(**row)
    work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Heartbeat.name],
            set_={"at": statement.excluded.at, "facts": statement.excluded.facts},
        )
    )


def reader_version() -> str | None:
    """The version of Tesseract with the languages we need; None when it is not there. Takes seconds at most, and for the worker
    only: what it loads is there when the first paper comes."""
    try:
        with (
            TemporaryDirectory(prefix="periksa-") as folder,
            Sandbox(Limits(), Path(folder), is_preloaded=True) as sandbox,
        ):
            return engine.probe(sandbox, Options()).version
    except (OcrError, OSError):
        return None


def _database(works: Works, intakes: Collection[str]) -> list[Part]:
    with works.begin(SYSTEM) as work:
        work.session.execute(text("set local statement_timeout = '1500ms'"))
        current, wanted = _revision(work), commands.head()
        parts = [
            Part(DATABASE),
            Part(SCHEMA, OK if current == wanted else WRONG, {"database": current, "code": wanted}),
        ]
        if current != wanted:
            return parts
        return [*parts, *beats(work), *ways_in(work, intakes), *safe(work)]


def _revision(work: UnitOfWork) -> str:
    if not work.session.scalar(text("select to_regclass('alembic_version') is not null")):
        return ""
    return str(work.session.scalar(text("select version_num from alembic_version")) or "")


def beats(work: UnitOfWork) -> list[Part]:
    """The parts of the background process by their signs of life, and what it said of the reader."""
    age = func.extract("epoch", func.clock_timestamp() - Heartbeat.at)
    rows = {
        row.name: row
        for row in work.session.execute(select(Heartbeat.name, Heartbeat.facts, age.label("age")))
    }
    parts = []
    for name, limit in BEATS.items():
        if name not in rows:
            parts.append(Part(name, LATE, {"age_seconds": None}))
            continue
        seconds = round(float(rows[name].age), 1)
        # An age below zero: the clock was set back since. The next sign of life puts it right.
        state = OK if -limit <= seconds <= limit else LATE
        parts.append(Part(name, state, {"age_seconds": seconds}))
    if "reading" in rows and "tesseract" in (facts := rows["reading"].facts):
        parts.append(Part(READER, OK if facts["tesseract"] else AWAY, {"tesseract": facts["tesseract"]}))
    else:
        parts.append(Part(READER, UNKNOWN))
    return parts


def ways_in(work: UnitOfWork, intakes: Collection[str]) -> list[Part]:
    """How the folder of the scanner and the mailbox were when they were last looked into."""
    age = func.extract("epoch", func.clock_timestamp() - Heartbeat.at)
    rows = work.session.execute(
        select(Heartbeat.name, Heartbeat.facts, age.label("age")).where(Heartbeat.name.in_(intakes))
    )
    known = {row.name: row for row in rows}
    parts = []
    for name in sorted(intakes):
        if name not in known:
            parts.append(Part(name, UNKNOWN))
            continue
        facts, seconds = known[name].facts, round(float(known[name].age), 1)
        state = LATE if abs(seconds) > INTAKE_LATE else OK if facts["is_sound"] else AWAY
        parts.append(Part(name, state, {**facts, "age_seconds": seconds}))
    return parts


def safe(work: UnitOfWork) -> list[Part]:
    """The last verdicts about the archive, none that was not reached yet. The public hears no hash."""
    rows = work.session.scalars(
        select(Heartbeat).where(Heartbeat.name.in_((LOCK, FIXITY))).order_by(Heartbeat.name.desc())
    )
    return [
        Part(
            row.name,
            OK if row.facts["is_sound"] else WRONG,
            {**{name: fact for name, fact in row.facts.items() if name != "wrong"}, "at": row.at.isoformat()},
        )
        for row in rows
    ]


def _storage(works: Works) -> list[Part]:
    with translated():
        works.blobs.ping()
    return [Part(STORAGE)]


def _disk(folder: Path) -> Part:
    free = shutil.disk_usage(folder).free
    return Part(DISK, OK if free >= LEAST_ROOM else LOW, {"free_bytes": free})
