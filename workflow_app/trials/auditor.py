"""The auditor of a trial: waits until all jobs have ended, then compares what officers were told with what the site holds."""

import time
from collections.abc import Iterator

from sqlalchemy import text

from workflow_app.errors import SentraError, Unavailable
from workflow_app.local_stack.children import wait_until
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.watching import checkpoints, consistency
from workflow_app.services.watching.faults import Fault
from workflow_app.settings import SettingsError
from workflow_app.trials import ledger, typed
from workflow_app.trials.ledger import Ledger
from workflow_app.trials.site import TrialSite
from workflow_app.types import SYSTEM

DRAIN_SECONDS = 240.0
AUDIT_SECONDS = 60.0
"""For how long an audit that finds a part away begins again."""
LIVE_JOBS = text(
    "select count(*) from procrastinate_jobs where status = 'doing' or status = 'todo'"
    " and task_name in ('perform_effect', 'read_document', 'reprint_letter')"
)


def drain(works: Works) -> tuple[list[Fault], float]:
    """Wait until no job waits or runs; returns how long that took. A job that never ends is a fault."""
    began = time.monotonic()

    def is_drained() -> bool:
        try:
            with works.begin(SYSTEM) as work:
                return not work.session.scalar(LIVE_JOBS)
        except SentraError:
            return False

    if wait_until(is_drained, DRAIN_SECONDS, pause=0.5):
        return [], time.monotonic() - began
    return [Fault("drain", "jobs", f"Jobs are still under way after {DRAIN_SECONDS:.0f} s.")], DRAIN_SECONDS


def audit(site: TrialSite, receipts: Ledger) -> list[Fault]:
    """Every fault of the site itself, and everything in which it differs from what was acknowledged.

    A checkpoint first: one that a kill cut off has left its copy, and counts only with the next one. What is away for a
    moment, so soon after the last kill, is asked again; what stays away is a fault.
    """
    until = time.monotonic() + AUDIT_SECONDS
    while True:
        try:
            with site.works() as works:  # a store that was started again may have another address
                return _audit(site, works, receipts)
        except (SentraError, SettingsError) as error:
            told = f"{type(error).__name__} {getattr(error, 'detail', '')}".strip()
            if not isinstance(error, Unavailable) or time.monotonic() > until:
                return [Fault("site", "audit", f"The site cannot be audited: {told}.")]
        time.sleep(1)


def _audit(site: TrialSite, works: Works, receipts: Ledger) -> list[Fault]:
    signing_key = site.settings().audit_signing_key_bytes
    with works.begin(SYSTEM) as work:
        checkpoints.make_checkpoint(work, signing_key)
    faults = consistency.check_site(works, checkpoints.public_key_of(signing_key))
    with works.begin(SYSTEM) as work:
        return [*faults, *compare(work, receipts)]


def compare(work: UnitOfWork, receipts: Ledger) -> Iterator[Fault]:
    """What was acknowledged is there, once, as it was typed, and every paper was read."""
    yield from ledger.compare(work, receipts.receipts)
    yield from ledger.doubles(work)
    yield from ledger.unread(work, receipts.keys("paper"))
    yield from typed.compare(work, receipts.typed)
