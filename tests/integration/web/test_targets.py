"""Targets in working days on the pages: in their own words, and who is told when holidays are not
confirmed.
"""

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from tests.integration.conftest import PASSWORD, TestClock
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM
from workflow_app.services.cases import clocks
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import SOP_IN_FORCE
from workflow_app.services.workflow import steps

NOT_CONFIRMED = "Hari libur 2027 belum dipastikan"


@pytest.fixture(autouse=True)
def in_days(works: Works) -> None:
    """Both clocks of the SKTLK have a target of working days."""
    with works.begin(SYSTEM) as work:
        for name, days in (("kedatangan", 1), ("berkas_lengkap", 3)):
            target = {"hari_kerja": days, "kalender": "hari_kerja"}
            configuration.set_value(work, f"target.{name}", target, SOP_IN_FORCE)


def test_r34_the_case_page_counts_down_to_the_end_of_the_day_and_then_says_how_long_it_took(
    works: Works, play: Callable[..., UUID], chief: Visitor, clock: TestClock
) -> None:
    case_id = play("sktlk_ktp", 6)
    assert "Batas 24 November 2026 pukul 23.59 WITA" in chief.open(f"/berkas/{case_id}").text

    clock.advance(days=2)
    with works.begin(SYSTEM) as work:
        clocks.stop(work, case_id, "kedatangan")

    chief.sign_in("sari", PASSWORD).open(f"/berkas/{case_id}")
    assert "dari 1 hari kerja" in chief.words
    assert '<span class="is-late">' in chief.text


@pytest.fixture
def beyond(works: Works, play: Callable[..., UUID]) -> UUID:
    """A case one clock of which ends in the next year, the other tomorrow."""
    with works.begin(SYSTEM) as work:
        long = {"hari_kerja": 28, "kalender": "hari_kerja"}
        configuration.set_value(work, "target.berkas_lengkap", long, SOP_IN_FORCE)
    return play("sktlk_ktp", 6)


def test_r34_case_task_and_board_say_that_a_deadline_may_move(beyond: UUID, chief: Visitor) -> None:
    words = "Batas ini dapat bergeser: hari libur 2027 belum ditetapkan."
    chief.open(f"/berkas/{beyond}")
    assert chief.words.count(words) == 1
    (task, *_) = re.findall(r'href="(/tugas/[0-9a-f-]{36})"', chief.text)
    for page in (task, "/papan"):
        assert words in chief.open(page).words, page


def test_r34_the_page_of_a_year_says_which_deadlines_move_before_it_is_confirmed(
    works: Works, beyond: UUID, chief: Visitor
) -> None:
    chief.open("/pengaturan/libur/hari_kerja/2027")
    chief.submit("Periksa dahulu", hari="2027-01-04", alasan="Contoh: cuti bersama").submit(
        "Simpan"
    )
    assert "Batas waktu yang sedang berjalan tidak berubah." in chief.words
    chief.submit("Pastikan hari libur 2027")
    assert "1 di antaranya bergantung pada hari libur 2027 dan dihitung ulang:" in chief.words
    assert "1 yang berakhir Rabu, 6 Januari 2027 bergeser ke Kamis, 7 Januari 2027" in chief.words
    chief.submit("Simpan")
    assert "dihitung ulang dalam beberapa menit" in chief.words
    steps.carry_out(works)
    assert "Batas 7 Januari 2027 pukul 23.59 WITA" in chief.open(f"/berkas/{beyond}").text
    assert "belum ditetapkan" not in chief.words


def test_r34_a_year_that_is_confirmed_from_a_day_on_is_counted_from_then_on(
    beyond: UUID, chief: Visitor
) -> None:
    chief.open("/pengaturan/libur/hari_kerja/2027")
    chief.submit("Pastikan hari libur 2027", mulai="2026-12-01").submit("Simpan")
    assert "hari libur 2027 dihitung ulang mulai 1 Desember 2026." in chief.words


def test_r34_the_public_promise_is_in_the_unit_of_the_target(visitor: Visitor, sktlk: str) -> None:
    assert "paling lama 3 hari kerja setelah" in visitor.open("/persyaratan").words


def test_r34_leads_read_on_their_first_page_that_holidays_are_not_confirmed_officers_do_not(
    at_desk: Visitor, chief: Visitor
) -> None:
    assert NOT_CONFIRMED in chief.open("/").words
    assert NOT_CONFIRMED not in at_desk.open("/").words
