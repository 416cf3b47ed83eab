"""When a job that failed is tried again."""

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job
from sqlalchemy import text

from workflow_app.errors import Away, Busy, Unavailable
from workflow_app.services.ground.unit_of_work import UnitOfWork

RETRIES = 70
"""Further tries of what a waiting citizen needs, when it fails for a reason that may pass: about 17 minutes in all. Then an
incident waits for a person."""

PATIENT = 32
"""Further tries of what nobody at the counter waits for, about a day: to read a paper on which the reader fails (it stays marked
as not read meanwhile), to send a message (it stays in the outbox)."""

LONGEST_WAIT = 15
"""Seconds between two of these tries, at most: the citizen waits as long again after the dependency is back."""

LONGEST_PATIENT_WAIT = 3600

WAITS = {
    "perform_effect": LONGEST_WAIT,
    "reprint_letter": LONGEST_WAIT,
    "read_document": LONGEST_PATIENT_WAIT,
    "split_stack": LONGEST_PATIENT_WAIT,
    "open_mail": LONGEST_PATIENT_WAIT,
    "send_message": LONGEST_PATIENT_WAIT,
}
"""Jobs that only wait for their next try, and how long at most. A timer's job rightly waits for days."""
STRANDED = text(
    "update procrastinate_jobs set scheduled_at = now() where status = 'todo' and task_name = :name"
    " and scheduled_at > now() + make_interval(secs => 2 * :longest + 60)"
)

PASSING = (Unavailable, Busy)


class Waiting(BaseRetryStrategy):
    """Tries again after 1, 2, 4, 8 seconds, then at a steady pace."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None when it is enough or the failure will not pass.

        While a dependency as a whole is away there is no last try: the job goes on by itself when it is back.
        """
        is_away = isinstance(exception, Away)
        if not isinstance(exception, PASSING) or (job.attempts >= RETRIES and not is_away):
            return None
        return _after(min(1 << min(job.attempts, 10), LONGEST_WAIT))


class WaitingLonger(Waiting):
    """For readings and messages: nobody at the counter waits for one, and each try may cost minutes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """As above when a dependency as a whole is away; else 2 to 512 seconds apart, then every hour for a day."""
        if isinstance(exception, Away) or not isinstance(exception, PASSING):
            return super().get_retry_decision(exception=exception, job=job)
        if job.attempts >= PATIENT:
            return None
        return _after(2 << job.attempts if job.attempts < 9 else LONGEST_PATIENT_WAIT)


def pull_in(work: UnitOfWork) -> None:
    """Tries that were put off while the clock showed a time far ahead do not wait until it shows that again."""
    for name, longest in WAITS.items():
        work.session.execute(STRANDED, {"name": name, "longest": longest})


def _after(seconds: int) -> RetryDecision:
    """A try that ended, however badly, has not killed its worker: deaths before it (kept as priority) are forgotten."""
    return RetryDecision(retry_in={"seconds": seconds}, priority=0)
