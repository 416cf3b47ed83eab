"""Slips of the pen in numbers of the public: said, never refused (R45, R59)."""

from collections.abc import Callable

import pytest

from tests.unit.processes.folder import lp, sktlk, tkp_dispatch
from workflow_app.domain import Answers
from workflow_app.engine.definitions import Definition
from workflow_app.services.core import personal_numbers
from workflow_app.services.forms import validation

NIK = "6306054103050002"
"""Of a woman born on 1 March 2005, registered in Kandangan."""


@pytest.mark.parametrize(
    ("text", "dialled"),
    [
        ("0812-5000-1234", "+6281250001234"),
        ("081250001234", "+6281250001234"),
        ("+62 812 5000 1234", "+6281250001234"),
        ("62812 5000 1234", "+6281250001234"),
        ("(0517) 21110", "+6251721110"),
        ("+60 12-345 6789", "+60123456789"),
    ],
)
def test_one_number_is_one_however_it_is_written(text: str, dialled: str) -> None:
    assert personal_numbers.doubt_phone(text) == ""
    assert personal_numbers.dialled(text) == dialled


@pytest.mark.parametrize("text", ["110", "112"])
def test_a_short_number_is_right_but_reaches_no_citizen(text: str) -> None:
    assert personal_numbers.doubt_phone(text) == ""
    assert personal_numbers.dialled(text) == ""


@pytest.mark.parametrize("text", ["0812", "0000", "", "hp anak saya", "+"])
def test_a_number_that_nobody_has_is_doubted(text: str) -> None:
    assert "tetap dapat disimpan" in personal_numbers.doubt_phone(text)
    assert personal_numbers.dialled(text) == ""


@pytest.mark.parametrize(
    "text",
    ["0812 5000 1234 atau 5", "0517-21110 ext 12", "0812 5000 1234 / 5", "0812 5000 123\uff14 5"],
)
def test_what_is_written_beside_a_number_never_becomes_part_of_it(text: str) -> None:
    """A message would go to a stranger; a doubt lets the officer ask again, and the message becomes
    a slip.
    """
    assert "tetap dapat disimpan" in personal_numbers.doubt_phone(text)
    assert personal_numbers.dialled(text) == ""


def test_a_number_that_is_doubted_but_possible_is_tried() -> None:
    """A new prefix is out before the library knows it; a message that does not get through is seen
    in the outbox.
    """
    assert personal_numbers.doubt_phone("08125000123456789")
    assert personal_numbers.dialled("08125000123456789") == "+628125000123456789"


@pytest.mark.parametrize(
    ("number", "born", "sex", "said"),
    [
        (NIK, "2005-03-01", "perempuan", ""),
        (NIK, "1905-03-01", "", ""),  # the year has two digits: how old somebody is stays an answer
        (NIK, "", "", ""),
        (NIK, "kemarin", "tidak tahu", ""),
        (NIK, "2005-03-02", "perempuan", personal_numbers.OTHER_BIRTH),
        (NIK, "2005-03-01", "laki_laki", personal_numbers.OTHER_SEX),
        ("6306050103050002", "2005-03-01", "laki_laki", ""),
        ("9906054103050002", "2005-03-01", "perempuan", personal_numbers.DOUBT),
        ("6306054113050002", "", "", personal_numbers.DOUBT),
        ("630605410305000", "", "", personal_numbers.OTHER_LENGTH.format(count=15)),
        ("63060541030500021", "", "", personal_numbers.OTHER_LENGTH.format(count=17)),
        ("630605x", "", "", ""),  # the form itself says that this is no number
    ],
)
def test_a_nik_is_compared_with_itself_and_with_what_was_told(
    number: str, born: str, sex: str, said: str
) -> None:
    assert personal_numbers.doubt(number, born, sex) == said


def test_a_place_of_first_registration_elsewhere_is_no_doubt() -> None:
    assert personal_numbers.doubt("3171011708450001") == ""


@pytest.mark.parametrize("definition", [lp, sktlk], ids=["lp", "sktlk"])
def test_r45_doubts_stand_at_visible_fields_of_the_identity(
    definition: Callable[[], Definition],
) -> None:
    form = definition().form("identitas")
    typed: Answers = {
        "jenis_identitas": "nik",
        "nik": NIK,
        "tanggal_lahir": "1990-01-01",
        "telepon": "0812",
    }

    assert validation.of_answers(form, typed) == {
        "nik": personal_numbers.OTHER_BIRTH,
        "telepon": personal_numbers.PHONE_DOUBT,
    }
    assert (
        validation.of_answers(form, {**typed, "jenis_identitas": "paspor", "telepon": "110"}) == {}
    )


def test_r60_a_point_that_cannot_be_read_is_said_and_stops_nobody() -> None:
    form = tkp_dispatch().form("terima_laporan")
    assert validation.of_answers(form, {"koordinat": "dekat pasar"}) == {
        "koordinat": validation.NO_POINT
    }
    assert validation.of_answers(form, {"koordinat": "-2.7845, 115.2712"}) == {}
