"""How the parts are that the site stands on: what the probes ask, and what the pages say while one
is away.

Without the database, or on a database of another revision, nothing can be done: the site is
*unready*. Everything else only takes a part of the work away: the site is *degraded*, and keeps
serving.

The watch of one process over the parts: asks each within a bounded time, remembers the answer, and
never hangs. Signs of life of the background process, for those who must watch the clocks themselves
when it stands still. What waits for a person to see to it: steps that failed or are held, and
messages that do not get through.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.dialects.postgresql import insert

from ocr import engine
from ocr.errors import OcrError
from ocr.sandbox import Sandbox
from ocr.types import Limits, Options
from workflow_app import logs
from workflow_app.domain import SYSTEM, DatabaseAway, ReaderAway, StorageAway
from workflow_app.migrations import commands
from workflow_app.models import Case, Heartbeat, Incident, Message
from workflow_app.permissions import INCIDENT_READERS, OUTBOX_KEEPERS, has_role
from workflow_app.services.cases import access
from workflow_app.services.core.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.messages.messages import SLIP

DATABASE, SCHEMA, STORAGE, READER, DISK = "database", "schema", "storage", "reader", "disk"
FOLDER, MAILBOX = "scanner_folder", "mailbox"
"""Ways by which papers come by themselves, where they are set up."""
LOCK, FIXITY = "lock", "fixity"
"""What was last found out about the archive: does the store keep what it holds, are the bytes what
they were.
"""
WHOLE = "fixity_whole"
"""The same of the last look at every byte; of those that read a sample only `FIXITY` tells."""
BEATS: Mapping[str, float] = {"counter": 60, "reading": 60, "scheduler": 180}
"""Parts of the background process, and after how many silent seconds each counts as standing still.
"""
INTAKE_LATE = 300.0
"""The same for these ways."""
NEEDED = frozenset({DATABASE, SCHEMA})
"""Without these no page that shows data works."""
LEAST_ROOM = 1_000_000_000
"""Free bytes below which the disk is reported."""

OK, AWAY, LATE, WRONG, LOW, UNKNOWN = "ok", "away", "late", "wrong", "low", "unknown"

SENTENCES: Mapping[str, str] = {
    DATABASE: DatabaseAway.sentence,
    SCHEMA: (
        "Basis data sedang dimutakhirkan, jadi sebagian halaman belum dapat dibuka. Tunggu "
        "sebentar, lalu coba lagi."
    ),
    STORAGE: StorageAway.sentence,
    READER: ReaderAway.sentence,
    DISK: (
        "Ruang simpan server hampir penuh. Pekerjaan masih dapat diteruskan; minta admin menambah "
        "ruang."
    ),
    LOCK: (
        "Penyimpanan arsip tidak mengunci dokumen sebagaimana mestinya. Pekerjaan dapat "
        "diteruskan; beri tahu admin sekarang."
    ),
    FIXITY: (
        "Pemeriksaan menemukan dokumen arsip yang rusak atau hilang. Pekerjaan dapat diteruskan; "
        "beri tahu arsiparis dan admin."
    ),
    "counter": "Pekerjaan latar belakang sedang berhenti. Formulir tetap "
    "dapat diisi dan disimpan; cetak "
    "surat dan "
    "pengarsipan menunggu, lalu berjalan sendiri setelah pulih. Beri tahu admin.",
    "reading": (
        "Pembacaan pindaian sedang berhenti. Pindaian tetap tersimpan dan dapat dibuka; isinya "
        "belum dapat dicari."
    ),
    FOLDER: "Folder pemindai tidak dapat dibuka atau dikosongkan, jadi "
    "pindaian di sana belum diambil "
    "semua. File di dalamnya tidak "
    "hilang; sementara itu masukkan pindaian lewat Tumpukan pindai. Beri tahu admin.",
    MAILBOX: "Kotak surat elektronik tidak dapat dibaca, jadi surat baru "
    "belum diambil semua. Surat "
    "tetap ada di servernya dan "
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
    """The probes of a web process, by the part whose silence they would share. `intakes` are the
    ways that are set up.
    """
    found: dict[str, Look] = {
        DATABASE: lambda: _database(works, intakes),
        STORAGE: lambda: _storage(works),
    }
    if watched_folder:
        found[DISK] = lambda: [_disk(Path(watched_folder))]
    return found


def beat(work: UnitOfWork, name: str, facts: Mapping[str, Any] | None = None) -> None:
    """Leave a sign of life. The database's clock is taken, so that it does not matter whose clock
    is wrong.
    """
    row = {"name": name, "at": func.clock_timestamp(), "facts": dict(facts or {})}
    statement = insert(Heartbeat).values(**row)
    work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Heartbeat.name],
            set_={"at": statement.excluded.at, "facts": statement.excluded.facts},
        )
    )


def reader_version() -> str | None:
    """The version of Tesseract with the languages we need; None when it is not there. Takes seconds
    at most, and for the worker only: what it loads is there when the first paper comes.
    """
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
    """The parts of the background process by their signs of life, and what it said of the
    reader.
    """
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
        parts.append(
            Part(READER, OK if facts["tesseract"] else AWAY, {"tesseract": facts["tesseract"]})
        )
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
    """The last verdicts about the archive, none that was not reached yet. The public hears no
    hash.
    """
    rows = work.session.scalars(
        select(Heartbeat).where(Heartbeat.name.in_((LOCK, FIXITY))).order_by(Heartbeat.name.desc())
    )
    return [
        Part(
            row.name,
            OK if row.facts["is_sound"] else WRONG,
            {
                **{name: fact for name, fact in row.facts.items() if name != "wrong"},
                "at": row.at.isoformat(),
            },
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


log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds within which a part answers, or counts as away."""
FRESH = 1.0
"""Seconds for which an answer is given again without asking: /readyz cannot be used to wear the
servers out.
"""
EVERY = 5.0
"""Seconds between two looks for the notices on the pages."""


