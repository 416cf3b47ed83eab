"""A held case on the pages: the desk reads why it cannot go on, a lead reads what was repeated and
lets it (decision 0028).
"""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from tests.integration.open_tasks import task_of
from tests.integration.stretches import use_up
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor, Answers
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.workflow import tasks

SEND_BACK: Answers = {
    "keputusan": "kembalikan",
    "bagian": "persyaratan",
    "alasan": "Contoh: surat belum terbaca.",
}
REASON = "Surat pengantar warga memang perlu diurus lagi."


@pytest.fixture
def held(works: Works, play: Callable[..., UUID], sari: Actor) -> UUID:
    case_id = play("sktlk_ktp", 6)
    use_up(works, case_id)
    with works.begin(sari) as work:
        tasks.complete(work, task_of(works, case_id).id, SEND_BACK, str(uuid4()))
    return case_id


def test_a_held_task_says_whom_it_waits_for_and_goes_on_after_a_lead_has_given_a_reason(
    works: Works, held: UUID, visit: Callable[[str], Visitor]
) -> None:
    task = f"/tugas/{task_of(works, held).id}"
    desk = visit("budi").open(task)
    assert "sudah 20 kali dilalui berkas ini" in desk.words
    assert "Baca dan izinkan" not in desk.words
    assert 'id="formulir"' not in desk.text, "nothing is filled in that cannot be sent"

    chief = visit("sari").open("/insiden").follow("Baca dan izinkan")
    assert "Contoh: surat belum terbaca." in chief.words, (
        "the reason of the last return is read first"
    )
    chief.submit("Izinkan berjalan lagi", alasan="ya")
    assert chief.answer.status_code == 400
    assert "paling sedikit sepuluh huruf" in chief.words
    chief.submit("Izinkan berjalan lagi", alasan=REASON)
    assert "Berkas diizinkan berjalan lagi" in chief.words
    assert "Tidak ada gangguan" in chief.open("/insiden").words
    assert 'id="formulir"' in desk.open(task).text
