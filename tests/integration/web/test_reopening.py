"""Taking an ended complaint up again from its page."""

from collections.abc import Callable
from uuid import UUID

import pytest

from tests.integration.conftest import PROCESSES
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import process_folders
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions

Play = Callable[[str], UUID]
REASON = "Pengirimnya datang dan membawa keterangan baru."
BUTTON = "Buka kembali berkas"


@pytest.fixture
def complain(stage: Stage, works: Works) -> Play:
    """Plays a scenario of the complaint to its end."""
    folder = PROCESSES / "complaint"
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, folder)
    files = process_folders.read_folder(folder)

    def play(name: str) -> UUID:
        file = f"scenarios/{name}.yaml"
        return seeding.play(stage, "complaint", process_folders.read_scenario(file, files[file]))

    return play


@pytest.fixture
def ended(complain: Play) -> UUID:
    """A sheet of the box that was set aside."""
    return complain("kotak_disisihkan")


def button(visitor: Visitor) -> str:
    return next(
        words
        for form in visitor.page().iter("button")
        if (words := " ".join("".join(form.itertext()).split())).startswith(BUTTON)
    )


def test_r32_a_lead_takes_up_what_was_set_aside_and_both_pages_say_so(
    chief: Visitor, ended: UUID
) -> None:
    chief.open(f"/berkas/{ended}")
    assert (
        "Disisihkan menurut aturan anonim" in chief.words
        or "disisihkan menurut aturan anonim" in chief.words
    )
    chief.submit(button(chief), alasan_buka="singkat")
    assert chief.answer.status_code == 400
    assert "paling sedikit sepuluh huruf" in chief.words
    chief.submit(button(chief), alasan_buka=REASON)

    assert "Alasan dibuka kembali" in chief.words
    assert REASON in chief.words
    assert "Berkas asal. Dibuka kembali" in chief.words
    chief.open(f"/berkas/{ended}")
    assert "Berkas lanjutan. Dibuka kembali" in chief.words
    assert REASON not in chief.words
    assert BUTTON not in chief.words


def test_who_serves_at_the_counter_is_not_offered_it(
    at_desk: Visitor, visit: Callable[[str], Visitor], ended: UUID
) -> None:
    assert BUTTON not in at_desk.open(f"/berkas/{ended}").words


def test_r79_propam_takes_up_its_own_case_on_its_page(
    complain: Play, visit: Callable[[str], Visitor], chief: Visitor, person: Callable[..., Actor]
) -> None:
    person("tamu", "arsiparis")  # somebody to be named
    case_id = complain("anggota")
    propam = visit("piket_propam").open(f"/berkas/{case_id}")
    propam.submit(button(propam), alasan_buka=REASON)

    assert "Alasan dibuka kembali" in propam.words
    assert "Catat keterangan" in propam.words
    assert chief.open(propam.path).answer.status_code == 404
