"""When a job that failed is tried again."""

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from workflow_app.errors import Away, Busy, Unavailable

RETRIES = 70
"""Further tries of what a waiting citizen needs, when it fails for a reason that may pass: about 17 minutes in all. Then an
incident waits for a person."""

READINGS = 32
"""Further tries to read a paper on which the reader fails; it stays marked as not read meanwhile."""

LONGEST_WAIT = 15
"""Seconds between two of these tries, at most: the citizen waits as long again after the dependency is back."""

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
        return RetryDecision(retry_in={"seconds": min(1 << min(job.attempts, 10), LONGEST_WAIT)})


class WaitingLonger(Waiting):
    """For readings: nobody waits for one, and a paper on which the reader fails may cost minutes each time."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """As above when the reader is away; else 2 to 512 seconds apart, then every hour for a day."""
        if isinstance(exception, Away) or not isinstance(exception, PASSING):
            return super().get_retry_decision(exception=exception, job=job)
        if job.attempts >= READINGS:
            return None
        return RetryDecision(retry_in={"seconds": 2 << job.attempts if job.attempts < 9 else 3600})
