"""Codes of letters: unguessable, and forgiving to those who type them."""

import pytest

from workflow_app.services.letters import letters


def test_a_code_has_eighty_random_bits_in_readable_groups() -> None:
    codes = {letters.new_code() for _ in range(1000)}

    assert len(codes) == 1000
    assert 32**letters.LENGTH >= 2**80
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
        assert not set(code) & set("ILOU")


@pytest.mark.parametrize(
    "typed",
    [
        "7K10-0QXR-1234-ABCD",
        "7k10-0qxr-1234-abcd",
        "7K100QXR1234ABCD",
        " 7K10 0QXR\t1234 ABCD\n",
        "7KIO-OQXR-l234-ABCD",
        "7KLO-0QXR-i234-ABCD",
    ],
)
def test_a_code_is_recognised_however_it_is_typed(typed: str) -> None:
    assert letters.normalise(typed) == "7K10-0QXR-1234-ABCD"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "7K10-0QXR-1234-ABC",
        "7K10-0QXR-1234-ABCDE",
        "7K10-0QXR-1234-ABC!",
        "U" * 16,
        "A" * 10_000,
        "７K100QXR1234ABCD",
    ],
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert letters.normalise(typed) is None
