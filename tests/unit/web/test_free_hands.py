"""Whether a web process has a hand free, and what happens to a connection that ends (decision
0065).
"""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from selectors import EVENT_READ, DefaultSelector

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from workflow_app.web_server import AT_ONCE, LONG_SECONDS, FreeHands

THREADS = AT_ONCE + 1


@pytest.fixture
def process() -> Iterator[FreeHands]:
    cfg = Config()
    cfg.set("threads", THREADS)
    made = FreeHands(1, 1, [], None, 30, cfg, None)
    made.poller, made.tpool = DefaultSelector(), ThreadPoolExecutor(1)
    yield made
    made.poller.close()
    made.tpool.shutdown()
    made.tmp.close()


@pytest.fixture
def line() -> Iterator[tuple[TConn, socket.socket]]:
    ours, theirs = socket.socketpair()
    yield TConn(Config(), ours, ("", 0), ("", 0)), theirs
    ours.close()
    theirs.close()


def give(process: FreeHands, seconds_ago: float) -> None:
    process._at_work[TConn(Config(), socket.socket(), None, None)] = time.monotonic() - seconds_ago


@pytest.fixture(autouse=True)
def _closed(process: FreeHands) -> Iterator[None]:
    yield
    for conn in process._at_work:
        conn.sock.close()


def test_a_process_works_on_few_at_a_time(process: FreeHands) -> None:
    for _ in range(AT_ONCE):
        assert process.has_free_hand()
        give(process, 0)
    assert not process.has_free_hand()


def test_who_waits_does_not_count_as_long_as_there_is_a_thread(process: FreeHands) -> None:
    for _ in range(THREADS):
        assert process.has_free_hand()
        give(process, LONG_SECONDS + 1)
    assert not process.has_free_hand(), "no thread is left"


def test_a_thread_that_cannot_begin_leaves_no_hand_taken(
    process: FreeHands, line: tuple[TConn, socket.socket]
) -> None:
    process.tpool.shutdown()
    with pytest.raises(RuntimeError):
        process.enqueue_req(line[0])
    assert process._at_work == {}


def resting(process: FreeHands, conn: TConn) -> None:
    process.nr_conns = 1
    process.keepalived_conns.append(conn)
    process.poller.register(conn.sock, EVENT_READ)


def test_who_hangs_up_takes_no_hand(process: FreeHands, line: tuple[TConn, socket.socket]) -> None:
    conn, theirs = line
    resting(process, conn)
    theirs.close()
    process.on_client_socket_readable(conn, conn.sock)
    assert (process.nr_conns, process._at_work, conn.sock.fileno()) == (0, {}, -1)


def test_who_asks_once_more_is_given_one(
    process: FreeHands, line: tuple[TConn, socket.socket]
) -> None:
    conn, theirs = line
    resting(process, conn)
    theirs.send(b"GET")
    given: list[TConn] = []
    process.tpool.submit = lambda _work, conn: given.append(conn) or Future()
    process.on_client_socket_readable(conn, conn.sock)
    assert (process.nr_conns, list(process._at_work), given) == (1, [conn], [conn])
    process._at_work.clear()


def served(process: FreeHands, conn: TConn) -> None:
    """Its last answer is sent."""
    process.nr_conns, process._at_work[conn] = 1, time.monotonic()
    done: Future[bool] = Future()
    done.set_result(False)
    process.finish_request(conn, done)


def test_a_connection_is_closed_when_the_other_side_has_hung_up(
    process: FreeHands, line: tuple[TConn, socket.socket]
) -> None:
    conn, theirs = line
    served(process, conn)
    assert theirs.recv(1) == b"", "it is told that nothing more comes"
    theirs.send(b"the rest of a paper")
    look(process)
    assert (process.nr_conns, list(process.pending_conns)) == (1, [conn])
    theirs.close()
    look(process)
    assert (process.nr_conns, list(process.pending_conns), conn.sock.fileno()) == (0, [], -1)


def test_a_connection_that_nobody_hangs_up_is_closed_all_the_same(
    process: FreeHands, line: tuple[TConn, socket.socket]
) -> None:
    conn, _theirs = line
    served(process, conn)
    process.murder_pending()
    assert process.nr_conns == 1
    conn.timeout = time.monotonic() - 1
    process.murder_pending()
    assert (process.nr_conns, conn.sock.fileno()) == (0, -1)


def test_a_connection_that_is_gone_already_is_let_go(
    process: FreeHands, line: tuple[TConn, socket.socket]
) -> None:
    conn, _theirs = line
    conn.sock.close()
    served(process, conn)
    assert (process.nr_conns, list(process.pending_conns)) == (0, [])


def look(process: FreeHands) -> None:
    """One round of the loop."""
    for key, _ in process.poller.select(1):
        key.data(key.fileobj)
