"""What lies in the town (R63)."""

import pytest

from workflow_app.engine.form_values import is_within

TOWN = ["63.06.05.1001", "63.06.07"]


@pytest.mark.parametrize(
    ("code", "is_in_town"),
    [
        ("63.06.05.1001", True),
        ("63.06.05.1002", False),
        ("63.06.05", True),
        ("63.06.07", True),
        ("63.06.07.2003", True),
        ("63.06.01", False),
        ("63.06.0", False),
        ("", False),
    ],
)
def test_r63_a_place_is_in_town_with_its_kecamatan_or_when_its_village_is_not_known(
    code: str, is_in_town: bool
) -> None:
    assert is_within(code, TOWN) is is_in_town


def test_r63_nothing_lies_in_an_area_without_places() -> None:
    assert not is_within("63.06.05.1001", [])
