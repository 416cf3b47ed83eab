"""What `./spkt run` says before it starts anything."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import ROOT
from workflow_app.cli import run


def test_a_free_port_is_accepted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert run._refusal("127.0.0.1", port) == ""


def test_a_taken_port_gets_a_sentence_with_another_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert run._refusal("127.0.0.1", port) == (
            f"Port {port} is taken: another program listens on it. End that one, or choose "
            f"another: --port {port + 1}"
        )


def test_a_host_that_is_none_gets_a_sentence() -> None:
    assert "is no address of a machine" in run._refusal("no such host", 8000)


def test_an_address_of_another_machine_gets_a_sentence() -> None:
    assert "Nothing can listen on 192.0.2.1:8000" in run._refusal("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]"), ("meja", "meja")],
)
def test_the_address_shown_can_be_opened(host: str, shown: str) -> None:
    assert run._shown(host) == shown


def test_words_that_find_no_room_do_not_end_the_site() -> None:
    code = (
        "import os\nfrom workflow_app.cli import run\nrun._tell('The worker was started "
        "again.')\nos._exit(7)"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=full, check=False)

    assert done.returncode == 7
