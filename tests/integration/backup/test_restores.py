"""What a restore sees to besides putting rows and bytes back: revisions, jobs, sessions, locks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic import command
from minio.commonconfig import GOVERNANCE
from minio.retention import Retention
from sqlalchemy import text

from archive import blobs
from tests.integration.backup.sites import Site, count, deposit, plain, site
from workflow_app.domain import SYSTEM
from workflow_app.migrations import commands


def test_a_backup_of_an_older_release_is_brought_up_to_date(
    stack: dict[str, str], empty: Site, tmp_path: Path
) -> None:
    with site(stack) as old:
        config = commands.config_for(old.settings.sqlalchemy_url)
        command.upgrade(config, "head")
        old.works.blobs.ensure_bucket()
        deposit(old, "Kiriman lama")
        command.downgrade(config, "-1")
        before = commands.current(old.settings.sqlalchemy_url)
        report = old.backup(tmp_path / "backup")

    verdict = empty.restore(tmp_path / "backup")

    assert report.snapshot.manifest.revision == before != commands.head()
    assert verdict.findings == []
    assert commands.current(empty.settings.sqlalchemy_url) == commands.head()


def test_jobs_that_were_being_done_come_back_and_sessions_do_not(
    office: Site, empty: Site, tmp_path: Path
) -> None:
    with office.works.begin(SYSTEM) as work:
        worker = work.session.scalar(
            text("insert into procrastinate_workers default values returning id")
        )
        taken = "update procrastinate_jobs set status = 'doing', worker_id = :worker"
        read = work.session.execute(
            text(f"{taken} where task_name = 'read_document' and status = 'todo' returning id"),
            {"worker": worker},
        ).all()
        minute = (
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, status, "
            "worker_id)"
            " values ('counter', 'wake_overdue', 'wake_overdue', 'doing', :worker),"
            " ('counter', 'wake_overdue', 'wake_overdue', 'todo', null)"
        )
        work.session.execute(text(minute), {"worker": worker})
        someone = work.session.scalar(text("select id from user_account limit 1"))
        work.session.execute(
            text(
                "insert into user_session (id, token_hash, user_id, epoch, began_at, seen_at, "
                "data_key)"
                " values (gen_random_uuid(), 'x', :someone, 1, now(), now(), 'x')"
            ),
            {"someone": someone},
        )
    office.backup(tmp_path / "backup")

    assert empty.restore(tmp_path / "backup").findings == []

    with empty.works.begin(SYSTEM) as work:
        query = (
            "select task_name, status::text, worker_id, count(*) from procrastinate_jobs group by "
            "1, 2, 3"
        )
        jobs = {tuple(row) for row in work.session.execute(text(query))}
    assert {job for job in jobs if job[1] == "doing"} == set()
    assert ("read_document", "todo", None, len(read)) in jobs
    assert ("wake_overdue", "todo", None, 1) in jobs
    assert count(empty, "user_session where ended_at is null") == 0


def test_locks_and_legal_holds_are_set_again(office: Site, empty: Site, tmp_path: Path) -> None:
    bucket, until = office.environment["S3_BUCKET"], datetime.now(UTC) + timedelta(days=9000)
    with office.works.begin(SYSTEM) as work:
        held, longer = work.session.scalars(
            text("select sha256 from archive.blob order by 1 limit 2")
        )
    plain(office).enable_object_legal_hold(bucket, held)
    plain(office).set_object_retention(bucket, longer, Retention(GOVERNANCE, until))
    office.backup(tmp_path / "backup")

    assert empty.restore(tmp_path / "backup").findings == []

    bucket = empty.environment["S3_BUCKET"]
    assert plain(empty).is_object_legal_hold_enabled(bucket, held)
    there = blobs.describe(empty.works.blobs, longer).lock
    assert there.until
    assert abs(there.until - until) < timedelta(seconds=2)
    assert (there.mode, there.legal_hold) == (GOVERNANCE, False)
    with empty.works.begin(SYSTEM) as work:
        version = work.session.scalar(
            text(f"select version_id from archive.blob where sha256 = '{held}'")
        )
    assert version == empty.works.blobs.stat(held).version_id
