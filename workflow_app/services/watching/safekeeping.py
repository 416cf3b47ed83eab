"""Is what the archive keeps kept? The lock is tried, bytes are read back, holds are compared; the verdict is an event and is seen."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from archive.models import Document
from workflow_app.errors import SentraError
from workflow_app.models.heartbeat import Heartbeat
from workflow_app.services.case_file import walls
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.keeping import holdings, holds
from workflow_app.services.keeping.holdings import Fixity, WormVerdict
from workflow_app.services.papers import paper_trail
from workflow_app.services.watching import health
from workflow_app.types import SYSTEM

log = logging.getLogger(__name__)

PROVE_AGAIN = 30.0
"""Seconds until the lock of a store that was away at the start is tried again."""
SAMPLE = 200
"""Blobs that are read back every day, chosen by chance. Beside them those that were wrong the last time."""
REMEMBERED = 20
SAMPLED, WHOLE = "sample", "everything"
"""How much was read back, as the event says it."""


@dataclass
class Findings:
    """Answer to a whole look at the archive, filled while it goes on."""

    read: int = 0
    wrong: list[Fixity] = field(default_factory=list)
    differences: list[holds.Difference] = field(default_factory=list)
    lock: WormVerdict | None = None

    @property
    def is_sound(self) -> bool:
        """Every byte is there and unchanged, every hold is as it should be, and the store lets nothing go."""
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
        audit.record(work, holdings.CHAIN, "archive.lock_tried", **facts)
    return verdict


def prove_at_start(works: Works) -> None:
    """Try the lock once, as soon as there is a store and a database to write it down. Waits for them; belongs into a thread."""
    while True:
        try:
            prove_lock(works)
        except SentraError as error:
            log.warning("the lock of the store could not be tried: %s", error.detail)
            time.sleep(PROVE_AGAIN)
        else:
            return


def check_sample(works: Works, size: int = SAMPLE) -> Findings:
    """Read some blobs back and hash them again: those that were wrong before, and others by chance. Every hold is compared:
    that reads no bytes.
    """
    found = Findings(differences=list(holds.verify(works)))
    with works.begin(SYSTEM) as work:
        known = work.session.get(Heartbeat, health.FIXITY)
        for blob in holdings.verify(work, again=known.facts["wrong"] if known else (), sample=size):
            _note(found, blob)
        _conclude(work, found, SAMPLED)
    return found


def verify(works: Works) -> Iterator[Fixity | holds.Difference | Findings]:
    """Look at everything; yields what is not as it should be as it is found, and all findings last."""
    found = Findings()
    holds.settle_due(works)
    for difference in holds.verify(works):
        found.differences.append(difference)
        yield difference
    with works.begin(SYSTEM) as work:
        for blob in holdings.verify(work):
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
    """The result as an event of the archive, and of each paper whose original is not intact; and where the site is watched."""
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
        paper_trail.kept(work, document.id, "document.not_intact", state=states[document.blob_sha256])
    audit.record(
        work,
        holdings.CHAIN,
        "archive.checked",
        extent=extent,
        holds_corrected=len(found.differences),
        **facts,
    )


def complete_lines(works: Works) -> None:
    """What is kept from somebody in one case of a matter is kept in all: also what was raised before it reached the others."""
    with works.begin(SYSTEM) as work:
        if found := walls.complete_lines(work):
            log.warning("walls or confinements were missing in %s cases of a matter and stand now", found)


CARE: Mapping[str, Callable[[Works], object]] = {
    "settle_holds": holds.settle_due,
    "prove_lock": prove_lock,
    "check_fixity": check_sample,
    "complete_lines": complete_lines,
}
"""What the clock asks for, in a queue of its own: nobody waits for it, and reading bytes back takes long."""
