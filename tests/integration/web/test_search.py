"""Searching: numbers and the text of papers; the words never stand in an address."""

from collections.abc import Callable
from uuid import uuid4

from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.types import Actor


def test_a_number_finds_its_case(at_desk: Visitor) -> None:
    desk.to_identity(at_desk).open("/cari").submit("Cari", kata="000001")
    assert "B-2026-000001" in at_desk.words
    assert (at_desk.path, at_desk.answer.request.query_string) == ("/cari", b"")


def test_the_words_stay_out_of_the_address_and_come_back_with_the_page(at_desk: Visitor) -> None:
    name = f"Contoh {uuid4().hex}"
    at_desk.open("/cari").submit("Cari", kata=name)
    assert name in at_desk.words
    assert name not in at_desk.answer.request.full_path
    assert name in at_desk.open("/cari").text
    assert "Tidak ada yang cocok" in at_desk.words


def test_words_of_one_person_are_gone_after_signing_out(at_desk: Visitor, sari: Actor) -> None:
    at_desk.open("/cari").submit("Cari", kata="Contoh Rahasia")
    at_desk.submit("Keluar").sign_in("sari", "sandi-uji-coba")
    assert "Contoh Rahasia" not in at_desk.open("/cari").text


def test_another_unit_finds_nothing(at_desk: Visitor, visit: Callable[[str], Visitor], tono: Actor) -> None:
    desk.to_identity(at_desk)
    stranger: Visitor = visit("tono")
    assert "B-2026-000001" not in stranger.open("/cari").submit("Cari", kata="000001").words


def test_markup_in_the_words_stays_words(at_desk: Visitor) -> None:
    at_desk.open("/cari").submit("Cari", kata="<script>alert(1)</script>")
    assert "<script>alert" not in at_desk.text