@dataclass(frozen=True)
class Report:
    """How all parts were at one moment."""

    parts: tuple[Part, ...] = ()
    at: float = field(default_factory=time.monotonic)

    @property
    def status(self) -> str:
        """`ready`, `degraded` (some work waits) or `unready` (no page with data works)."""
        ill = {part.name for part in self.parts if part.state not in (OK, UNKNOWN)}
        if ill & NEEDED:
            return "unready"
        return "degraded" if ill else "ready"

    @property
    def sentences(self) -> tuple[str, ...]:
        """What people who work are told: the worst only, when one explains the others."""
        ill = [part.name for part in self.parts if part.state not in (OK, UNKNOWN)]
        if needed := [name for name in ill if name in NEEDED]:
            ill = needed[:1]
        elif "counter" in ill:
            ill = [name for name in ill if name != "reading"]
        return tuple(SENTENCES[name] for name in ill if name in SENTENCES)


class Watch:
    """Looks at the parts when asked. `automatic`: also in the background, when a page wants to know
    and it was long ago.
    """

    def __init__(self, looks: Mapping[str, Look], *, automatic: bool) -> None:
        self._looks = looks
        self._automatic = automatic
        self._asking = threading.Lock()
        self._running: dict[str, threading.Thread] = {}
        self._last: Report | None = None

    def report(self) -> Report:
        """How the parts are now; answers after `PATIENCE` seconds at the latest (twice that when
        two ask at once).
        """
        with self._asking:
            if self._last is None or time.monotonic() - self._last.at > FRESH:
                before = self._last
                self._last = Report(tuple(self._ask()))
                _tell_changes(before, self._last)
            return self._last

    def known(self) -> Report:
        """What is known, without waiting."""
        last = self._last
        is_old = last is None or time.monotonic() - last.at > EVERY
        if self._automatic and is_old and not self._asking.locked():
            threading.Thread(target=self.report, name="watch", daemon=True).start()
        return last or Report()

    def _ask(self) -> list[Part]:
        answers: dict[str, list[Part]] = {}
        for name, look in self._looks.items():
            if (before := self._running.get(name)) is None or not before.is_alive():
                # A probe that still hangs is not joined by a second one.
                thread = threading.Thread(
                    target=_look, args=(name, look, answers), name=name, daemon=True
                )
                self._running[name] = thread
                thread.start()
        deadline = time.monotonic() + PATIENCE
        for thread in self._running.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        return [part for name in self._looks for part in answers.get(name, [Part(name, AWAY)])]


