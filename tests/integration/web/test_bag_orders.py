"""The page on which an auditor asks for bags (R74): what is wrong stands at its field, how far a
bag is, the file.
"""

import io
import json
import zipfile
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import BagOrder, Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.exports import bag_orders

PAGE = "/arsip/tas"


@pytest.fixture
def auditor(person: Callable[..., Actor], visit: Callable[[str], Visitor]) -> Visitor:
    person("wasrik", "auditor")
    return visit("wasrik")


@pytest.fixture
def number(works: Works, play: Callable[..., UUID]) -> str:
    """Of a finished case."""
    case_id = play("sktlk_ktp")
    with works.begin(SYSTEM) as work:
        return work.session.get_one(Case, case_id).number


def orders(works: Works) -> list[UUID]:
    with works.begin(SYSTEM) as work:
        return list(work.session.scalars(select(BagOrder.id)))


def test_r74_from_the_case_to_the_file(auditor: Visitor, works: Works, number: str) -> None:
    auditor.open(f"{PAGE}?nomor={number}")
    assert number in auditor.text, "a case page fills in its number"
    auditor.submit("Minta tas arsip", nomor=f"{number}\n", tingkat="rahasia")
    assert "Menunggu giliran" in auditor.words
    assert json.loads(auditor.open(f"{PAGE}/keadaan").text)["is_moving"] is True
    (order_id,) = orders(works)
    bag_orders.make(works, order_id)

    told = json.loads(auditor.open(f"{PAGE}/keadaan").text)
    assert told["is_moving"] is False and "Unduh tas" in told["html"]
    answer = auditor.client.get(f"{PAGE}/{order_id}/unduh")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as bag:
        assert bag.testzip() is None and any(name.endswith("/verify.py") for name in bag.namelist())


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    auditor: Visitor, works: Works, number: str
) -> None:
    wishes: tuple[tuple[dict[str, str], str], ...] = (
        ({"nomor": "B-1999-000001"}, "Tidak ada berkas bernomor B-1999-000001."),
        ({}, "Tulis nomor berkas, atau pilih layanan dan masanya."),
        ({"proses": "sktlk", "dari": "99-99-2026"}, "Isi hari pertama dan hari terakhir"),
        (
            {"proses": "sktlk", "dari": "01-01-2020", "sampai": "02-01-2020"},
            "Tidak ada berkas layanan ini",
        ),
        (
            {"nomor": "B-1999-000001\n" + "\n".join(f"B-1-{n}" for n in range(400))},
            "Paling banyak 300",
        ),
    )
    for wish, sentence in wishes:
        auditor.open(PAGE).submit("Minta tas arsip", tingkat="biasa", **wish)
        assert auditor.answer.status_code == 400
        assert sentence in auditor.words
        assert wish.get("dari", "") in auditor.text
    assert orders(works) == []


def test_only_auditors_have_the_page_and_its_links(
    auditor: Visitor, chief: Visitor, works: Works, number: str
) -> None:
    with works.begin(SYSTEM) as work:
        case_id = work.session.scalars(select(Case.id).where(Case.number == number)).one()
    for page in (f"/berkas/{case_id}", "/proses/sktlk"):
        assert PAGE in auditor.open(page).text
        assert PAGE not in chief.open(page).text
    assert chief.open(PAGE).answer.status_code == 403


def test_who_has_enough_bags_waiting_reads_what_to_do_and_keeps_what_was_typed(
    auditor: Visitor, works: Works, number: str
) -> None:
    for _ in range(3):
        auditor.open(PAGE)
        auditor.submit("Minta tas arsip", nomor=number, tingkat="biasa")
    auditor.open(PAGE)
    auditor.submit("Minta tas arsip", nomor=number, tingkat="biasa")
    assert auditor.answer.status_code == 400
    assert "Tunggu sampai salah satunya selesai, lalu minta lagi." in auditor.words
    assert number in auditor.text
    assert len(orders(works)) == 3
