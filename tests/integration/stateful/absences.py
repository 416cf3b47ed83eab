"""Members who are away, and who works for them meanwhile: entered, ended, and the tasks that reach
the substitute.
"""

from datetime import timedelta

from hypothesis import strategies as st
from sqlalchemy import select

from tests.integration.stateful import repertoire
from tests.integration.stateful.hall import Hall, deed
from workflow_app.domain import WITA
from workflow_app.models import Absence, Task
from workflow_app.services.accounts import absences
from workflow_app.services.accounts.absences import Asked

WORKERS = (
    "petugas",
    "petugas2",
    "pamapta",
    "pamapta2",
    "ka_spkt",
    "ka_spkt2",
    "ganda",
    "serba",
    "piket_reskrim",
)
workers = st.sampled_from(WORKERS)
many = st.integers(0, 30)


class Absences(Hall):
    """Who is away keeps working as he likes; the substitute does so as well."""

    def completing(self, actor: str, task: Task, turn: int, *, is_spoiled: bool = False) -> None:
        """Somebody sends the form of a task."""
        raise NotImplementedError

    @deed(
        weight=2,
        absent=workers,
        substitute=workers,
        first=st.integers(0, 1),
        days=st.integers(0, 2),
    )
    def go_away(self, absent: str, substitute: str, first: int, days: int) -> None:
        """Today or tomorrow, for some days. Which do not go together a check finds afterwards."""
        who, other = self.people[absent], self.people[substitute]
        begins = self.ground.clock().astimezone(WITA).date() + timedelta(days=first)
        ends = begins + timedelta(days=days)
        asked = Asked(str(who.user_id), str(other.user_id), begins.isoformat(), ends.isoformat())
        legal = None if absent != substitute else False
        if self.act(absent, legal, lambda work: absences.enter(work, asked)):
            self.has_absences = True

    @deed(chosen=many)
    def come_back(self, chosen: int) -> None:
        """Earlier than entered."""
        found = self.entered()
        if found:
            one = found[chosen % len(found)]
            name = next(name for name, who in self.people.items() if who.user_id == one.user_id)
            self.act(name, None, lambda work: absences.end(work, one.id))

    @deed(weight=3, chosen=many, turn=st.integers(0, 2**20))
    def work_for_the_absent(self, chosen: int, turn: int) -> None:
        """Who stands in tries what the absent one has, or what waits for his role."""
        found = self.entered()
        if not found:
            return
        one = found[chosen % len(found)]
        name = next(name for name, who in self.people.items() if who.user_id == one.substitute_id)
        with self.reading() as work:
            waiting = [
                task
                for task in repertoire.open_tasks(work)
                if task.assignee_id in (None, one.user_id)
            ]
        if waiting:
            self.completing(name, waiting[turn % len(waiting)], turn)

    def entered(self) -> list[Absence]:
        """Absences that are not over."""
        if not self.has_absences:
            return []
        with self.reading() as work:
            query = select(Absence).where(
                Absence.ended_at.is_(None), Absence.ends_at > self.ground.clock()
            )
            found = list(work.session.scalars(query))
        names = {who.user_id: name for name, who in self.people.items()}
        return sorted(found, key=lambda one: (one.starts_at, names[one.user_id]))
