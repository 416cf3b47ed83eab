"""A site of the former version, started with this one: nothing is lost, and everything goes on.

One site for all tests of this module, in the order in which a start meets it: tables and processes,
what is kept, the jobs that wait, then every case under the definition that it was begun with.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import select, text

from archive.models import Document
from tests.integration.backup.sites import Site
from tests.integration.conftest import MONDAY, TestClock
from tests.integration.former_site.site import Told, ToldCase, instant, place, read, stage_of
from tests.services import run_command
from workflow_app.domain import SYSTEM
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete
from workflow_app.migrations import commands
from workflow_app.models import Case, Letter, Task
from workflow_app.services.accounts import users
from workflow_app.services.cases import answers
from workflow_app.services.core import unit_of_work
from workflow_app.services.demo import seeding
from workflow_app.services.letters import letters
from workflow_app.services.office_settings_admin import configuration_files
from workflow_app.services.operations import checkpoints, consistency
from workflow_app.worker import create_worker

PROCESSES_THEN = {
    "archive_batch",
    "complaint",
    "digitisation",
    "disposal",
    "disposal_propam",
    "htck",
    "lp",
    "referral",
    "skld",
    "sktlk",
    "sttp",
    "tkp_dispatch",
}
DONE_JOBS = (
    "make_bag",
    "perform_effect",
    "read_document",
    "reprint_letter",
    "send_message",
    "split_stack",
    "wake_case",
)

OVERDUE = "timer case "
"""No worker ran between the steps of the stored cases and its backup: their timers wait for the
first.
"""


class Former(NamedTuple):
    """The site, started."""

    site: Site
    told: Told
    clock: TestClock


@pytest.fixture(scope="module")
def former(stack: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Former]:
    """Put back, then migrated and deployed by the two commands that `./spkt run` gives."""
    folder: Path = tmp_path_factory.mktemp("former")
    told = read(folder)
    clock = TestClock(instant(told.at))
    with place(stack, clock) as site:
        verdict = site.restore(folder / "backup")
        assert [each for each in verdict.findings if not each.startswith(OVERDUE)] == []
        run_command("db", "upgrade", environment=site.environment)
        run_command("seed", "--json", "--no-demo", environment=site.environment)
        yield Former(site, told, clock)


def faults(former: Former) -> list[str]:
    """What `./spkt db verify` and `./spkt audit verify` would say."""
    site, key = former.site, checkpoints.public_key_of(former.site.settings.audit_signing_key_bytes)
    with site.works.begin(SYSTEM) as work:
        found = [
            f"{each.chain} {each.position}: {each.reason}"
            for check in (
                unit_of_work.verify_chains(work),
                checkpoints.verify_checkpoints(work, key),
            )
            for each in check
        ]
    found += [
        f"{each.kind} {each.where}: {each.sentence}"
        for each in consistency.check_site(site.works, key)
    ]
    return found


def waiting(former: Former, status: str = "todo") -> dict[str, int]:
    query = text(
        "select task_name from procrastinate_jobs where status = cast(:status as "
        "procrastinate_job_status)"
    )
    with former.site.works.begin(SYSTEM) as work:
        return dict(Counter(work.session.scalars(query, {"status": status})))


def test_the_stored_site_has_a_case_in_the_middle_of_each_process(former: Former) -> None:
    assert {case.process for case in former.told.cases} == PROCESSES_THEN
    with former.site.works.begin(SYSTEM) as work:
        for case in former.told.cases:
            assert work.session.get_one(Case, UUID(case.id)).closed_at is None


def test_its_tables_are_those_of_this_version_and_nothing_is_wrong(former: Former) -> None:
    assert commands.current(former.site.settings.sqlalchemy_url) == commands.head()
    assert [each for each in faults(former) if not each.startswith(OVERDUE)] == []


def test_its_people_are_there(former: Former) -> None:
    with former.site.works.begin(SYSTEM) as work:
        assert sorted(user.username for user in users.list_all(work)) == former.told.usernames


def test_its_letters_are_verified_by_their_codes(former: Former) -> None:
    assert {status for status, _, _ in former.told.letters.values()} == {"valid", "void"}
    with former.site.works.begin(SYSTEM) as work:
        for code, told in former.told.letters.items():
            found = letters.verify(work, code)
            assert [found.status, found.kind_title, found.number] == told


def test_its_sealed_answers_open(former: Former) -> None:
    with former.site.works.begin(SYSTEM) as work:
        for case in former.told.cases:
            found = answers.read_answers(work, work.session.get_one(Case, UUID(case.id)))
            assert json.loads(json.dumps(found)) == case.answers


def test_its_settings_say_the_same(former: Former) -> None:
    with former.site.works.begin(SYSTEM) as work:
        found = json.loads(configuration_files.export(work))
    assert {key: found.get(key) for key in former.told.settings} == former.told.settings


def test_its_documents_are_read_or_wait_as_they_did(former: Former) -> None:
    assert set(former.told.documents.values()) >= {"received", "readable"}
    with former.site.works.begin(SYSTEM) as work:
        found = {str(each.id): each.status for each in work.session.scalars(select(Document))}
    assert found == former.told.documents


def test_its_jobs_are_taken_and_done(former: Former) -> None:
    assert waiting(former) == former.told.jobs
    assert set(DONE_JOBS) <= former.told.jobs.keys()
    app = create_worker(former.site.settings, former.site.works)

    async def work_off() -> None:
        async with app.open_async():
            for _ in range(3):  # a stack that is cut up asks for readings when a round has ended
                await app.run_worker_async(
                    wait=False, install_signal_handlers=False, listen_notify=False, concurrency=2
                )

    with ThreadPoolExecutor() as aside:  # a browser of another test may have a loop in this thread
        aside.submit(lambda: asyncio.run(work_off())).result()

    assert waiting(former, "failed").keys() <= {"send_message"}
    done, left = waiting(former, "succeeded"), waiting(former)
    assert {name for name in DONE_JOBS if not done.get(name)} - {"send_message"} == set()
    assert left.keys() <= {"send_message"}, "only messages wait: the site has no mail server"
    with former.site.works.begin(SYSTEM) as work:
        assert set(work.session.scalars(select(Document.status))) <= {"readable", "unreadable"}
    assert faults(former) == []


def test_each_case_goes_on_under_its_own_definition_to_the_end(former: Former) -> None:
    stage = stage_of(former.site.works, former.clock)
    latest = former.clock.at
    for case in former.told.cases:
        former.clock.at = max(instant(case.at), MONDAY)
        go_on(former, case, stage)
        latest = max(latest, former.clock.at)
    former.clock.at = latest
    assert faults(former) == []
    with former.site.works.begin(SYSTEM) as work:
        for letter in work.session.scalars(select(Letter).where(Letter.status == "valid")):
            assert letters.verify(work, letter.verify_code).status == "valid"


def go_on(former: Former, case: ToldCase, stage: seeding.Stage) -> None:
    """Play what is left of the scenario; at least one step of a person is."""
    told = process_folders.read_scenario(case.process, case.scenario.encode())
    assert [step for step in told.steps[case.done :] if isinstance(step, Complete)]
    case_id = UUID(case.id)
    with former.site.works.begin(SYSTEM) as work:
        before = work.session.get_one(Case, case_id).definition_id
    seeding.go_on(stage, case_id, told, case.done)
    with former.site.works.begin(SYSTEM) as work:
        found = work.session.get_one(Case, case_id)
        still_open = work.session.scalars(
            select(Task.element).where(Task.case_id == case_id, Task.status == "open")
        ).all()
        assert (case.process, found.outcome, still_open) == (case.process, told.outcome, [])
        assert found.definition_id == before
