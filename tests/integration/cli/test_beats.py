"""`db beats`: is the background process at work, for a composition or a service manager that
asks.
"""

import os
import subprocess
import sys

import psycopg
import pytest

from tests.services import ROOT
from workflow_app.settings import Settings


def beats(stack: dict[str, str], address: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workflow_app", "db", "beats"],
        cwd=ROOT,
        env={**os.environ, **stack, "DATABASE_URL": address},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def seen(settings: Settings, **seconds_ago: float) -> None:
    with psycopg.connect(settings.database_dsn) as connection:
        for name, age in seconds_ago.items():
            connection.execute(
                "insert into heartbeat (name, at, facts) values (%s, now() - "
                "make_interval(secs => %s), '{}')"
                " on conflict (name) do update set at = excluded.at",
                [name, age],
            )


def test_a_worker_that_was_never_seen_is_not_at_work(
    stack: dict[str, str], fresh_settings: Settings
) -> None:
    done = beats(stack, fresh_settings.database_dsn)

    assert done.returncode == 1
    assert "counter: late, never seen" in done.stdout


@pytest.mark.parametrize(("scheduler", "code"), [(100, 0), (200, 1)])
def test_one_part_that_stands_still_is_told(
    stack: dict[str, str], fresh_settings: Settings, scheduler: float, code: int
) -> None:
    seen(fresh_settings, counter=5, reading=5, scheduler=scheduler)

    done = beats(stack, fresh_settings.database_dsn)

    assert (done.returncode, len(done.stdout.splitlines())) == (code, 3), done.stderr
    assert "counter: ok, " in done.stdout
    assert ("scheduler: late, " in done.stdout) is (code == 1)


def test_a_database_that_is_away_is_said_in_a_sentence(stack: dict[str, str]) -> None:
    done = beats(stack, "postgresql://nobody@127.0.0.1:9/none")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Error: ")
