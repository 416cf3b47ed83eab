"""Cost of one more round of rework in a case that has had many, on the real services without the
web.

The process is the SKTLK of the release. Whenever a stretch of rework is used up, Ka SPKT releases
the case with a reason (decision 0028); that act is no completion and is not timed. In each round
the approver returns the case for its documents (one loop of the model), one of them is missing and
is handed in (another loop), and the case comes to the approver again.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, event, text

from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.services.accounts import users
from workflow_app.services.cases import incidents
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.workflow import cases, tasks
from workflow_app.tools.load import officer
from workflow_app.tools.load.site import Notice, milliseconds, running_site, unheard

Step = tuple[str, str, Answers]
"""Element, role and answers of one completion."""

SCENARIO = "kurang_lalu_lengkap"
"""Scenario whose checks of the documents are those of each round: one without the missing document,
one with it.
"""
CHECK, HAND_IN, APPROVE = "periksa_persyaratan", "lengkapi_persyaratan", "persetujuan"
SEND_BACK: Answers = {
    "keputusan": "kembalikan",
    "bagian": "persyaratan",
    "alasan": "Periksa suratnya lagi.",
}
LOOPS_PER_ROUND = 2
WARM_UP = 5
"""Rounds before the measurement."""
WINDOW = 20
"""Rounds of each case over which the median is taken."""
REASON = "Contoh: berkas uji putaran diizinkan berjalan lagi."
PLAYERS = {"petugas": "petugas", "ka_spkt": "kaspkt"}
"""Demo person for each role."""
TASK = text("select id from task where case_id = :case and element = :element and status = 'open'")
STATE = text("select octet_length(state) from service_case where id = :case")


@dataclass(frozen=True)
class Cost:
    """Cost of a completion, and of the database access of a whole round, at one end of the case."""

    completion_ms: float
    statements: int
    rows: int
    bytes: int
    """Size of all returned rows in transfer."""
    state_bytes: int
    """Size of the engine state of the case."""


@dataclass(frozen=True)
class Result:
    """A case in its first rounds and one in its last, measured alternately, so that other load
    affects both.
    """

    loops: int
    first: Cost
    last: Cost

    @property
    def ratio(self) -> float:
        """Return the ratio of the duration of the last completions to the first."""
        return round(self.last.completion_ms / self.first.completion_ms, 2)


@dataclass(frozen=True)
class Rework:
    """A case that waits for its approver, and the steps that lead to him again."""

    works: Works
    cast: Mapping[str, Actor]
    case_id: UUID
    steps: Sequence[Step]

    def go_round(self) -> list[float]:
        """Return the seconds of each completion of one round, from opening the transaction to its
        commit.
        """
        return [self.complete(step) for step in self.steps]

    def complete(self, step: Step) -> float:
        """Complete one step; if its stretch is used up, Ka SPKT releases the case before."""
        with self.works.begin(self.cast["ka_spkt"]) as work:
            held = [one.id for one in incidents.of_case(work, self.case_id) if one.can_let_on]
            for incident_id in held:
                cases.let_on(work, incident_id, REASON)
        return complete(self.works, self.cast, self.case_id, step)

    def cost(self, waits: Sequence[float]) -> Cost:
        """Return the cost from these waits and one further round."""
        with listening(self.works.session_factory.kw["bind"]) as heard:
            self.go_round()
        with self.works.begin(SYSTEM) as work:
            state_bytes = work.session.execute(STATE, {"case": self.case_id}).scalar_one()
        rows, sizes = (sum(part) for part in zip(*heard, strict=True))
        return Cost(milliseconds(waits, 50), len(heard), rows, sizes, state_bytes)


def measure(loops: int = 1000, *, notice: Notice = unheard) -> Result:
    """Measure one case with this many loops on a throw-away site, beside a new one. Raises
    `StackError`.
    """
    with running_site() as site, site.works() as works:
        with works.begin(SYSTEM) as work:
            known = {user.username: users.actor_of(user) for user in users.list_all(work)}
        cast = {role: known[username] for role, username in PLAYERS.items()}
        folder = site.settings().processes_dir / officer.PROCESS
        notice(f"site at {site.address}; a case goes through {loops} loops")
        return run(works, cast, folder, loops)


def run(
    works: Works,
    cast: Mapping[str, Actor],
    folder: Path,
    loops: int,
    *,
    warm_up: int = WARM_UP,
    window: int = WINDOW,
) -> Result:
    """Run a case through at least this many loops and measure its last rounds alternately with the
    first ones of a new case.
    """
    old, new = begin(works, cast, folder), begin(works, cast, folder)
    rounds = max(-(-loops // LOOPS_PER_ROUND), warm_up + window + 1)
    for _ in range(rounds - window - 1):
        old.go_round()
    for _ in range(warm_up):
        new.go_round()
    turns = [(new.go_round(), old.go_round()) for _ in range(window)]
    first, last = (
        [wait for round_ in side for wait in round_] for side in zip(*turns, strict=True)
    )
    return Result(rounds * LOOPS_PER_ROUND, new.cost(first), old.cost(last))


def begin(works: Works, cast: Mapping[str, Actor], folder: Path) -> Rework:
    """Start a case of the process in this folder and bring it to its approver."""
    steps = seeding.completions(folder, SCENARIO)
    elements = [element for element, _, _ in steps]
    check, hand_in = steps[elements.index(CHECK)], steps[elements.index(APPROVE) - 1]
    with works.begin(cast["petugas"]) as work:
        case_id = cases.start(work, officer.PROCESS).case_id
    for step in (*steps[: elements.index(HAND_IN)], hand_in):
        complete(works, cast, case_id, step)
    return Rework(works, cast, case_id, ((APPROVE, "ka_spkt", SEND_BACK), check, hand_in))


def complete(works: Works, cast: Mapping[str, Actor], case_id: UUID, step: Step) -> float:
    """Complete the open task of a step and return the seconds of that transaction."""
    element, role, answers = step
    with works.begin(SYSTEM) as work:
        task_id = work.session.execute(TASK, {"case": case_id, "element": element}).scalar_one()
    began = time.perf_counter()
    told = seeding.happening_now(answers, works.clock())
    with works.begin(cast[role]) as work:
        tasks.complete(work, task_id, told, str(uuid4()))
    return time.perf_counter() - began


@contextmanager
def listening(engine: Engine) -> Iterator[list[tuple[int, int]]]:
    """Collect rows and bytes returned by each statement during the block."""
    heard: list[tuple[int, int]] = []

    def note(_connection: object, cursor: Any, *_rest: object) -> None:
        found = cursor.pgresult
        cells = ((row, column) for row in range(found.ntuples) for column in range(found.nfields))
        heard.append((found.ntuples, sum(len(found.get_value(*cell) or b"") for cell in cells)))

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(engine, "after_cursor_execute", note)
