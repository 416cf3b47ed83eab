"""A scan of a trial."""

from io import BytesIO

from PIL import Image

from workflow_app.trials import papers


def test_a_scan_is_a_picture_that_differs_by_its_words() -> None:
    first, again, other = papers.scan("satu"), papers.scan("satu"), papers.scan("dua")

    assert papers.hash_of(first) == papers.hash_of(again) != papers.hash_of(other)
    with Image.open(BytesIO(first)) as picture:
        assert picture.format == "PNG"
