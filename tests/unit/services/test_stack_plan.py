"""How a stack falls into parts (R39): cover sheets begin them, blank pages are in none, nothing
written is lost.
"""

from ocr.sandbox_requests import StackPage
from workflow_app.services.intake.cover_sheets import Share, plan


def planned(*told: str) -> list[Share]:
    """`tulis` and `kosong` are pages, anything else is the code of a cover sheet; one of `palsu` is
    not genuine.
    """
    pages = [
        StackPage(no, () if word in ("tulis", "kosong") else (word,), word == "kosong")
        for no, word in enumerate(told, 1)
    ]
    return plan(
        pages,
        is_cover=lambda code: code != "toko",
        is_genuine=lambda code: not code.startswith("palsu"),
    )


def test_r39_a_cover_sheet_begins_a_part_and_blank_pages_are_in_none() -> None:
    assert planned("A", "tulis", "kosong", "tulis", "B", "tulis") == [
        Share("A", (2, 4)),
        Share("B", (6,)),
    ]


def test_r39_what_lies_before_the_first_cover_sheet_is_a_part_too() -> None:
    assert planned("tulis", "A", "tulis") == [Share(None, (1,)), Share("A", (3,))]


def test_r39_a_cover_sheet_that_is_not_genuine_stays_with_its_papers() -> None:
    assert planned("palsu", "tulis", "A", "tulis") == [Share("palsu", (1, 2)), Share("A", (4,))]


def test_a_code_of_somebody_else_is_part_of_the_paper_it_stands_on() -> None:
    assert planned("A", "toko", "tulis") == [Share("A", (2, 3))]


def test_a_cover_sheet_without_papers_and_blank_pages_alone_make_no_part() -> None:
    assert planned("kosong", "A", "B", "kosong") == []
