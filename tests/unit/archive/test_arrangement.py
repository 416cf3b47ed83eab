"""How pages lie: moved, left out, turned with their words; and words put right. Nothing here knows
a database.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from archive import page_content, versions
from archive.page_content import PageText
from archive.versions import Place

WORDS = [
    ("Nama", 96.0, 100, 50, 80, 20),
    ("Rahnat", 41.0, 200, 50, 90, 20),
    ("|", 12.0, 20, 90, 4, 20),
    ("Nama", 55.0, 100, 130, 80, 20),
]
PAGE = PageText(1, "Nama Rahnat\n| Nama", 60.0, WORDS, 600, 800, "ocr")


def test_pages_move_and_leave() -> None:
    places = versions.as_read(4)
    assert [place.leaf for place in versions.moved(places, 4, 1)] == [4, 1, 2, 3]
    assert [place.leaf for place in versions.moved(places, 1, 99)] == [2, 3, 4, 1]
    assert [place.leaf for place in versions.moved(places, 2, -3)] == [2, 1, 3, 4]
    assert [place.leaf for place in versions.without(places, [1, 3])] == [2, 4]
    assert versions.exchanged(places, 2, Place(2, 90, 5))[1] == Place(2, 90, 5)
    for wrong in (0, 5, -1):
        with pytest.raises(IndexError):
            versions.moved(places, wrong, 1)
    with pytest.raises(IndexError):
        versions.without(places, [1, 2, 3, 4])


boxes = some.tuples(*[some.integers(0, 200)] * 2, *[some.integers(1, 100)] * 2)


@settings(deadline=None)
@given(boxes, some.sampled_from(versions.TURNS), some.sampled_from(versions.TURNS))
def test_two_turns_are_one_and_a_word_stays_on_its_page(
    box: tuple[int, int, int, int], first: int, second: int
) -> None:
    width, height = 300, 400
    once = versions.turned_box(box, width, height, first)
    lies = (height, width) if first in (90, 270) else (width, height)
    assert once[0] >= 0 and once[1] >= 0
    assert once[0] + once[2] <= lies[0] and once[1] + once[3] <= lies[1]
    twice = versions.turned_box(once, *lies, second)
    assert twice == versions.turned_box(box, width, height, first + second)


def test_a_turn_to_the_right_brings_the_upper_left_word_to_the_upper_right() -> None:
    turned = versions.turned(PAGE, 90)
    assert (turned.width, turned.height, turned.text) == (800, 600, PAGE.text)
    assert turned.words[0] == ("Nama", 96.0, 800 - 50 - 20, 100, 20, 80)


def test_the_doubtful_words_are_those_that_nobody_was_sure_of() -> None:
    assert page_content.doubtful(PAGE) == [1, 2, 3]
    assert page_content.doubtful(replace(PAGE, corrected=(1,))) == [2, 3]


def test_a_word_is_put_right_where_it_stands() -> None:
    right = page_content.corrected(PAGE, {1: " Rahmat ", 3: "Nama"})
    assert (right.text, right.words[1][:2], list(right.corrected)) == (
        "Nama Rahmat\n| Nama",
        ("Rahmat", 100.0),
        [1, 3],
    )
    assert right.confidence == pytest.approx((96 * 4 + 100 * 6 + 12 + 100 * 4) / 15, abs=0.1)
    assert page_content.doubtful(right) == [2]


def test_the_second_of_two_same_words_is_the_second() -> None:
    right = page_content.corrected(PAGE, {3: "Nomor"})
    assert right.text == "Nama Rahnat\n| Nomor"


def test_a_word_that_is_none_goes_and_the_others_keep_their_marks() -> None:
    right = page_content.corrected(replace(PAGE, corrected=(3,)), {2: "  "})
    assert right.text == "Nama Rahnat\nNama"
    assert ([word[0] for word in right.words], list(right.corrected)) == (
        ["Nama", "Rahnat", "Nama"],
        [2],
    )


def test_a_word_that_is_not_in_the_text_is_found_all_the_same() -> None:
    right = page_content.corrected(replace(PAGE, text="Nama"), {1: "Rahmat"})
    assert right.text == "Nama\nRahmat"


def test_hostile_words_stay_short_and_on_one_line() -> None:
    right = page_content.corrected(PAGE, {1: "A\nB\x00C" + "x" * 900})
    assert right.words[1][0].startswith("A B Cxx")
    assert len(right.words[1][0]) == page_content.LONGEST
    for wrong in (-1, 4):
        with pytest.raises(IndexError):
            page_content.corrected(PAGE, {wrong: "x"})
