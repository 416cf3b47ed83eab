"""The real worker sends what waits in the outbox, and a server that hangs does not keep other work
waiting.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.integration.hiring import hire
from tests.integration.messages import process
from tests.integration.messages.servers import Mailbox, mail_server, silent_server
from tests.integration.services.conftest import fresh_works as fresh_works
from tests.services import ROOT
from workflow_app.domain import SYSTEM, Actor, NotDelivered
from workflow_app.services.cases import incidents
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.messages import sending
from workflow_app.tools.embedded.server_processes import wait_until

Worker = Callable[..., None]


@pytest.fixture
def officer(fresh_works: Works, tmp_path: Path) -> Actor:
    """Works at a counter that sends mail."""
    process.deploy(fresh_works, tmp_path)
    process.use(fresh_works, "surel")
    return hire(fresh_works, "budi", "petugas")


@pytest.fixture
def start_worker(stack: dict[str, str], fresh_database_url: str) -> Iterator[Worker]:
    """Starts the worker with a mail server at a port, and a gateway at another."""
    with ExitStack() as started:

        @contextmanager
        def run(port: int, phones: int | None) -> Iterator[None]:
            mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_TLS": "none"}
            environment = {**os.environ, **stack, "DATABASE_URL": fresh_database_url, **mail}
            environment["SMTP_FROM"] = "spkt@contoh.test"
            if phones is not None:
                environment["GATEWAY_URL"] = f"http://127.0.0.1:{phones}/kirim"
                environment["GATEWAY_SECRET"] = "r" * 32
                environment["MESSAGE_TIMEOUT_SECONDS"] = "120"
            child = subprocess.Popen(
                [sys.executable, "-m", "workflow_app.worker"], cwd=ROOT, env=environment
            )
            try:
                yield
            finally:
                child.kill()
                child.wait()

        yield lambda port, phones=None: started.enter_context(run(port, phones))


def test_the_worker_sends_the_mail(
    fresh_works: Works, officer: Actor, start_worker: Worker
) -> None:
    process.begin(fresh_works, officer, process.CITIZEN)
    with mail_server(Mailbox()) as mailbox:
        start_worker(mailbox.port)
        assert wait_until(lambda: len(mailbox.letters) == 2, 60)

    assert {letter["To"] for letter in mailbox.letters} == {process.MAIL, process.LEADER}


def test_a_mail_server_that_hangs_keeps_no_other_job_waiting(
    fresh_works: Works, officer: Actor, start_worker: Worker, fresh_database_url: str
) -> None:
    process.begin(fresh_works, officer, process.CITIZEN)
    with silent_server() as port, psycopg.connect(fresh_database_url, autocommit=True) as database:
        start_worker(port)
        sending = (
            "select count(*) from procrastinate_jobs where status = 'doing' and task_name = "
            "'send_message'"
        )
        assert wait_until(lambda: database.execute(sending).fetchone() == (1,), 60)
        with fresh_works.begin(SYSTEM) as work:
            jobs.defer(work, "wake_case", case_id=str(UUID(int=0)))  # there is no such case
        tried = (
            "select count(*) from procrastinate_jobs where status = 'failed' and task_name = "
            "'wake_case'"
        )
        assert wait_until(lambda: database.execute(tried).fetchone() == (1,), 10)
        assert database.execute(sending).fetchone() == (1,)


def test_a_gateway_that_hangs_keeps_no_mail_waiting(
    fresh_works: Works, officer: Actor, start_worker: Worker, fresh_database_url: str
) -> None:
    """Citizens are told by phone, the leadership by mail, in turn: the first of the phone keeps its
    own way busy for two minutes.
    """
    process.use(fresh_works, "telepon", "surel")
    for _ in range(4):
        process.begin(fresh_works, officer, process.CITIZEN)
    with (
        silent_server() as phones,
        mail_server(Mailbox()) as mailbox,
        psycopg.connect(fresh_database_url, autocommit=True) as database,
    ):
        start_worker(mailbox.port, phones)
        tried = "select max(attempts) from message where channel = 'telepon'"
        assert wait_until(lambda: database.execute(tried).fetchone() == (1,), 60)
        assert wait_until(lambda: len(mailbox.letters) == 4, 60)
        waiting = (
            "select channel, count(*) from message where status <> 'sent' and channel = 'telepon' "
            "group by 1"
        )
        assert database.execute(waiting).fetchall() == [("telepon", 4)]

    assert {letter["To"] for letter in mailbox.letters} == {process.LEADER}


def test_a_message_that_is_sent_once_more_waits_behind_its_own_way_only(
    fresh_works: Works, officer: Actor, fresh_database_url: str
) -> None:
    """Also one whose failure is put right by hand, from the page of incidents."""
    process.use(fresh_works, "telepon", "surel")
    case_id = process.begin(fresh_works, officer, process.CITIZEN)
    admin = hire(fresh_works, "ana", "admin")
    with psycopg.connect(fresh_database_url, autocommit=True) as database:
        database.execute(
            "update procrastinate_jobs set status = 'failed' where task_name = 'send_message'"
        )
        with fresh_works.begin(SYSTEM) as work:
            message_id = process.message_of(work, case_id).id
        sending.give_up(fresh_works, NotDelivered(), message_id)
        with fresh_works.begin(admin) as work:
            (incident,) = incidents.of_case(work, case_id)
            incidents.retry(work, incident.id)
        queues = (
            "select queue_name, status::text from procrastinate_jobs where task_name = "
            "'send_message' order by 1"
        )
        assert database.execute(queues).fetchall() == [
            ("messages", "failed"),
            ("phones", "failed"),
            ("phones", "todo"),
        ]
