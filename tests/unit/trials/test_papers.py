"""A form with a file, as browsers send it."""

from io import BytesIO

from PIL import Image
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from workflow_app.trials import papers


def test_the_form_arrives_with_its_fields_and_its_file() -> None:
    body, kind = papers.with_file({"kunci": "a", "sikap": ["sapa", "duduk"]}, "unggah.x", b"\x89PNG\r\n")

    request = Request(
        EnvironBuilder(method="POST", input_stream=BytesIO(body), content_type=kind).get_environ()
    )

    assert request.form.to_dict(flat=False) == {"kunci": ["a"], "sikap": ["sapa", "duduk"]}
    assert request.files["unggah.x"].read() == b"\x89PNG\r\n"
    assert request.files["unggah.x"].mimetype == "image/png"


def test_a_scan_is_a_picture_that_differs_by_its_words() -> None:
    first, again, other = papers.scan("satu"), papers.scan("satu"), papers.scan("dua")

    assert papers.hash_of(first) == papers.hash_of(again) != papers.hash_of(other)
    with Image.open(BytesIO(first)) as picture:
        assert picture.format == "PNG"
