"""The chaos trial: officers work, processes die, and afterwards nothing may be lost, doubled or missing."""

import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import text

from workflow_app.errors import SentraError
from workflow_app.local_stack.children import wait_until
from workflow_app.services import checkpoints, consistency
from workflow_app.services.faults import Fault
from workflow_app.services.unit_of_work import Works
from workflow_app.settings import SettingsError
from workflow_app.trials.clerk import PATIENCE, Clerk
from workflow_app.trials.killer import TARGETS, Kill, Killer, NotRecovered
from workflow_app.trials.ledger import Ledger, compare, doubles
from workflow_app.trials.officer import Officer
from workflow_app.trials.site import TrialSite, running_site
from workflow_app.types import SYSTEM

Notice = Callable[[str], None]

DESK = ("petugas", "petugas2", "pamapta")
APPROVER = "kaspkt"
HASTE = 0.2
"""How often the next kill does not wait until the site is well."""
LONGEST_GAP = 6.0
"""Seconds between two deaths, at most; the time in which officers get something done."""
DRAIN_SECONDS = 240.0
LIVE_JOBS = text(
    "select count(*) from procrastinate_jobs where status = 'doing' or status = 'todo'"
    " and task_name in ('perform_effect', 'read_document', 'reprint_letter')"
)


@dataclass(frozen=True)
class Report:
    """What the trial found. `is_clean` when nothing is lost, doubled, missing or wrong."""

    kills: int
    by_target: dict[str, int]
    cases: int
    letters: int
    """Cases begun and letters approved, as acknowledged."""
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
    def is_clean(self) -> bool:
        """Nothing lost, doubled or missing, no other fault, and no answer that nobody should get."""
        return not (self.faults or self.complaints)

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
    with running_site() as site:
        notice(f"the site is up at {site.address} ({time.monotonic() - began:.0f} s)")
        works = site.works()
        ledger, killer = Ledger(), Killer(site, works, chance, targets)
        with _officers(site, ledger, chance):
            deaths = _kill(killer, kills, longest_gap, ledger, notice)
        notice("the officers have stopped; waiting for the jobs")
        faults, drain = _drain(works)
        faults += _audit(site, works, ledger)
        report = _report(ledger, deaths, faults, drain, seed, time.monotonic() - began)
        if not report.is_clean:
            notice(f"the logs are kept in {_keep_logs(site)}")
        works.session_factory.kw["bind"].dispose()
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
    for username, shift in (*((name, Clerk.desk) for name in DESK), (APPROVER, Clerk.approval)):
        officer = Officer(site.address, username, site.passwords[username])
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
    for thread in threads:
        thread.join(2 * PATIENCE)


def _drain(works: Works) -> tuple[list[Fault], float]:
    """Wait until no job waits or runs. A job that never ends is a fault."""
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


def _audit(site: TrialSite, works: Works, ledger: Ledger) -> list[Fault]:
    """A checkpoint first: one that a kill cut off has left its copy, and counts only with the next one."""
    try:
        signing_key = site.settings().audit_signing_key_bytes
        with works.begin(SYSTEM) as work:
            checkpoints.make_checkpoint(work, signing_key)
        faults = consistency.check_site(works, checkpoints.public_key_of(signing_key))
        with works.begin(SYSTEM) as work:
            return [*faults, *compare(work, ledger.receipts), *doubles(work)]
    except (SentraError, SettingsError) as error:
        return [Fault("site", "audit", f"The site cannot be audited: {type(error).__name__}.")]


def _report(
    ledger: Ledger,
    deaths: Sequence[Kill],
    faults: Sequence[Fault],
    drain: float,
    seed: int,
    seconds: float,
) -> Report:
    recoveries = sorted(death.recovery for death in deaths if death.recovery is not None) or [0.0]
    kinds = Counter(fault.kind for fault in faults)
    return Report(
        kills=len(deaths),
        by_target=dict(Counter(death.target for death in deaths)),
        cases=ledger.count("start"),
        letters=ledger.count("approve"),
        acknowledged=len(ledger.receipts),
        retried=ledger.resent,
        lost=kinds["lost"],
        doubled=kinds["doubled"],
        gaps=kinds["number"],
        faults=[asdict(fault) for fault in faults],
        complaints=ledger.complaints,
        seconds=round(seconds, 1),
        drain_s=round(drain, 1),
        recovery_p50_s=round(_percentile(recoveries, 50), 1),
        recovery_p95_s=round(_percentile(recoveries, 95), 1),
        recovery_max_s=round(recoveries[-1], 1),
        seed=seed,
    )


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def _keep_logs(site: TrialSite) -> Path:
    """The site is erased; what its processes wrote is needed to find out why."""
    kept = Path(tempfile.mkdtemp(prefix="spkt-chaos-logs-"))
    shutil.copytree(site.log_dir, kept, dirs_exist_ok=True)
    shutil.copy(site.output, kept / "supervisor.log")
    return kept
