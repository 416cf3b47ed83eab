"""The chaos trial: officers work, processes die, and afterwards nothing may be lost, doubled or missing."""

import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workflow_app.local_stack.children import wait_until
from workflow_app.services.watching.faults import Fault
from workflow_app.trials import auditor
from workflow_app.trials.clerk import PATIENCE, Clerk
from workflow_app.trials.killer import TARGETS, Kill, Killer, NotRecovered
from workflow_app.trials.ledger import Ledger
from workflow_app.trials.notices import Notice
from workflow_app.trials.officer import Officer
from workflow_app.trials.percentiles import percentile
from workflow_app.trials.site import TrialSite, running_site

DESK = ("petugas", "petugas2", "pamapta")
APPROVER = "kaspkt"
HASTE = 0.2
"""How often the next kill does not wait until the site is well."""
LONGEST_GAP = 6.0
"""Seconds between two deaths, at most; the time in which officers get something done."""
ROUND_SECONDS = 180.0
"""How long the officers may go on after the last death until a first letter was handed over."""


@dataclass(frozen=True)
class Report:
    """What the trial found. `is_clean` when nothing is lost, doubled, missing or wrong."""

    kills: int
    by_target: dict[str, int]
    cases: int
    letters: int
    handed_over: int
    """Cases begun, letters approved and letters handed over, as acknowledged."""
    acknowledged: int
    retried: int
    lost: int
    doubled: int
    gaps: int
    faults: list[dict[str, str]]
    complaints: list[str]
    seconds: float
    drain_s: float
    recovery_p50_s: float
    recovery_p95_s: float
    recovery_max_s: float
    seed: int

    @property
    def is_telling(self) -> bool:
        """Enough was done under the deaths to prove something: a case went all the way, and not less was acknowledged
        than died."""
        return self.letters > 0 and self.handed_over > 0 and self.acknowledged >= self.kills

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled or missing, no other fault, no answer that nobody should get, and enough was done."""
        return self.is_telling and not (self.faults or self.complaints)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def run(
    kills: int,
    seed: int,
    notice: Notice,
    *,
    targets: Sequence[str] = tuple(TARGETS),
    longest_gap: float = LONGEST_GAP,
) -> Report:
    """Start a site, let officers work, kill, wait until all jobs have ended, audit. The site is erased afterwards."""
    began = time.monotonic()
    chance = random.Random(seed)  # noqa: S311 - the same seed, the same order of targets
    with running_site() as site, site.works() as works:
        notice(f"the site is up at {site.address} ({time.monotonic() - began:.0f} s)")
        ledger, killer = Ledger(), Killer(site, works, chance, targets)
        with _officers(site, ledger, chance):
            deaths = _kill(killer, kills, longest_gap, ledger, notice)
            if len(deaths) == kills:
                wait_until(
                    lambda: killer.supervise() and ledger.count("hand over") > 0, ROUND_SECONDS, pause=0.2
                )
        notice("the officers have stopped; waiting for the jobs")
        faults, drain = auditor.drain(works)
        faults += auditor.audit(site, ledger)
        report = _report(ledger, deaths, faults, drain, seed, time.monotonic() - began)
        if not report.is_clean:
            notice(f"the logs are kept in {_keep_logs(site)}")
    return report


def _kill(killer: Killer, kills: int, longest_gap: float, ledger: Ledger, notice: Notice) -> list[Kill]:
    deaths: list[Kill] = []
    chance = killer.chance
    time.sleep(chance.uniform(2, 5))
    while len(deaths) < kills:
        is_last = len(deaths) == kills - 1
        try:
            death = killer.kill(is_patient=is_last or chance.random() > HASTE)
        except NotRecovered as fault:
            ledger.complain(str(fault))
            notice(f"NOT WELL AGAIN: {fault}")
            break
        deaths.append(death)
        recovery = "" if death.recovery is None else f", well after {death.recovery:.1f} s"
        notice(f"{len(deaths)}/{kills} {death.target}{recovery}; {len(ledger.receipts)} acknowledged")
        time.sleep(chance.uniform(0.2, longest_gap))
    return deaths


@contextmanager
def _officers(site: TrialSite, ledger: Ledger, chance: random.Random) -> Iterator[None]:
    """People at work for the length of the block; they finish what they have in hand."""
    stop = threading.Event()
    threads = []
    with ExitStack() as hired:
        for username, shift in (*((name, Clerk.desk) for name in DESK), (APPROVER, Clerk.approval)):
            officer = hired.enter_context(Officer(site.address, username, site.passwords[username]))
            officer.sign_in()
            clerk = Clerk(officer, ledger, random.Random(chance.random()), stop)  # noqa: S311 - see `run`
            threads.append(threading.Thread(target=clerk.work, args=(shift,), name=username, daemon=True))
        for thread in threads:
            thread.start()
        try:
            yield
        except BaseException:
            stop.set()  # nobody waits for them when the trial is given up
            raise
        stop.set()
        _await(threads, ledger)


def _await(threads: Sequence[threading.Thread], ledger: Ledger) -> None:
    """Everybody comes back from work, or is missed."""
    limit = time.monotonic() + 2 * PATIENCE
    for thread in threads:
        thread.join(max(0.0, limit - time.monotonic()))
        if thread.is_alive():
            ledger.complain(f"{thread.name}: has not come back {2 * PATIENCE:.0f} s after the end of work")


def _report(
    ledger: Ledger,
    deaths: Sequence[Kill],
    faults: Sequence[Fault],
    drain: float,
    seed: int,
    seconds: float,
) -> Report:
    recoveries = [death.recovery for death in deaths if death.recovery is not None]
    kinds = Counter(fault.kind for fault in faults)
    return Report(
        kills=len(deaths),
        by_target=dict(Counter(death.target for death in deaths)),
        cases=ledger.count("start"),
        letters=ledger.count("approve"),
        handed_over=ledger.count("hand over"),
        acknowledged=len(ledger.receipts),
        retried=ledger.resent,
        lost=kinds["lost"],
        doubled=kinds["doubled"],
        gaps=kinds["number"],
        faults=[asdict(fault) for fault in faults],
        complaints=ledger.complaints,
        seconds=round(seconds, 1),
        drain_s=round(drain, 1),
        recovery_p50_s=round(percentile(recoveries, 50), 1),
        recovery_p95_s=round(percentile(recoveries, 95), 1),
        recovery_max_s=round(percentile(recoveries, 100), 1),
        seed=seed,
    )


def _keep_logs(site: TrialSite) -> Path:
    """The site is erased; what its processes wrote is needed to find out why."""
    kept = Path(tempfile.mkdtemp(prefix="spkt-chaos-logs-"))
    shutil.copytree(site.log_dir, kept, dirs_exist_ok=True)
    shutil.copy(site.output, kept / "supervisor.log")
    return kept
