"""How the web processes share the work: who comes is served by the process that has a hand free."""

import time
from concurrent.futures import Future
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

AT_ONCE = 2
"""Requests that one process works on at a time: one computes while the other waits for the database. More would only wait for
one another."""
LONG_SECONDS = 0.25
"""Who has been at work for so long waits for something slower (the object store, a lock, a paper over a poor line) and leaves the
processor to others, as far as there are threads."""


class FreeHands(ThreadWorker):
    """Threads of one process, beside other processes that listen at the same door.

    gunicorn's own worker lets in whoever comes, and keeps connections open however many wait in it; so officers crowd before one
    process while the other idles. This one leaves who comes to the others while it has its hands full, and sends a connection that it
    then serves back to the door afterwards.
    """

    max_keepalived: int
    """gunicorn's: a request that begins while so many connections rest is the last on its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept_at_most = self.max_keepalived
        self._at_work: dict[TConn, float] = {}
        """Connections that were given to a thread, and when."""

    def has_free_hand(self) -> bool:
        """Whether one more request would be worked on at once."""
        recent = time.monotonic() - LONG_SECONDS
        return (
            len(self._at_work) < self.cfg.threads
            and sum(began > recent for began in self._at_work.values()) < AT_ONCE
        )

    def enqueue_req(self, conn: TConn) -> None:
        """A connection is given to a thread."""
        self._at_work[conn] = time.monotonic()
        self._watch_the_door()
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        """It comes back."""
        del self._at_work[conn]
        self._watch_the_door()
        super().finish_request(conn, fs)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Asked for in every round of the loop, whenever it is not as gunicorn would have it."""
        super().set_accept_enabled(enabled and self.has_free_hand())

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Not for longer than until somebody at work may count as waiting."""
        super().wait_for_and_dispatch_events(timeout if self._accepting else min(timeout, LONG_SECONDS))

    def _watch_the_door(self) -> None:
        is_free = self.has_free_hand()
        self.max_keepalived = self._kept_at_most if is_free else 0
        if not is_free:
            self.set_accept_enabled(False)
