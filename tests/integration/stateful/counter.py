"""The counter as a machine of random actions on every process. Beside it runs a model: who sees
what, who holds which task.
"""

import io
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant
from PIL import Image

from tests.integration.stateful import repertoire, rules, sight
from tests.integration.stateful.absences import Absences
from tests.integration.stateful.accounts import STAFF, Accounts
from tests.integration.stateful.casework import Casework
from tests.integration.stateful.checks import CHECKS
from tests.integration.stateful.desk import NAMES, Desk, turns, which
from tests.integration.stateful.hall import deed
from tests.integration.stateful.machinery import SITE, Machinery
from tests.integration.stateful.snapshots import Snapshot
from workflow_app.engine.process_folders import Scenario
from workflow_app.permissions import ROLES
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage


def _paper() -> bytes:
    picture = io.BytesIO()
    Image.new("L", (16, 16), 200).save(picture, "PNG")
    return picture.getvalue()


PAPER = _paper()
"""What scenarios hand in."""


class Counter(Accounts, Machinery, Casework, Desk, Absences):
    """Random legal and illegal actions of random people; after each the checks must hold."""

    begins_with: str
    """Process of the first case; people begin others."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        """Who looks at his lists next."""
        self.checked: Snapshot | None = None
        """How everything was when it was found in order."""

    @initialize(way=st.integers(0, 999), steps=st.integers(0, 24), turn=turns)
    def a_case_is_under_way(self, way: int, steps: int, turn: int) -> None:
        """As one of the scenarios of its process goes to some step, or as chance will from the
        beginning.
        """
        self.ground.ear.heard.clear()
        self.looks = turn
        told = [
            scenario for process, scenario in self.ground.scenarios if process == self.begins_with
        ]
        if told and way % 3:
            self.play(self.begins_with, told[way % len(told)], steps)
            return
        self.start(None, self.ground.processes.index(self.begins_with), "A")
        for step in range(steps):
            self.proceed(0, turn + step)
            self.run_job(0)

    def play(self, key: str, scenario: Scenario, steps: int) -> None:
        """The first steps of a scenario, as they are told."""
        cast = {role: self.people[role] for role in ROLES}
        colleagues = {"piket_propam": self.people["piket_propam2"]}
        stage = Stage(self.works, cast, SITE, PAPER, self.advance, colleagues)
        seeding.play(stage, key, scenario, steps=steps)

    def advance(self, span: timedelta) -> None:
        """Time of a scenario."""
        self.ground.clock.at += span

    @deed(weight=3, chosen=which, turn=turns)
    def be_closed_meanwhile(self, chosen: int, turn: int) -> None:
        """Somebody fills in a form, an admin closes the account, the form is sent."""
        task = self.task(chosen)
        name = self.suited(task) if task else None
        if task is not None and name in STAFF:
            self.close_account(name, True)
            self.completing(name, task, turn)

    @invariant()
    def everything_holds(self) -> None:
        """Asked anew when something has changed."""
        now = self.snapshot()
        if now == self.checked:
            return
        self.checked = now
        with self.reading() as work:
            found = {task.id: task.assignee_id for task in repertoire.open_tasks(work)}
            for task_id, holder in self.holders.items():
                assert task_id not in found or found[task_id] == holder, (
                    "the task is with somebody else"
                )
            self.holders = found
            for check in CHECKS:
                wrong = check(work)
                assert wrong == [], f"{check.__doc__} {wrong}"
        told = [
            word for word in repertoire.PERSONAL for line in self.ground.ear.heard if word in line
        ]
        assert told == [], "a log tells of a citizen"
        self.somebody_looks()

    def somebody_looks(self) -> None:
        """One person after the other looks at his lists, whatever has just happened."""
        who = self.people[NAMES[self.looks % len(NAMES)]]
        turn, self.looks = self.looks // len(NAMES) + self.looks, self.looks + 1
        if self.has_absences:
            with self.reading() as work:
                who = rules.standing(work, who)
        with self.reading(who) as work:
            wrong = sight.too_much_or_too_little(work, rules.sights(work), turn)
            assert wrong == [], f"{who.name} sees too much or too little: {wrong}"
