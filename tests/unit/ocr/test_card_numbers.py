"""A card's number read a second time, as digits alone: when that is asked for, and which of two readings is kept."""

import io
import re
from pathlib import Path
from random import Random

import pytest

from ocr import card_numbers
from ocr.card_numbers import Doubt
from ocr.fields.proposals import propose
from ocr.fields.types import Field
from ocr.reading import read
from ocr.types import Box, Options, Word
from tests.unit.ocr import engines
from workflow_app.trials.corpus import sheets

BORN, NUMBER, OTHER = "17-08-1990", "9901015708900001", "9901015708900007"
SURE, UNSURE = 96.0, 50.0


def card(number: str, confidence: float = SURE, sex: str = "PEREMPUAN") -> tuple[Word, ...]:
    """The words of a card as an engine tells them."""
    rows = (("NIK", number), ("Nama", "PELAPOR CONTOH"), ("Tempat/Tgl Lahir", f"CONTOH, {BORN}"))
    words = []
    for row, (label, value) in enumerate((*rows, ("Jenis kelamin", sex))):
        left = 30
        for text in (*label.split(), ":", *value.split()):
            width = 15 * len(text)
            sure = confidence if text in number.split() else SURE
            words.append(Word(text, sure, Box(left, 100 + 40 * row, width, 24)))
            left += width + 12
    return tuple(words)


def seen(number: str, confidence: float = SURE, sex: str = "PEREMPUAN") -> Doubt | None:
    return card_numbers.doubt(card(number, confidence, sex), 1000, 600)


def doubted(number: str, confidence: float = SURE) -> Doubt:
    found = seen(number, confidence)
    assert found is not None
    return found


def test_a_number_that_was_read_surely_and_fits_its_card_is_not_looked_at_again() -> None:
    assert seen(NUMBER) is None
    assert card_numbers.doubt(card("")[:2], 1000, 600) is None
    assert card_numbers.doubt((Word("NIK", SURE, Box(0, 0, 40, 20)),), 1000, 600) is None, "no card"


@pytest.mark.parametrize(
    ("number", "confidence", "sex"),
    [
        pytest.param(NUMBER[:15], SURE, "PEREMPUAN", id="a digit is missing"),
        pytest.param(NUMBER, UNSURE, "PEREMPUAN", id="unsure"),
        pytest.param(NUMBER.replace("0", "O"), SURE, "PEREMPUAN", id="letters"),
        pytest.param(NUMBER, SURE, "LAKI-LAKI", id="the other sex"),
        pytest.param(NUMBER[:6] + "5808" + NUMBER[10:], SURE, "PEREMPUAN", id="another day"),
        pytest.param(NUMBER[:8] + "13" + NUMBER[10:], SURE, "PEREMPUAN", id="no month"),
    ],
)
def test_any_doubt_asks_for_a_second_look(number: str, confidence: float, sex: str) -> None:
    assert seen(number, confidence, sex) is not None


def test_the_second_look_is_wide_enough_for_digits_that_were_not_seen() -> None:
    place = doubted(NUMBER[:5]).place
    assert place.width > 16 * 24 * 0.6
    assert place.top < 100 < 124 < place.top + place.height


def test_of_all_readings_the_one_that_fits_the_card_is_kept() -> None:
    wrong = NUMBER[:6] + "5808" + NUMBER[10:]
    number = card_numbers.decided(doubted(wrong), (wrong, wrong, NUMBER))
    assert number is not None
    assert (number.text, number.confidence) == (NUMBER, 60.0), "told once only"
    number = card_numbers.decided(doubted(NUMBER, UNSURE), (wrong, wrong, wrong))
    assert number is None


def test_of_those_that_fit_the_one_that_most_tell_is_kept_and_the_same_again_is_surer() -> None:
    number = card_numbers.decided(doubted(NUMBER, UNSURE), (OTHER, "", OTHER))
    assert number is not None
    assert (number.text, number.confidence) == (OTHER, 60.0)
    assert card_numbers.decided(doubted(NUMBER, UNSURE), (OTHER, "", "")) is None, "one against one"
    again = card_numbers.decided(doubted(NUMBER, UNSURE), (NUMBER, "", ""))
    assert again is not None
    assert (again.text, again.confidence) == (NUMBER, 80.0)


def test_a_number_of_which_digits_were_missing_is_found_and_doubtful_when_one_look_tells_it() -> None:
    number = card_numbers.decided(doubted(NUMBER[:15]), (NUMBER, NUMBER[:15], "1" + NUMBER))
    assert number is not None
    assert (number.text, number.confidence) == (NUMBER, 60.0)


@pytest.mark.parametrize("digits", ["", NUMBER[:15], NUMBER + "1", NUMBER[:15] + "x", NUMBER[:15] + "\u0661"])
def test_what_is_no_number_changes_nothing(digits: str) -> None:
    assert card_numbers.decided(doubted(NUMBER[:15]), (digits, digits)) is None


def test_the_number_takes_the_place_of_what_was_read_there() -> None:
    words = card("99O1 0157 0890 00")
    found = card_numbers.doubt(words, 1000, 600)
    assert found is not None
    number = card_numbers.decided(found, (NUMBER, NUMBER))
    assert number is not None
    text, kept = card_numbers.put("NIK : 99O1 0157 0890 00\nNama : PELAPOR CONTOH", words, found, number)
    assert text == f"NIK : {NUMBER}\nNama : PELAPOR CONTOH"
    assert [word.text for word in kept[:3]] == ["NIK", ":", NUMBER]
    assert len(kept) == len(words) - 3


def drawn() -> tuple[bytes, str]:
    """A card of which the number tells another day than the card, so that it is looked at twice."""
    sheet = sheets.card(Random(1))
    target = io.BytesIO()
    sheet.image.save(target, "PNG", dpi=(300, 300))
    [printed] = re.findall(r"\d{16}", sheet.text)
    return target.getvalue(), printed


def test_a_second_look_that_fails_leaves_what_was_read(tmp_path: Path) -> None:
    data, printed = drawn()
    command = engines.unsure(tmp_path, "char_whitelist")
    for options in (Options(), Options(tesseract_command=command)):
        number = propose(read(data, options).pages).first(Field.NIK)
        assert number is not None
        assert number.value == printed
