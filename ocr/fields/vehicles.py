"""The numbers on a driving licence (SIM), a registration (STNK) and a book of ownership (BPKB)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ocr.fields.lines import Value, find_in_words, labelled
from ocr.fields.repair import digits
from ocr.fields.types import Field, Proposal

LABELS = {
    "Nomor Registrasi": "plate",
    "No. Registrasi": "plate",
    "Nomor Polisi": "plate",
    "No. Polisi": "plate",
    "Nomor Rangka": "chassis",
    "Nomor Rangka/NIK/VIN": "chassis",
    "No. Rangka": "chassis",
    "Nomor Mesin": "engine",
    "No. Mesin": "engine",
    "Nomor BPKB": "ownership",
    "No. BPKB": "ownership",
    "Nama Pemilik": "name",
    "Alamat": "address",
}
_LICENCE = re.compile(r"(?<!\d)\d{4}[- ]?\d{4}[- ]?\d{4,6}(?!\d)", re.ASCII)
_PLATE = re.compile(r"\b([A-Z]{1,2})\s?(\d{1,4})\s?([A-Z]{1,3})?\b", re.ASCII)
_CHASSIS = re.compile(r"[A-HJ-NPR-Z0-9]{10,17}")
_ENGINE = re.compile(r"[A-Z0-9-]{6,17}")
_REGISTRATION = re.compile(r"^(?:No(?:mor)?\.?\s?:?\s?)?(\d{7,8}(?:\s?[./]?\s?[A-Z]{1,3})?)$", re.ASCII)
_OWNERSHIP = re.compile(r"\b([A-Z])[-. ]?(\d{8})(?:[-. ]?([A-Z]))?\b", re.ASCII)


def of_licence(lines: Sequence[Value]) -> Iterator[Proposal]:
    """The number of a driving licence."""
    if value := find_in_words(lines, _LICENCE, digits):
        text = digits(value.text)
        found = _LICENCE.search(text)
        number = re.sub(r"[- ]", "", found[0] if found else text)
        yield value.proposed(Field.LICENCE_NUMBER, number, is_doubtful=text != value.text)


def of_registration(lines: Sequence[Value]) -> Iterator[Proposal]:
    """The numbers of a registration."""
    if value := find_in_words(lines, _REGISTRATION):
        found = _REGISTRATION.search(value.text)
        yield value.proposed(Field.REGISTRATION_NUMBER, found[1] if found else value.text)
    yield from _of_vehicle(labelled(lines, LABELS))


def of_ownership(lines: Sequence[Value]) -> Iterator[Proposal]:
    """The numbers of a book of ownership; its own may stand alone on its page."""
    found = labelled(lines, LABELS)
    if "ownership" not in found and (value := find_in_words(lines, _OWNERSHIP)):
        found["ownership"] = value
    yield from _of_vehicle(found)


def _of_vehicle(found: Mapping[str, Value]) -> Iterator[Proposal]:
    if (value := found.get("plate")) and (match := _PLATE.search(value.text)):
        yield value.proposed(Field.PLATE, " ".join(group for group in match.groups() if group))
    # The letters I, O and Q are not used in these numbers.
    for name, field, pattern in (
        ("chassis", Field.CHASSIS_NUMBER, _CHASSIS),
        ("engine", Field.ENGINE_NUMBER, _ENGINE),
    ):
        if value := found.get(name):
            read = value.text.replace(" ", "")
            text = read.translate(str.maketrans("IOQ", "100")) if field is Field.CHASSIS_NUMBER else read
            if match := pattern.fullmatch(text):
                yield value.proposed(field, match[0], is_doubtful=text != read)
    if (value := found.get("ownership")) and (match := _OWNERSHIP.search(value.text)):
        yield value.proposed(Field.OWNERSHIP_NUMBER, "".join(group for group in match.groups() if group))
    if value := found.get("name"):
        yield value.proposed(Field.NAME, value.text)
    if value := found.get("address"):
        yield value.proposed(Field.ADDRESS, value.text)
