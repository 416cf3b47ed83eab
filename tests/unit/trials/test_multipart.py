"""A form as browsers send it."""

from email import message_from_bytes
from email.message import MIMEPart
from email.policy import HTTP

import pytest

from workflow_app.tools.load import officer
from workflow_app.tools.load.officer import Fields, Scan

FIELDS: Fields = {"kunci": "a", "versi": "", "sikap": ["sapa", "duduk"]}
TYPED = [("kunci", b"a"), ("versi", b""), ("sikap", b"sapa"), ("sikap", b"duduk")]


def parts(body: bytes, kind: str) -> list[MIMEPart]:
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
    return list(form.iter_parts())


def contents(found: list[MIMEPart]) -> list[tuple[object, object]]:
    return [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True))
        for part in found
    ]


@pytest.mark.parametrize("scan", [None, Scan("unggah.x", b"\x89PNG\r\n")])
def test_the_form_arrives_with_its_fields_and_its_file(scan: Scan | None) -> None:
    found = parts(*officer.encode(FIELDS, scan))

    assert contents(found) == TYPED + ([] if scan is None else [("unggah.x", b"\x89PNG\r\n")])
    if scan is not None:
        assert (found[-1].get_content_type(), bool(found[-1].get_filename())) == ("image/png", True)
