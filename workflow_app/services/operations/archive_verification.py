"""Is what the archive keeps kept? The lock is tried, bytes are read back, holds are compared; the
verdict is an event and is seen.

What the archive has proven of itself, for those who answer for it: the lock that was tried, the
bytes that were read back.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from archive.models import Document
from workflow_app.domain import SYSTEM, SentraError
from workflow_app.models import AuditChain, AuditCheckpoint, AuditEvent, Heartbeat
from workflow_app.services.cases import walls
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.jobs import KEEPING, Running, periodic
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import access
from workflow_app.services.operations import health
from workflow_app.services.retention import holdings
from workflow_app.services.retention.holdings import Fixity, WormVerdict

log = logging.getLogger(__name__)

PROVE_AGAIN = 30.0
"""Seconds until the lock of a store that was away at the start is tried again."""
SAMPLE = 200
"""Blobs that are read back every day, chosen by chance. Beside them those that were wrong the last
time.
"""
REMEMBERED = 20
SAMPLED, WHOLE = "sample", "everything"
"""How much was read back, as the event says it."""


@dataclass
class Findings:
    """Answer to a whole look at the archive, filled while it goes on."""

    read: int = 0
    wrong: list[Fixity] = field(default_factory=list)
    differences: list[holdings.Difference] = field(default_factory=list)
    lock: WormVerdict | None = None

    @property
    def is_sound(self) -> bool:
        """Every byte is there and unchanged, every hold is as it should be, and the store lets
        nothing go.
        """
        return not self.wrong and not self.differences and self.lock is not None and self.lock.holds


def prove_lock(works: Works) -> WormVerdict:
    """Try whether the store keeps what it was told to keep; the verdict is an event."""
    with works.begin(SYSTEM) as work:
        verdict = holdings.prove_worm(work)
        facts: dict[str, Any] = {
            "is_sound": verdict.holds,
            "overwriting_refused": verdict.overwrite_kept,
            "deleting_refused": verdict.delete_refused,
            "shortening_refused": verdict.shorten_refused,
            "bypassing_refused": verdict.bypass_refused,
        }
        health.beat(work, health.LOCK, facts)
        unit_of_work.record(work, holdings.CHAIN, "archive.lock_tried", **facts)
    return verdict


def prove_at_start(works: Works) -> None:
    """Try the lock once, as soon as there is a store and a database to write it down. Waits for
    them; belongs into a thread.
    """
    while True:
        try:
            prove_lock(works)
        except SentraError as error:
            log.warning("the lock of the store could not be tried: %s", error.detail)
            time.sleep(PROVE_AGAIN)
        else:
            return


def check_sample(works: Works, size: int = SAMPLE) -> Findings:
    """Read some blobs back and hash them again: those that were wrong before, and others by chance.
    Every hold is compared: that reads no bytes.
    """
    found = Findings(differences=list(holdings.verify(works)))
    with works.begin(SYSTEM) as work:
        known = work.session.get(Heartbeat, health.FIXITY)
        for blob in holdings.verify_holding(
            work, again=known.facts["wrong"] if known else (), sample=size
        ):
            _note(found, blob)
        _conclude(work, found, SAMPLED)
    return found


def verify(works: Works) -> Iterator[Fixity | holdings.Difference | Findings]:
    """Look at everything; yields what is not as it should be as it is found, and all findings
    last.
    """
    found = Findings()
    holdings.settle_due(works)
    for difference in holdings.verify(works):
        found.differences.append(difference)
        yield difference
    with works.begin(SYSTEM) as work:
        for blob in holdings.verify_holding(work):
            _note(found, blob)
            if not blob.is_intact:
                yield blob
        _conclude(work, found, WHOLE)
    found.lock = prove_lock(works)
    yield found


def _note(found: Findings, blob: Fixity) -> None:
    found.read += 1
    if not blob.is_intact:
        found.wrong.append(blob)


def _conclude(work: UnitOfWork, found: Findings, extent: str) -> None:
    """The result as an event of the archive, and of each paper whose original is not intact; and
    where the site is watched.
    """
    facts: dict[str, Any] = {"read": found.read, "not_intact": len(found.wrong)}
    wrong = sorted(blob.sha256 for blob in found.wrong)
    health.beat(work, health.FIXITY, {"is_sound": not wrong, **facts, "wrong": wrong[:REMEMBERED]})
    if extent == WHOLE:
        health.beat(work, health.WHOLE, {"is_sound": not wrong, **facts})
    states = {blob.sha256: blob.state for blob in found.wrong}
    for document in work.session.scalars(
        select(Document)
        .where(Document.blob_sha256.in_(states), Document.disposed_at.is_(None))
        .order_by(Document.id)
    ):
        access.kept(work, document.id, "document.not_intact", state=states[document.blob_sha256])
    unit_of_work.record(
        work,
        holdings.CHAIN,
        "archive.checked",
        extent=extent,
        holds_corrected=len(found.differences),
        **facts,
    )


def complete_lines(works: Works) -> None:
    """What is kept from somebody in one case of a matter is kept in all: also what was raised
    before it reached the others.
    """
    with works.begin(SYSTEM) as work:
        if found := walls.complete_lines(work):
            log.warning(
                "walls or confinements were missing in %s cases of a matter and stand now", found
            )


@periodic(
    "prove_lock", label="Menguji kunci arsip", queue=KEEPING, cron="10 19 * * *", is_alone=True
)
def prove_lock_job(running: Running) -> None:
    """Try to overwrite and to delete what the store locks."""
    prove_lock(running.works)


@periodic(
    "check_fixity",
    label="Mencocokkan isi arsip dengan sidik jarinya",
    queue=KEEPING,
    cron="20 19 * * *",
    is_alone=True,
)
def check_fixity_job(running: Running) -> None:
    """Read a sample of the archive back."""
    check_sample(running.works)


@periodic(
    "complete_lines",
    label="Melengkapi daftar isi arsip",
    queue=KEEPING,
    cron="37 * * * *",
    is_alone=True,
)
def complete_lines_job(running: Running) -> None:
    """Complete what former versions did not note."""
    complete_lines(running.works)


MOST = 30
LOOKED_THROUGH = 5_000
"""Newest events of the archive among which the verdicts are looked for: papers that came have
theirs there too.
"""
_TRIED = {
    "overwriting_refused": "menimpa",
    "deleting_refused": "menghapus",
    "shortening_refused": "memperpendek kunci",
}
_BYPASSED = (
    " Kunci akses situs ini masih berhak melewatinya; minta admin mencabut hak itu di penyimpanan."
)


@dataclass(frozen=True)
class Verdict:
    """One thing that was found out."""

    title: str
    at: datetime
    is_sound: bool
    words: str


@dataclass(frozen=True)
class Proofs:
    """All that is known; None for what was never tried."""

    lock: Verdict | None
    sample: Verdict | None
    whole: Verdict | None
    seal: Verdict | None
    """The newest signed root over all events."""
    wrong: list[tuple[UUID, str]]
    """Papers that are not as they came, of those that the actor may read."""
    history: list[Verdict]


def read(work: UnitOfWork) -> Proofs:
    """The last verdicts, and those before them."""
    names = (health.LOCK, health.FIXITY, health.WHOLE)
    beats = {
        row.name: row
        for row in work.session.scalars(select(Heartbeat).where(Heartbeat.name.in_(names)))
    }
    lock, sample, whole = (beats.get(name) for name in names)
    return Proofs(
        lock=_lock(lock.at, lock.facts) if lock else None,
        sample=_fixity("Pemeriksaan terakhir", sample.at, sample.facts) if sample else None,
        whole=_fixity("Pemeriksaan seluruh arsip", whole.at, whole.facts) if whole else None,
        seal=_seal(work),
        wrong=_wrong(work, sample.facts["wrong"] if sample else ()),
        history=list(_history(work)),
    )


def _lock(at: datetime, facts: Mapping[str, Any]) -> Verdict:
    tried = {True: [words for name, words in _TRIED.items() if facts[name]]}
    tried[False] = [words for name, words in _TRIED.items() if not facts[name]]
    said = [
        f"{', '.join(tried[is_refused])} {'ditolak' if is_refused else 'BERHASIL'}"
        for is_refused in (True, False)
        if tried[is_refused]
    ]
    words = f"Dicoba pada objek uji: {'; '.join(said)}."
    if facts["is_sound"] and not facts["bypassing_refused"]:
        words += _BYPASSED
    return Verdict("Kunci penyimpanan", at, facts["is_sound"], words)


def _fixity(title: str, at: datetime, facts: Mapping[str, Any]) -> Verdict:
    wrong = facts["not_intact"]
    words = (
        f"{facts['read']} file dibaca kembali, {wrong or 'semuanya'} "
        f"{'tidak utuh' if wrong else 'utuh'}."
    )
    return Verdict(title, at, not wrong, words)


def _seal(work: UnitOfWork) -> Verdict | None:
    last = work.session.scalars(
        select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return None
    return Verdict(
        "Segel riwayat",
        last.made_at,
        True,
        f"Ditandatangani atas {last.events} peristiwa sejak segel sebelumnya.",
    )


def _wrong(work: UnitOfWork, digests: object) -> list[tuple[UUID, str]]:
    if not isinstance(digests, list) or not digests:
        return []
    query = select(Document.id, Document.label).where(
        Document.blob_sha256.in_(digests), Document.id.in_(access.all_readable(work))
    )
    return [
        (document_id, label)
        for document_id, label in work.session.execute(query.order_by(Document.id))
    ]


def _history(work: UnitOfWork) -> Iterator[Verdict]:
    head = work.session.get(AuditChain, holdings.CHAIN)
    if head is None:
        return
    events = work.session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.chain == holdings.CHAIN,
            AuditEvent.position > head.length - LOOKED_THROUGH,
            AuditEvent.action.in_(("archive.lock_tried", "archive.checked")),
        )
        .order_by(AuditEvent.position.desc())
        .limit(MOST)
    )
    for event in events:
        if event.action == "archive.lock_tried":
            yield _lock(event.at, event.details)
            continue
        is_whole = event.details["extent"] == WHOLE
        told = _fixity(
            "Pemeriksaan seluruh arsip" if is_whole else "Contoh harian", event.at, event.details
        )
        holds = event.details["holds_corrected"]
        put_right = f" {holds} penahanan dibetulkan." if holds else ""
        yield Verdict(told.title, told.at, told.is_sound, told.words + put_right)
