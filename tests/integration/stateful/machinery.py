"""What the system does by itself: jobs, jobs that are given up, timers."""

from datetime import timedelta

from hypothesis import strategies as st
from sqlalchemy import text

from tests.integration.stateful.hall import Hall, deed
from workflow_app.errors import SentraError
from workflow_app.services import incidents, performing, wakes
from workflow_app.types import SYSTEM

SITE = "http://127.0.0.1:8000"
which = st.integers(0, 30)


class Machinery(Hall):
    """The worker and the clock."""

    @deed(chosen=which)
    def run_job(self, chosen: int) -> None:
        """The worker does one of the jobs; whoever comes twice changes nothing."""
        waiting = self.waiting()
        if not waiting:
            return
        performing.perform(self.works, waiting[chosen % len(waiting)], public_url=SITE)
        before = self.snapshot()
        performing.perform(self.works, waiting[chosen % len(waiting)], public_url=SITE)
        assert self.snapshot() == before

    @deed(chosen=which)
    def fail_job(self, chosen: int) -> None:
        """The worker gives a job up: an incident waits for a person."""
        waiting = self.waiting()
        if waiting:
            performing.give_up(self.works, waiting[chosen % len(waiting)], SentraError(detail="worker died"))
            with self.reading() as work:
                work.session.execute(text("update procrastinate_jobs set status = 'failed'"))
                work.session.commit()

    @deed(minutes=st.integers(1, 8))
    def time_passes(self, minutes: int) -> None:
        self.ground.clock.at += timedelta(minutes=minutes)
        with self.works.begin(SYSTEM) as work:
            due = wakes.overdue(work)
        for case_id in due:
            with incidents.unit_of_work(self.works, SYSTEM) as work:
                wakes.wake(work, case_id)
