"""Following a complaint on the public page, and handing out its code at the desk (R36)."""

import re
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
from workflow_app.services.letters import letters
from workflow_app.services.processes import definitions
from workflow_app.web import limits

CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}\b")


@pytest.fixture
def waiting(stage: Stage, works: Works) -> UUID:
    """A mail whose complainant waits for the first response."""
    folder = PROCESSES / "complaint"
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, folder)
    files = process_folders.read_folder(folder)
    scenario = process_folders.read_scenario("surel", files["scenarios/surel.yaml"])
    return seeding.play(stage, "complaint", scenario, steps=4)


@pytest.fixture
def officer(visit: Callable[[str], Visitor], budi: Actor) -> Visitor:
    assert budi.roles
    return visit("budi")


def secret_on(sheet: Visitor) -> str:
    found = CODE.search(sheet.words)
    assert found is not None
    return found[0]


def number_of(works: Works, case_id: UUID) -> str:
    with works.begin(SYSTEM) as work:
        return letters.of_case(work, case_id)[0].number


def test_r36_from_the_desk_to_the_public_page_and_no_secret_in_an_address(
    officer: Visitor, visitor: Visitor, waiting: UUID, works: Works
) -> None:
    officer.open(f"/berkas/{waiting}").submit("Cetak kode rahasia")
    code, number = secret_on(officer), number_of(works, waiting)
    assert officer.answer.headers["Cache-Control"] == "no-store"
    assert number in officer.words
    assert code not in officer.path
    officer.open(f"/berkas/{waiting}")
    assert code not in officer.text
    assert "Kode rahasia sudah diserahkan" in officer.words

    visitor.open("/lacak").submit("Lihat", nomor="/".join(number.split("/")[:4]).lower(), kode=code)
    assert visitor.answer.status_code == 200
    assert visitor.path == "/lacak"
    assert visitor.answer.headers["Cache-Control"] == "no-store"
    assert "Pengaduan Anda sudah diterima dan dicatat." in visitor.words
    assert "Kabar berikutnya paling lambat Kamis, 26 November 2026" in visitor.words
    assert code not in visitor.text
    officer.follow("Status untuk warga")
    assert "Pengaduan Anda sudah diterima dan dicatat." in officer.words


def test_r36_a_new_code_asks_why_and_the_old_one_dies(
    officer: Visitor, visitor: Visitor, waiting: UUID, works: Works
) -> None:
    officer.open(f"/berkas/{waiting}/status").submit("Cetak kode rahasia")
    old, number = secret_on(officer), number_of(works, waiting)
    officer.open(f"/berkas/{waiting}/status").submit("Ganti dan cetak", tujuan_kode="hilang")
    assert officer.answer.status_code == 400
    assert "paling sedikit sepuluh huruf" in officer.words
    officer.submit("Ganti dan cetak", tujuan_kode="Lembarnya hilang; pengadu datang sendiri.")
    new = secret_on(officer)
    assert new != old
    for code, status in ((old, 404), (new, 200)):
        visitor.open("/lacak").submit("Lihat", nomor=number, kode=code)
        assert visitor.answer.status_code == status


def test_r36_wrong_number_and_wrong_code_read_the_same(
    officer: Visitor, visitor: Visitor, waiting: UUID, works: Works
) -> None:
    officer.open(f"/berkas/{waiting}/status").submit("Cetak kode rahasia")
    code, number = secret_on(officer), number_of(works, waiting)
    pages = []
    for typed, secret in ((number, "0000-0000-0000"), ("DUMAS/77/XI/2026", code)):
        visitor.open("/lacak").submit("Lihat", nomor=typed, kode=secret)
        assert visitor.answer.status_code == 404
        assert secret not in visitor.text
        pages.append(visitor.words)
    assert pages[0] == pages[1]


def test_r36_guessing_becomes_slow_also_with_the_right_code_and_then_passes(
    officer: Visitor, visitor: Visitor, waiting: UUID, works: Works
) -> None:
    officer.open(f"/berkas/{waiting}/status").submit("Cetak kode rahasia")
    code, number = secret_on(officer), number_of(works, waiting)
    for _ in range(limits.TRACKING.free):
        visitor.open("/lacak").submit("Lihat", nomor=number, kode="0000-0000-0000")
        assert visitor.answer.status_code == 404
    visitor.submit("Lihat", nomor=number, kode=code)
    assert visitor.answer.status_code == 429
    assert visitor.answer.headers["Retry-After"] == "2"
    assert "Tunggu 2 detik" in visitor.words
    assert number in visitor.text, "what was typed and is no secret stays"


def test_right_look_ups_are_never_slowed(
    officer: Visitor, visitor: Visitor, waiting: UUID, works: Works
) -> None:
    officer.open(f"/berkas/{waiting}/status").submit("Cetak kode rahasia")
    code, number = secret_on(officer), number_of(works, waiting)
    for _ in range(limits.TRACKING.free + 3):
        visitor.open("/lacak").submit("Lihat", nomor=number, kode=code)
        assert visitor.answer.status_code == 200


def test_r36_a_stranger_gets_neither_status_nor_code(
    visit: Callable[[str], Visitor], waiting: UUID, works: Works, tono: Actor
) -> None:
    stranger = visit("tono")
    with works.begin(SYSTEM) as work:
        letter_id = letters.of_case(work, waiting)[0].id
    stranger.open("/akun/sandi")
    token = stranger.token()
    assert tono.roles
    assert stranger.open(f"/berkas/{waiting}/status").answer.status_code == 404
    answer = stranger.client.post(f"/surat/{letter_id}/kode", data={"csrf_token": token})
    assert answer.status_code == 404
