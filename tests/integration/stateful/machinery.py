"""What the system does by itself: jobs, jobs that are given up, timers."""

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import select, text

from tests.integration.last_tries import lose_worker
from tests.integration.stateful.hall import Hall, deed
from workflow_app.domain import SYSTEM
from workflow_app.models import Case, PendingEffect
from workflow_app.services.cases import incidents
from workflow_app.services.workflow import case_jobs, steps

SITE = "http://127.0.0.1:8000"
MOST_WAKES = 10
which = st.integers(0, 30)
spans = st.none() | st.sampled_from(
    [timedelta(minutes=3), timedelta(minutes=11), timedelta(hours=5), timedelta(days=2)]
)
"""None is until the next timer."""


class Machinery(Hall):
    """The worker and the clock."""

    def waiting(self) -> list[UUID]:
        """Work that jobs are written for."""
        with self.reading() as work:
            return list(
                work.session.scalars(
                    select(PendingEffect.task_id)
                    .join(Case)
                    .order_by(PendingEffect.deferred_at, Case.number, PendingEffect.element)
                )
            )

    @deed(chosen=which)
    def run_job(self, chosen: int) -> None:
        """The worker does one of the jobs; whoever comes twice changes nothing."""
        waiting = self.waiting()
        if not waiting:
            return
        case_jobs.perform(self.works, waiting[chosen % len(waiting)], public_url=SITE)
        before = self.snapshot()
        case_jobs.perform(self.works, waiting[chosen % len(waiting)], public_url=SITE)
        assert self.snapshot() == before

    @deed(chosen=which)
    def fail_job(self, chosen: int) -> None:
        """The worker gives a job up: an incident waits for a person."""
        waiting = self.waiting()
        if waiting:
            lose_worker(self.works, "perform_effect", task_id=waiting[chosen % len(waiting)])
            with self.reading() as work:
                work.session.execute(text("update procrastinate_jobs set status = 'failed'"))
                work.session.commit()

    @deed(span=spans, chosen=which)
    def time_passes(self, span: timedelta | None, chosen: int) -> None:
        """So much of it, or until just after the next timer of a case."""
        now = self.ground.clock.at
        if span is None:
            with self.reading() as work:
                timers = work.session.scalars(
                    select(Case.next_wake_at)
                    .where(Case.next_wake_at > now)
                    .order_by(Case.next_wake_at)
                ).all()
            span = (
                (timers[chosen % len(timers)] or now) - now + timedelta(seconds=2)
                if timers
                else timedelta(minutes=1)
            )
        self.ground.clock.at = now + span
        self.wake_all()

    def wake_all(self) -> None:
        """Every timer that is due fires, those that come due by that too; nobody sleeps for
        ever.
        """
        for _ in range(MOST_WAKES):
            with self.works.begin(SYSTEM) as work:
                due = steps.overdue(work)
            if not due:
                return
            for case_id in due:
                with incidents.unit_of_work(self.works, SYSTEM) as work:
                    steps.wake(work, case_id)
        raise AssertionError("timers do not come to an end")
