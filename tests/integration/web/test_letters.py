"""Letters on the pages: withdrawn by Ka SPKT after hand-over."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM
from workflow_app.models import Letter
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.letters import printing

ADDRESS = "http://127.0.0.1:8000"


def letter_of(works: Works, case_id: UUID) -> Letter:
    with works.begin(SYSTEM) as work:
        found = work.session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
        work.session.expunge(found)
        return found


def test_ka_spkt_withdraws_a_letter_and_whoever_checks_its_code_reads_so(
    play: Callable[..., UUID], visit: Callable[[str], Visitor], visitor: Visitor, works: Works
) -> None:
    case_id = play("sktlk_ktp")
    path, letter = f"/berkas/{case_id}", letter_of(works, case_id)
    assert "Tarik surat" not in visit("budi").open(path).words
    chief = visit("sari").open(path)

    chief.submit("Tarik surat", alasan_tarik="salah")
    assert chief.answer.status_code == 400
    assert "paling sedikit sepuluh huruf" in chief.words
    assert "salah</textarea>" in chief.text, "what was typed stays"
    chief.submit("Tarik surat", alasan_tarik="Keterangan pelapor tidak benar")

    assert chief.path == path
    assert "Ditarik Keterangan pelapor tidak benar" in chief.words
    assert "Tarik surat" not in chief.words
    assert "Buka surat" not in chief.words, "the printing without the mark is not handed out"
    with works.begin(SYSTEM) as work:
        printing.reprint(work, letter.id, public_url=ADDRESS)
    chief.open(path).follow("Buka surat yang ditarik")
    assert chief.answer.mimetype == "application/pdf"
    assert "Surat ini sudah ditarik" in visitor.open(f"/verifikasi/{letter.verify_code}").words


def test_others_do_not_withdraw(
    play: Callable[..., UUID], visit: Callable[[str], Visitor], works: Works
) -> None:
    letter = letter_of(works, play("sktlk_ktp"))
    officer = visit("budi").open("/cari")

    answer = officer.client.post(
        f"/surat/{letter.id}/penarikan",
        data={"csrf_token": officer.token(), "alasan_tarik": "Keterangan pelapor tidak benar"},
    )

    assert answer.status_code == 403
    assert letter_of(works, letter.case_id).status == "valid"
