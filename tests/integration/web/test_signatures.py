"""A forged or empty signature is refused where it is given, so that the hand-over never stops at a
letter that cannot be printed.
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from tests import signatures
from tests.integration.services.papers import pictures_in
from tests.integration.web import desk
from tests.integration.web.sending import count
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM
from workflow_app.models import Case, Incident, Letter, Submission
from workflow_app.services.cases import answers
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.documents import ingest

BEFORE_SIGNING = 9
STOPPED_THE_CASE = ("checksum of the pixels", "no pixels", "two heads")
"""Once taken at the form, and then no letter could be printed with them."""
FORGED = {**{name: signatures.BROKEN[name] for name in STOPPED_THE_CASE}, **signatures.UNDECODABLE}


@pytest.fixture
def signing(play: Callable[..., UUID], visit: Callable[[str], Visitor]) -> tuple[UUID, Visitor]:
    """A case whose letter the citizen has read, and the officer with the pad on the screen."""
    case_id = play("sktlk_ktp", BEFORE_SIGNING)
    officer = visit("budi").open(f"/berkas/{case_id}").follow("Warga membaca dan bertanda tangan")
    return case_id, officer


def sign(officer: Visitor, address: str) -> Visitor:
    return officer.submit(
        desk.NEXT,
        sudah_dibaca="ya",
        isi_surat="benar",
        cara_tanda_tangan="gambar",
        tanda_tangan=address,
    )


def test_a_forged_or_empty_signature_completes_nothing_and_the_next_one_is_printed(
    signing: tuple[UUID, Visitor], works: Works, stage: Stage
) -> None:
    case_id, officer = signing
    before = count(works, Submission)
    task = officer.path
    for name, address in FORGED.items():
        sign(officer.open(task), address)
        assert officer.answer.status_code == 400, name
        assert "Tanda tangan tidak terbaca. Hapus, lalu bubuhkan kembali." in officer.words, name
    sign(officer.open(task), signatures.EMPTY["transparent"])
    assert officer.answer.status_code == 400
    assert "Tanda tangan masih kosong" in officer.words
    assert count(works, Submission) == before

    sign(officer.open(task), signatures.BOMB)

    assert "perlu diperbaiki" not in officer.words
    seeding.settle(stage, case_id)
    assert count(works, Incident) == 0
    with works.begin(SYSTEM) as work:
        letter = work.session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
        assert letter.status == "valid"
        case = work.session.get_one(Case, case_id)
        newest = answers.newest(work, case_id, ["periksa_surat"])
        kept = answers.unsealed(work, case, newest.values())["periksa_surat"]["tanda_tangan"]
        assert kept == ingest.clean(signatures.drawn()) != signatures.BOMB
        path = f"/surat/{letter.id}.pdf"
    assert pictures_in(officer.open(path).answer.data) == 1


def test_a_signature_that_is_sent_twice_is_kept_once_and_both_read_that_it_is_saved(
    signing: tuple[UUID, Visitor], works: Works
) -> None:
    _, officer = signing
    page, path = officer.answer, officer.path
    before = count(works, Submission)
    for _ in range(2):
        officer.answer, officer.path = page, path
        sign(officer, signatures.drawn())
        assert officer.answer.status_code == 200
        assert "Tersimpan: Warga membaca dan bertanda tangan." in officer.words
    assert count(works, Submission) == before + 1
