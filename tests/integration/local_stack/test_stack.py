"""Real servers, started and ended: what `./spkt run` stands on."""

import io
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from minio import Minio

from tests.integration.local_stack.own_place import own_place
from tests.services import ROOT
from workflow_app.tools.embedded import server_processes
from workflow_app.tools.embedded.server_processes import Process, StackError, wait_until
from workflow_app.tools.embedded.server_processes import running as processes
from workflow_app.tools.embedded.stack import LocalStack, running

KILLED_OWNER = """
    import os, signal, sys
    from pathlib import Path
    from workflow_app.tools.embedded import LocalStack
    stack = LocalStack(Path(sys.argv[1]), durable=False)
    stack.start()
    print("up", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


DATABASE_ONLY = {"S3_ENDPOINT": "127.0.0.1:1"}
"""As if an object store were named by the environment."""


@pytest.fixture
def place() -> Iterator[Path]:
    with own_place() as folder:
        yield folder


def servers_of(place: Path) -> list[Process]:
    cluster = (place / "postgres").resolve()
    marked = f"-dir={place / 'objects'}"
    return [one for one in processes() if one.directory() == cluster or marked in one.command()]


def store(environment: dict[str, str]) -> Minio:
    return Minio(
        environment["S3_ENDPOINT"],
        environment["S3_ACCESS_KEY"],
        environment["S3_SECRET_KEY"],
        secure=False,
        region=environment["S3_REGION"],
    )


def leave_servers_behind(place: Path) -> None:
    """What a run that was killed leaves: its servers live on."""
    command = [sys.executable, "-c", textwrap.dedent(KILLED_OWNER), str(place)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert done.stdout == "up\n"
    assert done.returncode == -signal.SIGKILL


def test_data_and_addresses_survive_a_restart_and_nothing_runs_afterwards(place: Path) -> None:
    stack = LocalStack(place)
    first = stack.start()
    with psycopg.connect(first["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept (value text)")
        connection.execute("INSERT INTO kept VALUES ('there')")
    store(first).make_bucket("kept", object_lock=True)
    store(first).put_object("kept", "a", io.BytesIO(b"there"), 5)
    stack.stop()
    assert servers_of(place) == []

    second = stack.start()
    with psycopg.connect(second["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == ("there",)
    answer = store(second).get_object("kept", "a")
    assert answer.read() == b"there"
    answer.close()
    assert first == second
    stack.stop()


def test_the_product_is_no_superuser_and_the_server_has_no_tcp_port(stack: dict[str, str]) -> None:
    with psycopg.connect(stack["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT rolsuper, current_setting('listen_addresses') FROM pg_roles WHERE rolname "
            "= current_user"
        ).fetchone()

    assert row == (False, "")


def test_a_wrong_password_is_refused_on_the_socket(stack: dict[str, str]) -> None:
    address = stack["DATABASE_URL"].replace("sentra:", "sentra:wrong", 1)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address)


def test_the_object_store_listens_on_this_machine_only(stack: dict[str, str]) -> None:
    port = int(stack["S3_ENDPOINT"].rpartition(":")[2])
    with socket.create_server(("127.0.0.2", port)):
        pass  # another address of the same port is free, so the store did not take them all


def test_servers_of_a_killed_run_are_ended_and_the_data_are_whole(place: Path) -> None:
    leave_servers_behind(place)
    old = servers_of(place)
    assert len(old) > 1

    stack = LocalStack(place, durable=False)
    environment = stack.start()
    try:
        assert not any(process.is_alive() for process in old)
        psycopg.connect(environment["DATABASE_URL"]).close()
    finally:
        stack.stop()


def test_lock_files_whose_number_now_belongs_to_somebody_else_are_harmless(place: Path) -> None:
    """Or to the dead server itself, while nobody has taken note of its death."""
    stack = LocalStack(place, durable=False, given=DATABASE_ONLY)
    stack.start()
    stack.stop()
    with subprocess.Popen(server_processes.account().command("sleep", "60")) as other:
        for lock in ("postgres/postmaster.pid", f"run/{server_processes.SOCKET_NAME}.lock"):
            (place / lock).write_text(
                f"{other.pid}\n{place}/postgres\n1\n5432\n{place}/run\n\n1 1\n"
            )
        (place / "stack.lock").write_text(str(other.pid))
        try:
            stack.start()
        finally:
            other.kill()
    stack.stop()


def test_an_interrupted_first_start_is_completed(place: Path) -> None:
    half = place / "postgres.new-abc" / "cluster"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (place / "secrets.env").write_text(
        "SECRET_KEY=kept-from-the-first-try-kept-from-the-first-try\n"
    )
    stack = LocalStack(place, durable=False, given=DATABASE_ONLY)

    environment = stack.start()
    stack.stop()

    assert environment["SECRET_KEY"].startswith("kept")
    assert not list(place.glob("postgres.new-*"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the cluster to another account")
def test_root_with_data_under_a_closed_folder_keeps_the_cluster_where_postgres_may_enter(
    place: Path,
) -> None:
    place.parent.chmod(0o700)
    stack = LocalStack(place, durable=False, given=DATABASE_ONLY)
    environment = stack.start()
    try:
        assert (place / "postgres").readlink().is_relative_to(server_processes.OPEN_PLACE)
        psycopg.connect(environment["DATABASE_URL"]).close()
    finally:
        stack.stop()
    assert place.parent.stat().st_mode & 0o777 == 0o700

    stack.start()
    elsewhere = (place / "postgres").readlink().parent
    stack.erase()
    assert not elsewhere.exists()


def test_a_second_owner_is_refused_with_the_number_of_the_first(place: Path) -> None:
    with LocalStackHolder(place), pytest.raises(StackError, match=rf"process {os.getpid()}\)"):
        LocalStack(place).start()


def test_a_command_joins_the_run_that_owns_the_data(place: Path) -> None:
    stack = LocalStack(place, durable=False, given=DATABASE_ONLY)
    environment = stack.start()
    try:
        with running(place) as joined:
            assert joined == environment
        psycopg.connect(environment["DATABASE_URL"]).close()
    finally:
        stack.stop()
    assert not (place / "environment.env").exists()


def test_servers_named_by_the_environment_are_not_started(
    place: Path, stack: dict[str, str]
) -> None:
    with running(place, given=stack) as environment:
        assert environment == {}
        assert servers_of(place) == []


def test_a_server_that_dies_is_started_again_at_the_same_address(place: Path) -> None:
    stack = LocalStack(place, durable=False, given=DATABASE_ONLY)
    environment = stack.start()
    try:
        postmaster = next(one for one in servers_of(place) if "-D" in one.command())
        postmaster.signal(signal.SIGKILL)
        assert wait_until(lambda: not postmaster.is_alive(), 5)

        assert stack.revive() == ["PostgreSQL had ended and was started again."]

        psycopg.connect(environment["DATABASE_URL"]).close()
    finally:
        stack.stop()


def test_a_suspended_server_does_not_stop_the_end(place: Path) -> None:
    stack = LocalStack(place, durable=False)
    stack.start()
    for process in servers_of(place):
        process.signal(signal.SIGSTOP)

    stack.stop()

    assert wait_until(lambda: servers_of(place) == [], 5)


class LocalStackHolder:
    """Owns a data directory without starting servers."""

    def __init__(self, place: Path) -> None:
        self.stack = LocalStack(place)

    def __enter__(self) -> None:
        self.stack.claim()

    def __exit__(self, *_: object) -> None:
        self.stack.stop()
