"""Cards as they were printed: strokes that nobody printed go, colons that were taken for digits
come back.
"""

import pytest

from ocr.engine import as_printed
from ocr.types import Box, Word

LABELS = ("NIK", "Nama", "Alamat", "Agama")


def card(*colons: str, column: int = 300) -> tuple[str, list[Word]]:
    """Labels, what stands for their colons, and values."""
    words, lines = [], []
    for row, (label, colon) in enumerate(zip(LABELS, colons, strict=True)):
        top = 100 + row * 50
        words += [
            Word(label, 95.0, Box(40, top, 90, 20)),
            Word(colon, 40.0, Box(column + row % 2, top, 3, 18)),
            Word("7", 90.0, Box(column + 16, top, 12, 20)),
        ]
        lines.append(f"{label} {colon} 7")
    return "\n".join(lines), words


def test_what_stands_in_the_column_of_the_colons_is_one() -> None:
    text, words = as_printed(*card("1", ":", ":", ":"))
    assert text == "NIK : 7\nNama : 7\nAlamat : 7\nAgama : 7"
    assert [word.text for word in words] == text.split()


@pytest.mark.parametrize("glued", ["19901014107850001", ":9901014107850001"])
def test_a_colon_that_was_read_as_one_with_its_value_stands_alone(glued: str) -> None:
    text, words = card(":", ":", ":", ":")
    words[1:3] = [Word(glued, 90.0, words[1].box)]
    found, kept = as_printed(text.replace("NIK : 7", f"NIK {glued}"), words)
    assert found == text.replace("NIK : 7", "NIK : 9901014107850001")
    assert [word.text for word in kept] == found.split()


def test_a_digit_beside_the_column_stays_and_few_colons_make_none() -> None:
    assert as_printed(*card(":", ":", ":", ":"))[0].count("7") == 4
    assert as_printed(*card("1", "1", ":", ":"))[0].startswith("NIK 1 7\nNama 1 7")


@pytest.mark.parametrize("edge", ["|", "\u2014", "||"])
def test_the_edge_of_a_card_is_no_letter(edge: str) -> None:
    text, words = card(":", ":", ":", ":")
    found, kept = as_printed(
        f"{edge} {text} {edge}", [stroke := Word(edge, 90.0, Box(0, 90, 2, 60)), *words, stroke]
    )
    assert found == text
    assert kept == tuple(words)


def test_text_that_is_not_of_these_words_is_left_alone() -> None:
    text, words = card("1", ":", ":", ":")
    assert as_printed(text + " lagi", words) == (text + " lagi", tuple(words))
