"""The chaos trial: officers work, processes are killed, and afterwards nothing may be lost, doubled
or missing.

The killer kills one process of a throw-away site after the other with SIGKILL and measures the time
until recovery. The auditor waits until all jobs have ended and compares what officers were told
with the content of the site.
"""

import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from workflow_app.domain import SYSTEM, SentraError, Unavailable
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.operations import checkpoints, consistency
from workflow_app.services.operations.consistency_cases import Fault
from workflow_app.settings import SettingsError
from workflow_app.tools.chaos import clerk
from workflow_app.tools.chaos.clerk import PATIENCE, Clerk, Ledger
from workflow_app.tools.embedded.object_store import HOST
from workflow_app.tools.embedded.server_processes import Process, wait_until
from workflow_app.tools.load.officer import Officer
from workflow_app.tools.load.site import Notice, TrialSite, answers_with, percentile, running_site

CONNECTION = "database connection"
TARGETS: dict[str, Callable[[TrialSite], list[Process]]] = {
    "web server": TrialSite.web_masters,
    "web process": TrialSite.web_workers,
    "worker": TrialSite.workers,
    "database": TrialSite.postmasters,
    CONNECTION: TrialSite.backends,
    "object store": TrialSite.object_stores,
    "supervisor": TrialSite.supervisor,
}
"""Kinds of processes that may be killed, and how they are found; only processes of this site."""
RECOVERY_SECONDS = 240.0
HEARTBEAT = text("select max(last_heartbeat) from procrastinate_workers")
PAGE = "/persyaratan"
"""A page that needs no sign-in and reads the database."""


@dataclass(frozen=True)
class Kill:
    """One killed process."""

    target: str
    recovery: float | None
    """Seconds until recovery; None when it was not awaited."""


class NotRecovered(Exception):
    """The site did not recover by itself."""


class Killer:
    """Kills random targets in an order that reaches all of them."""

    def __init__(
        self, site: TrialSite, works: Works, chance: random.Random, targets: Sequence[str]
    ) -> None:
        self.site = site
        self.works = works
        self.chance = chance
        self.targets = targets
        self._bag: list[str] = []

    def kill(self, *, is_patient: bool) -> Kill:
        """Kill a process now. A patient killer waits for the recovery. Raises `NotRecovered`."""
        target, victim = self._choose()
        # A new supervisor ends the processes of the dead one and starts its own; until then the old
        # ones answer.
        new = TrialSite.web_masters if target == "supervisor" else TARGETS[target]
        old = new(self.site)
        at, began = datetime.now(UTC), time.monotonic()
        with suppress(ProcessLookupError):  # it died by itself a moment ago
            os.kill(
                victim.pid, signal.SIGKILL
            )  # only this process: the restart must find its children
        wait_until(lambda: not victim.is_alive(), 5)
        self.supervise()
        if not is_patient:
            return Kill(target, None)

        def is_replaced() -> bool:
            return target == CONNECTION or any(process not in old for process in new(self.site))

        if not wait_until(
            lambda: self.supervise() and is_replaced() and self.is_well(at),
            RECOVERY_SECONDS,
            pause=0.1,
        ):
            raise NotRecovered(f"{target}: not well after {RECOVERY_SECONDS:.0f} s")
        return Kill(target, time.monotonic() - began)

    def is_well(self, since: datetime) -> bool:
        """Return whether pages and object store answer, and a worker has sent a heartbeat after
        `since`.
        """
        return (
            self.site.is_supervised()
            and answers_with(self.site.port, PAGE, 200)
            and self._store_answers()
            and self._has_heartbeat(since)
        )

    def supervise(self) -> bool:
        """Restart an ended supervisor, as a service manager does. Always true."""
        if not self.site.is_supervised():
            self.site.start(wait=False)
        return True

    def _choose(self) -> tuple[str, Process]:
        """Return the next running target; one that is being restarted is postponed. Raises
        `NotRecovered` when none appears for too long.
        """
        limit = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < limit:
            self.supervise()
            self._bag = self._bag or self.chance.sample(self.targets, len(self.targets))
            target = self._bag.pop()
            if found := TARGETS[target](self.site):
                return target, self.chance.choice(found)
            time.sleep(0.1)
        raise NotRecovered(f"nothing there to kill for {RECOVERY_SECONDS:.0f} s")

    def _store_answers(self) -> bool:
        try:
            host, _, port = self.site.settings().s3_endpoint.rpartition(":")
        except SettingsError:  # not published yet
            return False
        return host == HOST and answers_with(int(port), "/", 401, 403)

    def _has_heartbeat(self, since: datetime) -> bool:
        try:
            with self.works.begin(SYSTEM) as work:
                last = work.session.scalar(HEARTBEAT)
        except SentraError:
            return False
        return last is not None and last > since


DRAIN_SECONDS = 240.0
AUDIT_SECONDS = 60.0
"""How long an audit that finds a part unavailable is repeated."""
LIVE_JOBS = text(
    "select count(*) from procrastinate_jobs where status = 'doing' or status = 'todo'"
    " and task_name in ('perform_effect', 'read_document', 'reprint_letter')"
)


