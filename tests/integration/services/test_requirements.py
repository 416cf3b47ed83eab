"""Checklists on real cases: what Ka SPKT may waive, which papers count, who goes on when the
citizen comes back.
"""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.open_tasks import task_of
from tests.integration.services import scans
from tests.integration.services.test_answers import complete
from workflow_app.domain import SYSTEM, Actor, Answer, Answers, InvalidInput
from workflow_app.models import CaseWaiver
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents
from workflow_app.services.forms import requirements
from workflow_app.services.workflow import tasks

Play = Callable[..., UUID]
NUMBERED: Answer = {"given": True, "number": "CONTOH/01/2026", "date": "2026-11-20"}


def waiver(line: str) -> Answers:
    return {
        "pengecualian": {
            "line": line,
            "decision": "beri",
            "reason": "Warga tidak pernah memilikinya.",
        }
    }


@pytest.fixture
def asked(works: Works, play: Play, budi: Actor) -> UUID:
    """An NPWP case in which an exception was asked for the soft line `npwp_03`; the hard `npwp_01`
    is missing.
    """
    case_id = play("pengecualian_ditolak", 4)
    given: Answers = {
        "persyaratan": {
            "npwp_02": NUMBERED,
            "npwp_03": {"waive": True, "reason": "Tidak pernah menyimpan salinan."},
            "npwp_04": NUMBERED,
        }
    }
    complete(works, budi, task_of(works, case_id), given)
    return case_id


@pytest.mark.parametrize("line", ["npwp_01", "npwp_02", "ktp_01", "tidak_ada"])
def test_r55_only_a_soft_line_that_was_asked_for_can_be_waived(
    works: Works, asked: UUID, sari: Actor, line: str
) -> None:
    task = task_of(works, asked)
    with pytest.raises(InvalidInput) as refused:
        complete(works, sari, task, waiver(line))
    assert set(refused.value.fields) == {"pengecualian"}
    with works.begin(SYSTEM) as work:
        assert (
            work.session.scalars(select(CaseWaiver).where(CaseWaiver.case_id == asked)).all() == []
        )


def test_r55_what_was_asked_is_waived_and_the_hard_line_stays_missing(
    works: Works, asked: UUID, sari: Actor
) -> None:
    complete(works, sari, task_of(works, asked), waiver("npwp_03"))
    with works.begin(sari) as work:
        assert [missing.line.id for missing in requirements.missing(work, asked)] == ["npwp_01"]


def test_r54_a_register_number_is_missing_until_it_is_given(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("kurang_lalu_lengkap", 4)
    given: Answers = {"persyaratan": {"sim_01": {"given": True}, "sim_02": {"given": True}}}
    complete(works, budi, task_of(works, case_id), given)
    with works.begin(budi) as work:
        found = [
            (missing.line.id, missing.reason) for missing in requirements.missing(work, case_id)
        ]
    assert found == [("sim_02", "Nomornya belum diisi.")]


def test_r55_the_waiting_case_goes_to_the_queue_and_whoever_is_on_duty_takes_it(
    works: Works, play: Play, person: Callable[..., Actor]
) -> None:
    case_id = play("kurang_lalu_lengkap", 5)
    task = task_of(works, case_id)
    assert (task.element, task.assignee_id) == ("lengkapi_persyaratan", None)
    with works.begin(person("ani", "petugas")) as work:
        tasks.claim(work, task.id)
        assert tasks.get(work, task.id).answers_from == "earlier"


@pytest.mark.parametrize("foreign", [False, True])
def test_r38_a_line_takes_papers_of_its_own_case_only(
    works: Works, play: Play, budi: Actor, foreign: bool
) -> None:
    case_id, other = play("kurang_lalu_lengkap", 4), play("sktlk_ktp", 2)
    with works.begin(budi) as work:
        paper = documents.upload(
            work, other, element="uraian", label="Dokumen lain", data=scans.picture()
        )
    given: Answers = {
        "persyaratan": {
            "sim_01": {"given": True, "documents": [str(paper.id if foreign else uuid4())]}
        }
    }
    with pytest.raises(InvalidInput) as refused:
        complete(works, budi, task_of(works, case_id), given)
    assert list(refused.value.fields) == ["persyaratan.sim_01.documents"]
    assert "tidak ada di berkas ini" in refused.value.fields["persyaratan.sim_01.documents"]


def test_r13_a_signed_letter_that_nobody_scanned_is_refused(
    works: Works, play: Play, budi: Actor
) -> None:
    case_id = play("sktlk_sim", 9)
    task = task_of(works, case_id)
    assert task.element == "periksa_surat"
    given: Answers = {
        "sudah_dibaca": True,
        "isi_surat": "benar",
        "cara_tanda_tangan": "basah",
        "surat_bertanda": [str(uuid4())],
    }
    with pytest.raises(InvalidInput) as refused:
        complete(works, budi, task, given)
    assert list(refused.value.fields) == ["surat_bertanda"]
