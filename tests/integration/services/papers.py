"""Letters for the tests: issued, printed, and read again."""

import io

import pikepdf
import pypdfium2

from tests.integration.services import desk
from workflow_app.models import Letter
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import letters, printing

SITE = "https://spkt.contoh.test/"


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(
            " ".join(page.get_textpage().get_text_bounded() for page in document).split()
        )


def printed(work: UnitOfWork, letter: Letter) -> bytes:
    printing.render(work, letter.id, public_url=SITE)
    return printing.pdf(work, letter.id).data


def issued(work: UnitOfWork) -> Letter:
    case = desk.complete_case(work)
    return work.session.get_one(Letter, letters.issue(work, case, "sktlk"))


def sign(work: UnitOfWork, letter: Letter) -> None:
    case = work.session.get_one(desk.Case, letter.case_id)
    answers = {
        "sudah_dibaca": True,
        "isi_surat": "benar",
        "cara_tanda_tangan": "gambar",
        "tanda_tangan": desk.PIXEL,
    }
    desk.record(work, case, "periksa_surat", answers)


def pictures_in(data: bytes) -> int:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return sum(
            1
            for found in pdf.objects
            if isinstance(found, pikepdf.Stream)
            and found.get("/Subtype") == pikepdf.Name.Image
            and "/SMask" in found
        )