def drain_jobs(works: Works) -> tuple[list[Fault], float]:
    """Wait until no job waits or runs and return the seconds. A job that never ends is a fault."""
    began = time.monotonic()

    def is_drained() -> bool:
        try:
            with works.begin(SYSTEM) as work:
                return not work.session.scalar(LIVE_JOBS)
        except SentraError:
            return False

    if wait_until(is_drained, DRAIN_SECONDS, pause=0.5):
        return [], time.monotonic() - began
    return [
        Fault("drain", "jobs", f"Jobs are still under way after {DRAIN_SECONDS:.0f} s.")
    ], DRAIN_SECONDS


def audit(site: TrialSite, receipts: Ledger) -> list[Fault]:
    """Return every fault of the site itself and every difference from what was acknowledged.

    A checkpoint is made first, because the copy of an interrupted one counts only together with the
    next. Parts that are unavailable shortly after the last kill are tried again; permanent
    unavailability is a fault.
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
    """Yield the faults of acknowledged work: missing, doubled, changed, or documents not read."""
    yield from clerk.compare_ledger(work, receipts.receipts)
    yield from clerk.doubles(work)
    yield from clerk.unread(work, receipts.keys("paper"))
    yield from clerk.compare(work, receipts.typed)


DESK = ("petugas", "petugas2", "pamapta")
APPROVER = "kaspkt"
HASTE = 0.2
"""Share of kills that do not wait for the previous recovery."""
LONGEST_GAP = 6.0
"""Longest time between two kills in seconds, during which officers make progress."""
ROUND_SECONDS = 180.0
"""How long the officers may continue after the last kill until a first letter was handed over."""


@dataclass(frozen=True)
class Report:
    """Result of the trial."""

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
        """Return whether enough was done during the kills to prove something: one complete case,
        and at least as many acknowledgements as kills.
        """
        return self.letters > 0 and self.handed_over > 0 and self.acknowledged >= self.kills

    @property
    def is_clean(self) -> bool:
        """Return whether there is no fault, no wrong answer, and enough was done."""
        return self.is_telling and not (self.faults or self.complaints)

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return asdict(self)


def run(
    kills: int,
    seed: int,
    notice: Notice,
    *,
    targets: Sequence[str] = tuple(TARGETS),
    longest_gap: float = LONGEST_GAP,
) -> Report:
    """Run a trial: start a site, let officers work, kill, wait until all jobs have ended, audit.
    The site is deleted afterwards.
    """
    began = time.monotonic()
    chance = random.Random(seed)  # noqa: S311 - the same seed, the same order of targets
    with running_site() as site, site.works() as works:
        notice(f"the site is up at {site.address} ({time.monotonic() - began:.0f} s)")
        ledger, killer = Ledger(), Killer(site, works, chance, targets)
        with _officers(site, ledger, chance):
            deaths = _kill(killer, kills, longest_gap, ledger, notice)
            if len(deaths) == kills:
                wait_until(
                    lambda: killer.supervise() and ledger.count("hand over") > 0,
                    ROUND_SECONDS,
                    pause=0.2,
                )
        notice("the officers have stopped; waiting for the jobs")
        faults, drain = drain_jobs(works)
        faults += audit(site, ledger)
        report = _report(ledger, deaths, faults, drain, seed, time.monotonic() - began)
        if not report.is_clean:
            notice(f"the logs are kept in {_keep_logs(site)}")
    return report


def _kill(
    killer: Killer, kills: int, longest_gap: float, ledger: Ledger, notice: Notice
) -> list[Kill]:
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
        notice(
            f"{len(deaths)}/{kills} {death.target}{recovery}; {len(ledger.receipts)} acknowledged"
        )
        time.sleep(chance.uniform(0.2, longest_gap))
    return deaths


@contextmanager
def _officers(site: TrialSite, ledger: Ledger, chance: random.Random) -> Iterator[None]:
    """Let officers work during the block; they finish the task they have begun."""
    stop = threading.Event()
    threads = []
    with ExitStack() as hired:
        for username, shift in (*((name, Clerk.desk) for name in DESK), (APPROVER, Clerk.approval)):
            officer = hired.enter_context(Officer(site.address, username, site.passwords[username]))
            officer.sign_in()
            clerk = Clerk(officer, ledger, random.Random(chance.random()), stop)  # noqa: S311 - see `run`
            threads.append(
                threading.Thread(target=clerk.work, args=(shift,), name=username, daemon=True)
            )
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
    """Wait for the officers; one who does not return is a complaint."""
    limit = time.monotonic() + 2 * PATIENCE
    for thread in threads:
        thread.join(max(0.0, limit - time.monotonic()))
        if thread.is_alive():
            ledger.complain(
                f"{thread.name}: has not come back {2 * PATIENCE:.0f} s after the end of work"
            )


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
    """Copy the logs of the site before it is deleted, for the analysis of faults."""
    kept = Path(tempfile.mkdtemp(prefix="spkt-chaos-logs-"))
    shutil.copytree(site.log_dir, kept, dirs_exist_ok=True)
    shutil.copy(site.output, kept / "supervisor.log")
    return kept
