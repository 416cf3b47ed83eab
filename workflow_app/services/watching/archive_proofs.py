"""What the archive has proven of itself, for those who answer for it: the lock that was tried, the bytes that were read back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from archive.models import Document
from workflow_app.models.audit import AuditChain, AuditCheckpoint, AuditEvent
from workflow_app.models.heartbeat import Heartbeat
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.keeping import holdings
from workflow_app.services.papers import paper_sight
from workflow_app.services.watching import health
from workflow_app.services.watching.safekeeping import WHOLE

MOST = 30
LOOKED_THROUGH = 5_000
"""Newest events of the archive among which the verdicts are looked for: papers that came have theirs there too."""
_TRIED = {
    "overwriting_refused": "menimpa",
    "deleting_refused": "menghapus",
    "shortening_refused": "memperpendek kunci",
}
_BYPASSED = " Kunci akses situs ini masih berhak melewatinya; minta admin mencabut hak itu di penyimpanan."


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
        row.name: row for row in work.session.scalars(select(Heartbeat).where(Heartbeat.name.in_(names)))
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
    words = f"{facts['read']} file dibaca kembali, {wrong or 'semuanya'} {'tidak utuh' if wrong else 'utuh'}."
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
        Document.blob_sha256.in_(digests), Document.id.in_(paper_sight.all_readable(work))
    )
    return [(document_id, label) for document_id, label in work.session.execute(query.order_by(Document.id))]


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
        told = _fixity("Pemeriksaan seluruh arsip" if is_whole else "Contoh harian", event.at, event.details)
        holds = event.details["holds_corrected"]
        put_right = f" {holds} penahanan dibetulkan." if holds else ""
        yield Verdict(told.title, told.at, told.is_sound, told.words + put_right)
