"""The pages of versions: what is asked twice, what is refused, and what is never shown."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import PASSWORD
from tests.integration.hiring import hire
from tests.integration.services.conftest import fresh_works as fresh_works
from tests.integration.services.moving import (
    REASON,
    begin,
    case_id,
    move,
    put_up,
    row,
    service,
    without_approval,
)
from tests.integration.web.visitor import Visitor, fields_of
from workflow_app.app import create_app
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import MoveOrder
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.workflow import version_migration
from workflow_app.services.workflow.version_migration import OrderView
from workflow_app.settings import Settings

__all__ = ["case_id"]

PAGE = "/proses/uji/versi"


def orders(works: Works) -> list[MoveOrder]:
    with works.begin(SYSTEM) as work:
        found = list(work.session.scalars(select(MoveOrder)))
        work.session.expunge_all()
        return found


def test_moving_is_asked_twice_and_a_double_click_orders_once(
    works: Works, visit: Callable[[str], Visitor], case_id: UUID, sari: Actor
) -> None:
    chief = visit("sari").open(PAGE)
    assert "1 dapat dipindahkan ke versi 2, 0 tidak." in chief.words
    chief.submit("Periksa sebelum memindahkan", alasan=REASON)
    assert orders(works) == []
    assert "Pindahkan 1 berkas?" in chief.words
    assert row(works, case_id).number in chief.words
    sure = fields_of(
        next(form for form in chief.page().iter("form") if form.get("action") == f"{PAGE}/2/pindah")
    )

    chief.submit("Pindahkan 1 berkas")
    chief.client.post(f"{PAGE}/2/pindah", data=sure)

    (order,) = orders(works)
    version_migration.carry_out(works, order.id)
    assert "1 berkas: 1 dipindahkan." in chief.open(PAGE).words
    assert REASON in chief.words
    chief.submit("Periksa sebelum mengembalikan", alasan=REASON).submit("Kembalikan 1 berkas")
    (back,) = [one for one in orders(works) if one.undoes_id == order.id]
    version_migration.carry_out(works, back.id)
    assert "1 berkas: 1 dikembalikan." in chief.open(PAGE).words


@pytest.mark.usefixtures("case_id")
@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"alasan": "x"}, 400, "paling sedikit sepuluh huruf"),
        ({"alasan": REASON, "berkas": "pilihan"}, 409, "Tidak ada berkas pilihan Anda"),
        (
            {"alasan": REASON, "berkas": "pilihan", "pilih": "bukan-id"},
            400,
            "Pilihan ini tidak dikenal",
        ),
        ({"alasan": "x" * 3000}, 400, "terlalu panjang"),
    ],
)
def test_what_cannot_be_ordered_is_said_on_the_page(
    works: Works,
    visit: Callable[[str], Visitor],
    sari: Actor,
    form: dict[str, str],
    status: int,
    words: str,
) -> None:
    chief = visit("sari").open(PAGE).submit("Periksa sebelum memindahkan", **form)
    assert (chief.answer.status_code, orders(works)) == (status, [])
    assert words in chief.words


def test_reasons_against_a_move_stand_on_the_page(
    works: Works, visit: Callable[[str], Visitor], case_id: UUID, sari: Actor, tmp_path: Path
) -> None:
    put_up(works, tmp_path, without_approval())
    page = visit("sari").open(PAGE)
    assert "tempat berkas menunggu, tidak ada lagi." in page.words
    assert row(works, case_id).number in page.words
    assert "Pindahkan ke versi 3" not in page.words


@pytest.mark.usefixtures("case_id")
def test_two_versions_side_by_side_are_told_in_words(
    visit: Callable[[str], Visitor], sari: Actor
) -> None:
    page = visit("sari").open(PAGE).follow("Lihat perbedaan versi 1 dan 2")
    assert "+ Baru Periksa" in page.words
    assert "Setujui → Periksa" in page.words


@pytest.mark.usefixtures("case_id")
def test_what_is_not_there_is_not_found(visit: Callable[[str], Visitor], sari: Actor) -> None:
    chief = visit("sari")
    for path in (
        "/proses/tidak/versi",
        f"{PAGE}/banding?dari=1&ke=9",
        f"{PAGE}/banding",
        f"{PAGE}/7/gambar",
        f"{PAGE}/1/gambar?proses=lain",
    ):
        assert chief.open(path).answer.status_code == 404, path
    assert "bpmn:definitions" in chief.open(f"{PAGE}/1/gambar").text


@pytest.mark.usefixtures("case_id")
def test_who_does_not_look_after_processes_has_no_such_page(
    visit: Callable[[str], Visitor], budi: Actor
) -> None:
    desk = visit("budi")
    assert "Versi proses" not in desk.open("/").words
    for path in ("/proses/versi", PAGE, f"{PAGE}/banding?dari=1&ke=2", f"{PAGE}/1/gambar"):
        assert desk.open(path).answer.status_code == 403


def test_a_page_that_is_read_while_cases_are_moved_shows_one_state(
    fresh_works: Works, fresh_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is moved between the two questions of the page: it is still to be moved, and no
    order tells otherwise.
    """
    budi, sari = hire(fresh_works, "budi", "petugas"), hire(fresh_works, "sari", "ka_spkt")
    put_up(fresh_works, tmp_path, service())
    begin(fresh_works, budi)
    put_up(fresh_works, tmp_path, service("arsipkan"))
    asked = version_migration.of_process

    def moved_meanwhile(work: UnitOfWork, key: str) -> list[OrderView]:
        move(fresh_works, sari, 2)
        return asked(work, key)

    chief = Visitor(create_app(fresh_settings, works=fresh_works).test_client()).sign_in(
        "sari", PASSWORD
    )
    with monkeypatch.context() as patch:
        patch.setattr(version_migration, "of_process", moved_meanwhile)
        chief.open(PAGE)

    assert "1 dapat dipindahkan ke versi 2, 0 tidak." in chief.words
    assert REASON not in chief.words
    assert "1 berkas: 1 dipindahkan." in chief.open(PAGE).words
