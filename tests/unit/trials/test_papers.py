"""A scan of a trial."""

from io import BytesIO

from PIL import Image

from workflow_app.tools.load import officer


def test_a_scan_is_a_picture_that_differs_by_its_words() -> None:
    first, again, other = officer.scan("satu"), officer.scan("satu"), officer.scan("dua")

    assert officer.hash_of(first) == officer.hash_of(again) != officer.hash_of(other)
    with Image.open(BytesIO(first)) as picture:
        assert picture.format == "PNG"
