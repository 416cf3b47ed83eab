"""Points on the map as people bring them."""

import pytest

from workflow_app.engine import form_values

POINT = "-2.7845, 115.2712"


@pytest.mark.parametrize(
    "brought",
    [
        "-2.7845, 115.2712",
        "-2.7845,115.2712",
        "-2.7845 115.2712",
        "-2.7845; 115.2712",
        "https://maps.google.com/maps?q=-2.7845%2C115.2712&z=17&hl=id",
        "https://www.google.com/maps/@-2.7845,115.2712,17z",
        "https://www.google.com/maps/search/-2.7845,+115.2712?entry=tts",
        "-2.784500000000001,115.271200000000003",
        "Lokasi: -2.7845, 115.2712 (dekat pasar)",
        "Kami di -2.7845, 115.2712.",
    ],
)
def test_r60_a_point_is_found_however_the_caller_shares_it(brought: str) -> None:
    assert form_values.normal(brought) == POINT
    assert form_values.read(brought) == pytest.approx((-2.7845, 115.2712))


@pytest.mark.parametrize(
    "brought",
    [
        "",
        "dekat pasar",
        "115.2712, -2.7845",
        "-2, 115",
        "192.168.10.12",
        "1.234.567 8.901",
        "-91.5000, 115.2712",
    ],
)
def test_r60_what_holds_no_point_stays_as_it_was_typed(brought: str) -> None:
    assert form_values.read(brought) is None
    assert form_values.normal(brought) == brought
