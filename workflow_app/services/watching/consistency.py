"""Does an installation agree with itself? Every case before or after a step, no job forgotten, no number missing, no byte lost.

Only what can be recomputed is compared: the engine's state with the rows beside it, numbers with their owners, bytes with
their hashes. The trail is verified by `audit` and `checkpoints`, the store by `holdings`; this is the one place that asks all.
"""

from collections.abc import Iterator
from itertools import chain

from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.keeping import holdings
from workflow_app.services.watching import (
    checkpoints,
    consistency_cases,
    consistency_jobs,
    consistency_kinship,
    consistency_log,
    consistency_papers,
)
from workflow_app.services.watching.faults import Fault
from workflow_app.types import SYSTEM


def check_site(works: Works, public_key: bytes) -> list[Fault]:
    """Every fault of an installation. All is read at one instant, so that it may go on working meanwhile."""
    with works.instant(SYSTEM) as work:
        return check(work, public_key)


def check(work: UnitOfWork, public_key: bytes) -> list[Fault]:
    """Every fault that this transaction sees."""
    return list(
        chain(
            consistency_cases.check(work),
            consistency_jobs.check(work),
            consistency_kinship.check(work),
            consistency_log.check(work),
            consistency_papers.check(work),
            _blobs(work),
            _trail(work, public_key),
        )
    )


def _blobs(work: UnitOfWork) -> Iterator[Fault]:
    """Rows name blobs by a foreign key; here each blob is read back and hashed again."""
    for found in holdings.verify(work):
        if not found.is_intact:
            yield Fault(
                "blob", found.sha256, f"The bytes of this blob are {found.state} in the object store."
            )


def _trail(work: UnitOfWork, public_key: bytes) -> Iterator[Fault]:
    for check in (audit.verify_chains(work), checkpoints.verify_checkpoints(work, public_key)):
        for finding in check:
            yield Fault("audit", f"{finding.chain} at {finding.position}", finding.reason)
