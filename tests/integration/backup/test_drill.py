"""The drill: a backup of a site at work, put back into an empty place, is that site."""

import threading
from pathlib import Path

from sqlalchemy import select

from tests.integration.backup.sites import Site, count, deposit, play, stage_of
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import LetterNumber
from workflow_app.services.documents import search
from workflow_app.services.operations import checkpoints

ARCHIVIST = Actor(None, "Contoh Arsiparis", frozenset({"arsiparis"}))


def numbers(place: Site) -> list[int]:
    """Letter numbers in their order."""
    with place.works.begin(SYSTEM) as work:
        query = select(LetterNumber.sequence).where(LetterNumber.series == "SKTLK")
        return sorted(work.session.scalars(query))


def test_what_is_restored_is_the_site_that_was_at_work(
    office: Site, empty: Site, tmp_path: Path
) -> None:
    stage = stage_of(office)
    over, failures = threading.Event(), []
    after = threading.Semaphore(0)

    def work_on() -> None:
        try:
            for no in range(50):
                if over.is_set():
                    return
                deposit(office, f"Kiriman {no}")
                play(stage, None if no % 2 else 3)
                after.release()
        except Exception as error:
            failures.append(error)
            after.release(1000)

    def at_the_instant(step: str) -> None:
        """The database is seen as it was; now letters, papers and a checkpoint come that must not
        be in the backup.
        """
        if step == "dumping the database":
            for _ in range(2):
                assert after.acquire(timeout=60)
            with office.works.begin(SYSTEM) as work:
                assert checkpoints.make_checkpoint(work, office.keys.signing)

    counter = threading.Thread(target=work_on)
    counter.start()
    try:
        assert after.acquire(timeout=60)
        report = office.backup(tmp_path / "backup", at_the_instant)
    finally:
        over.set()
        counter.join(60)
    assert failures == []

    verdict = empty.restore(tmp_path / "backup")

    assert verdict.findings == []
    assert verdict.events == count(empty, "audit_event")
    assert verdict.anchored > 20
    assert count(empty, "audit_event") < count(office, "audit_event")
    assert count(empty, "letter") < count(office, "letter")
    assert report.snapshot.manifest.objects == count(empty, "archive.blob") + count(
        empty, "audit_checkpoint"
    )
    with empty.works.begin(ARCHIVIST) as work:
        assert len(search.search(work, "belangkas").hits) == 1
    given = numbers(empty)
    assert given == list(range(1, len(given) + 1))
    play(stage_of(empty))
    assert numbers(empty) == [*given, len(given) + 1]
    with empty.works.begin(SYSTEM) as work:
        checkpoints.make_checkpoint(work, empty.keys.signing)
        assert list(checkpoints.verify_checkpoints(work, bytes.fromhex(empty.keys.public))) == []
