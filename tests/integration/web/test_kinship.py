"""Related cases on the pages: the officer is led on, both pages name the other, and who may not see
it reads one line.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.deploying import deploy
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from tests.unit.engine.family import CALLER, REASON, call, report
from workflow_app.domain import Actor
from workflow_app.services.core.unit_of_work import Works

TOLD = {
    name: str(CALLER[name]) for name in ("nama", "telepon", "jenis", "jumlah", "tempat", "alasan")
}
HIDDEN = "Berkas terkait (tidak dapat dibuka)"


@pytest.fixture
def led_on(works: Works, tmp_path: Path, at_desk: Visitor) -> Visitor:
    """Budi has taken a call; the first task of the report is open before him."""
    deploy(works, tmp_path, report(), call())
    at_desk.open("/mulai")
    at_desk.open(
        at_desk.client.post("/mulai/panggilan", data={"csrf_token": at_desk.token()}).location
    )
    return at_desk.submit("Simpan", **TOLD, dibacakan="ya")


def value_of(visitor: Visitor, name: str) -> str:
    return next(
        box.get("value") or "" for box in visitor.page().iter("input") if box.get("name") == name
    )


def test_the_officer_is_led_on_and_asks_nothing_twice(led_on: Visitor) -> None:
    assert "B-2026-000002" in led_on.words
    assert (
        "Isian dari berkas sebelumnya sudah disiapkan. Cocokkan dengan warga, lalu lengkapi."
        in led_on.words
    )
    assert value_of(led_on, "nama") == CALLER["nama"]
    assert value_of(led_on, "tempat") == CALLER["tempat"]
    ticked = [box for box in led_on.page().iter("input") if box.get("name") == "dibacakan"]
    assert all("checked" not in box.attrib for box in ticked)


def test_both_pages_name_the_other_with_its_state(led_on: Visitor) -> None:
    led_on.follow("B-2026-000002")
    assert "Berkas terkait" in led_on.words
    assert f"Berkas asal. {REASON}" in led_on.words
    assert CALLER["nama"] not in led_on.text

    led_on.follow("B-2026-000001")
    assert f"Berkas lanjutan. {REASON}" in led_on.words
    assert "Masih berjalan" in led_on.words
    assert f"Berkas lanjutan dibuka: {REASON}" in led_on.words
    assert "Contoh Budi: Isian awal berkas lanjutan: Catat" in led_on.words


def test_a_case_without_relatives_does_not_speak_of_them(led_on: Visitor) -> None:
    desk.begin(led_on)
    assert "Berkas terkait" not in led_on.follow("B-2026-000003").words


def test_who_may_not_see_the_first_case_reads_one_line(
    led_on: Visitor, person: Callable[..., Actor], visit: Callable[[str], Visitor]
) -> None:
    first = led_on.submit("Simpan", dibacakan="ya").follow("B-2026-000001").path
    person("edo", "piket_reskrim")
    reskrim: Visitor = visit("edo")

    reskrim.open("/?daftar=antrean").submit("Ambil tugas")
    assert value_of(reskrim, "tempat") == CALLER["tempat"], "the desk has recorded it in this case"
    reskrim.follow("B-2026-000002")

    assert HIDDEN in reskrim.words
    for secret in ("B-2026-000001", REASON, CALLER["nama"], CALLER["telepon"]):
        assert secret not in reskrim.text
    assert reskrim.open(first).answer.status_code == 404
