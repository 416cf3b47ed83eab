"""A form with a file, as browsers send it."""

from email import message_from_bytes
from email.policy import HTTP
from io import BytesIO

from PIL import Image

from workflow_app.trials import papers


def test_the_form_arrives_with_its_fields_and_its_file() -> None:
    body, kind = papers.with_file({"kunci": "a", "sikap": ["sapa", "duduk"]}, "unggah.x", b"\x89PNG\r\n")

    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
    parts = list(form.iter_parts())

    assert [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True))
        for part in parts
    ] == [("kunci", b"a"), ("sikap", b"sapa"), ("sikap", b"duduk"), ("unggah.x", b"\x89PNG\r\n")]
    assert (parts[-1].get_content_type(), bool(parts[-1].get_filename())) == ("image/png", True)


def test_a_scan_is_a_picture_that_differs_by_its_words() -> None:
    first, again, other = papers.scan("satu"), papers.scan("satu"), papers.scan("dua")

    assert papers.hash_of(first) == papers.hash_of(again) != papers.hash_of(other)
    with Image.open(BytesIO(first)) as picture:
        assert picture.format == "PNG"