def _look(name: str, look: Look, answers: dict[str, list[Part]]) -> None:
    try:
        answers[name] = look()
    except Exception as error:  # whatever it is, the part is not well
        log.debug("probe of %s: %s", name, logs.words_of(error))
        answers[name] = [Part(name, UNKNOWN if name == DISK else AWAY)]


def _tell_changes(before: Report | None, now: Report) -> None:
    known = {part.name: part.state for part in before.parts} if before else {}
    for part in now.parts:
        if known.get(part.name, OK) != part.state and part.state != UNKNOWN:
            level = logging.INFO if part.state == OK else logging.WARNING
            log.log(
                level,
                "%s is %s",
                part.name,
                part.state,
                extra={"facts": {"part": part.name, "state": part.state}},
            )


LABELS = {"counter": "Pekerjaan latar belakang", "scheduler": "Penjadwal"}
ALARMS = {
    "counter": "Pekerjaan latar belakang sedang berhenti, jadi peringatan "
    "batas waktu, pesan, dan surat "
    "tidak keluar sendiri. Awasi "
    "jamnya di sini, sampaikan lewat radio atau telepon, dan beri tahu admin sekarang. "
    "Formulir tetap dapat diisi dan disimpan.",
    "scheduler": (
        "Penjadwal sedang berhenti, jadi peringatan batas waktu dapat tertinggal. Awasi jamnya di "
        "sini dan beri tahu admin."
    ),
}


@dataclass(frozen=True)
class Sign:
    """When a part was last seen at work; None when it never was."""

    label: str
    age: timedelta | None
    is_late: bool


@dataclass(frozen=True)
class Vitals:
    """All signs, what is to be done when one is missing, and which sentence for everybody that
    makes superfluous.
    """

    signs: tuple[Sign, ...]
    alarm: str
    replaces: str


def read(work: UnitOfWork) -> Vitals:
    """How the background process is now. A worker that is away explains its scheduler."""
    parts = {part.name: part for part in beats(work) if part.name in LABELS}
    late = [name for name in LABELS if parts[name].state != OK]
    signs = tuple(
        Sign(label, _age(parts[name].facts["age_seconds"]), name in late)
        for name, label in LABELS.items()
    )
    alarm = ALARMS[late[0]] if late else ""
    return Vitals(signs, alarm, SENTENCES.get(late[0], "") if late else "")


def _age(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=max(0.0, seconds))


@dataclass(frozen=True)
class Stoppages:
    """How many of each the actor minds; nothing for whom they do not concern."""

    incidents: int = 0
    messages: int = 0
    """Tried already, not taken, and tried again by themselves; those that were given up are
    incidents.
    """


def read_stoppage(work: UnitOfWork) -> Stoppages:
    """What stands still now, as far as the actor is the one to see to it."""
    stuck = (
        (Message.status == "waiting") & (Message.channel != SLIP) & Message.last_error.is_not(None)
    )
    return Stoppages(
        incidents=_count(work, Incident, Incident.resolved_at.is_(None))
        if has_role(work.actor, INCIDENT_READERS)
        else 0,
        messages=_count(work, Message, stuck) if has_role(work.actor, OUTBOX_KEEPERS) else 0,
    )


def _count(
    work: UnitOfWork, kind: type[Incident] | type[Message], which: ColumnElement[bool]
) -> int:
    query = select(func.count()).select_from(kind).join(Case, Case.id == kind.case_id)
    return work.session.scalar(query.where(which, access.minds_case(work))) or 0
