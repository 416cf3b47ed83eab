"""The page on which two officers record that a complaint box was opened (R19)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.integration.conftest import PASSWORD, PROCESSES
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import BoxOpening, Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions

PAGE = "/kotak-pengaduan"
BUTTON = "Catat pembukaan"
SECOND = {"nama_kedua": "wati", "sandi_kedua": PASSWORD}


@pytest.fixture(autouse=True)
def deployed(works: Works, person: Callable[..., Actor]) -> None:
    person("wati", "pamapta")
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "complaint")


def count(works: Works, what: type[BoxOpening] | type[Case]) -> int:
    with works.begin(SYSTEM) as work:
        return len(work.session.scalars(select(what)).all())


def test_r19_two_officers_open_the_box_and_each_sheet_waits_to_be_scanned(
    at_desk: Visitor, works: Works
) -> None:
    at_desk.open("/mulai").follow("Buka kotak pengaduan")
    assert "belum pernah dicatat" in at_desk.words
    at_desk.submit(BUTTON, lembar="2", **SECOND)

    assert "2 lembar, 2 berkas dimulai" in at_desk.words
    assert "oleh Contoh Budi dan Contoh Wati" in at_desk.words
    assert PASSWORD not in at_desk.text
    assert count(works, Case) == 2
    at_desk.follow("B-2026-").follow("Pindai lembar")
    assert "Pindaian lembar pengaduan" in at_desk.words


def test_a_wrong_password_of_the_second_officer_records_nothing_and_keeps_what_was_typed(
    at_desk: Visitor, works: Works
) -> None:
    at_desk.open(PAGE).submit(BUTTON, lembar="3", nama_kedua="wati", sandi_kedua="salah-sekali-ini")

    assert at_desk.answer.status_code == 400
    assert "Petugas kedua mengetiknya sendiri" in at_desk.words
    assert 'value="3"' in at_desk.text
    assert "salah-sekali-ini" not in at_desk.text
    assert count(works, BoxOpening) == 0


def test_r19_the_same_officer_twice_is_refused(at_desk: Visitor, works: Works) -> None:
    at_desk.open(PAGE).submit(BUTTON, lembar="1", nama_kedua="budi", sandi_kedua=PASSWORD)
    assert at_desk.answer.status_code == 400
    assert "Kotak dibuka oleh dua orang" in at_desk.words
    assert count(works, BoxOpening) == 0


def test_guessing_the_second_password_is_slowed_down_as_a_sign_in_is(at_desk: Visitor) -> None:
    at_desk.open(PAGE)
    for _ in range(5):
        at_desk.submit(BUTTON, lembar="1", nama_kedua="wati", sandi_kedua="tebakan-lain-lagi")
        assert at_desk.answer.status_code == 400
    at_desk.submit(BUTTON, lembar="1", **SECOND)
    assert at_desk.answer.status_code == 429
    assert "Terlalu banyak percobaan" in at_desk.words


def test_the_same_page_sent_twice_begins_the_cases_once(
    at_desk: Visitor, works: Works, app: Flask
) -> None:
    at_desk.open(PAGE)
    data = {
        "csrf_token": at_desk.token(), "kunci": "halaman-1", "kotak": "Kotak pengaduan SPKT",
        "dibuka": "2026-11-23T08:59", "lembar": "1", **SECOND,
    }  # fmt: skip
    for _ in range(2):
        assert at_desk.client.post(PAGE, data=data).status_code == 302
    assert (count(works, BoxOpening), count(works, Case)) == (1, 1)


def test_only_who_serves_at_the_counter_finds_the_page(chief: Visitor) -> None:
    assert chief.open(PAGE).answer.status_code == 403
