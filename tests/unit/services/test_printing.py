"""What a letter may carry as a signature, and what it says about validity."""

import base64
import io

import pytest
from PIL import Image

from workflow_app.errors import InvalidInput
from workflow_app.services import printing


def png(width: int, height: int) -> str:
    target = io.BytesIO()
    Image.new("1", (width, height)).save(target, "PNG")
    return "data:image/png;base64," + base64.b64encode(target.getvalue()).decode()


def test_a_drawn_signature_is_printed_as_it_is() -> None:
    assert printing.signature_picture(png(300, 120)) == png(300, 120)


@pytest.mark.parametrize("value", [None, "", 7, ["x"]])
def test_no_signature_is_none(value: object) -> None:
    assert printing.signature_picture(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "https://contoh.test/tanda.png",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,%%%",
        "data:image/png;base64,UmFoYXNpYQ==",
        png(300, 120)[:-40],
        png(5000, 5000),
    ],
)
def test_what_is_no_small_picture_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match="Tanda tangan"):
        printing.signature_picture(value)
