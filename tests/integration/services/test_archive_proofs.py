"""R37: what the archive has proven of itself is seen by who answers for it, and tells of no paper
that one may not read.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import update

from archive.models import Document
from tests.integration.conftest import TestClock
from tests.integration.services import scans
from tests.integration.services.desk import new_case
from workflow_app import connections
from workflow_app.domain import SYSTEM, AccessLevel, Actor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents
from workflow_app.services.operations import archive_verification, checkpoints, health
from workflow_app.services.operations.archive_verification import Proofs
from workflow_app.settings import Settings


def read(works: Works, actor: Actor) -> Proofs:
    with works.begin(actor) as work:
        return archive_verification.read(work)


def test_r37_nothing_is_claimed_before_it_was_tried(works: Works, sari: Actor) -> None:
    assert read(works, sari) == Proofs(None, None, None, None, [], [])


def test_r37_the_last_verdicts_are_told_and_those_before_them(
    works: Works, sari: Actor, clock: TestClock
) -> None:
    archive_verification.prove_lock(works)
    clock.advance(minutes=1)
    archive_verification.check_sample(works, 1)
    sampled = read(works, sari)
    assert sampled.lock and sampled.lock.is_sound
    assert "menimpa, menghapus, memperpendek kunci" in sampled.lock.words
    assert sampled.sample and sampled.sample.is_sound
    assert sampled.whole is None, "a sample is not all of it"
    clock.advance(minutes=1)
    list(archive_verification.verify(works))
    found = read(works, sari)
    assert found.whole and found.whole.is_sound
    assert found.sample and found.sample.words == found.whole.words
    assert [verdict.title for verdict in found.history] == [
        "Kunci penyimpanan",
        "Pemeriksaan seluruh arsip",
        "Contoh harian",
        "Kunci penyimpanan",
    ]


def test_r37_a_lock_that_lets_go_says_what_succeeded(works: Works, sari: Actor) -> None:
    facts = dict.fromkeys(("overwriting_refused", "shortening_refused", "bypassing_refused"), True)
    with works.begin(SYSTEM) as work:
        health.beat(work, health.LOCK, {**facts, "deleting_refused": False, "is_sound": False})
    lock = read(works, sari).lock
    assert lock and not lock.is_sound
    assert lock.words.endswith("ditolak; menghapus BERHASIL.")


def test_r37_a_paper_that_changed_is_named_to_who_may_read_it_only(
    works: Works, budi: Actor, sari: Actor, person: Callable[..., Actor], sktlk: str
) -> None:
    assert sktlk
    with works.begin(budi) as work:
        case = new_case(work)
        paper = documents.upload(
            work, case.id, element="", label="Surat", data=scans.picture(str(uuid4()))
        ).id
    with works.begin(SYSTEM) as work:
        digest = work.session.get_one(Document, paper).blob_sha256
    works.blobs.put_named(digest, b"diganti", "image/png")
    archive_verification.check_sample(works, 1000)

    found = read(works, sari)
    assert found.wrong == [(paper, "Surat")]
    assert found.sample and not found.sample.is_sound
    assert "1 tidak utuh" in found.sample.words
    assert read(works, person("lain", "admin")).wrong == []
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Document).values(level=AccessLevel.TOP_SECRET))
    assert read(works, sari).wrong == []


def test_r37_the_seal_of_the_trail_is_told(works: Works, sari: Actor, settings: Settings) -> None:
    archive_verification.prove_lock(works)
    own = connections.blobs(settings.model_copy(update={"s3_bucket": f"checkpoints-{uuid4().hex}"}))
    own.ensure_bucket()
    with replace(works, blobs=own).begin(SYSTEM) as work:
        made = checkpoints.make_checkpoint(work, bytes(range(32)))
    seal = read(works, sari).seal
    assert made and seal
    assert seal.is_sound
    assert "peristiwa sejak segel sebelumnya" in seal.words
