"""Fields of identity cards (KTP) and family cards (KK), and the numbers of driving licences (SIM),
vehicle registrations (STNK) and books of ownership (BPKB).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ocr.fields.lines import (
    Field,
    Proposal,
    Value,
    digits,
    find_day,
    find_in_words,
    fold,
    labelled,
    likeness,
    part,
)

CARD_LABELS = {
    "NIK": "nik",
    "Nama": "name",
    "Tempat/Tgl Lahir": "birth",
    "Jenis kelamin": "sex",
    "Gol. Darah": "blood",
    "Alamat": "address",
    "RT/RW": "neighbourhood",
    "Kel/Desa": "village",
    "Kecamatan": "district",
    "Agama": "religion",
    "Status Perkawinan": "marriage",
    "Pekerjaan": "occupation",
    "Kewarganegaraan": "nationality",
    "Berlaku Hingga": "validity",
}
FAMILY_LABELS = {
    "Nama Kepala Keluarga": "name",
    "Alamat": "address",
    "RT/RW": "neighbourhood",
    "Desa/Kelurahan": "village",
    "Kecamatan": "district",
    "Kabupaten/Kota": "town",
    "Kode Pos": "post",
    "Provinsi": "province",
}
_AS_PRINTED = {
    "name": Field.NAME,
    "address": Field.ADDRESS,
    "village": Field.VILLAGE,
    "district": Field.DISTRICT,
    "occupation": Field.OCCUPATION,
}
_SEXES = {"LAKI-LAKI": "laki_laki", "PEREMPUAN": "perempuan"}
_SEX_LIKE = 0.7
_NUMBER = re.compile(r"(?<!\d)\d{16}(?!\d)", re.ASCII)
_NEIGHBOURHOOD = re.compile(r"(\d{1,3})\s?/\s?(\d{1,3})", re.ASCII)
_NUMBER_LENGTH = 16
_EDGES = " /\\|:;,.'_"
"""Characters that engines read from the frame and background beside the number of a card."""
_LETTERS_IN_NUMBER = 8
"""Largest number of letters, among sixteen characters, that may be misread digits."""


def of_card(lines: Sequence[Value]) -> Iterator[Proposal]:
    """Yield the fields of an identity card."""
    found = labelled(lines, CARD_LABELS)
    if (value := found.get("nik")) and (number := _number(value)):
        yield number
    yield from _as_printed(found)
    if value := found.get("birth"):
        yield from _birth(value)
    if (value := found.get("sex")) and (sex := _sex(value)):
        yield sex


def of_family_card(lines: Sequence[Value]) -> Iterator[Proposal]:
    """Yield the fields of a family card, and the NIK of each member in the order of the rows."""
    numbers = [match for line in lines if (match := find_in_words([line], _NUMBER, digits))]
    for field, value in zip(
        (Field.FAMILY_CARD_NUMBER, *[Field.NIK] * len(numbers)), numbers, strict=False
    ):
        if number := _number(value):
            yield value.proposed(field, number.value, is_doubtful=not value.text.isdigit())
    yield from _as_printed(labelled(lines, FAMILY_LABELS))


def _as_printed(found: Mapping[str, Value]) -> Iterator[Proposal]:
    for name, field in _AS_PRINTED.items():
        if value := found.get(name):
            yield value.proposed(field, value.text)
    if (value := found.get("neighbourhood")) and (
        match := _NEIGHBOURHOOD.search(digits(value.text))
    ):
        text = f"{match[1]:0>3}/{match[2]:0>3}"
        yield value.proposed(Field.NEIGHBOURHOOD, text, is_doubtful=not _is_number(value.text))


def _number(value: Value) -> Proposal | None:
    """Return a number of sixteen digits, also in groups. A few letters are accepted as misread
    digits.
    """
    read = re.sub(r"[\s.\-]", "", value.text)
    if len(read) > _NUMBER_LENGTH:
        read = read.strip(_EDGES)
    number = digits(read)
    letters = sum(1 for letter in read if not letter.isdigit())
    if not _NUMBER.fullmatch(number) or letters > _LETTERS_IN_NUMBER:
        return None
    return value.proposed(Field.NIK, number, is_doubtful=letters > 0)


def _birth(value: Value) -> Iterable[Proposal]:
    """Return place and day of birth from one line of a card."""
    found = find_day(value.text)
    end = found[1] if found else len(value.text)
    if place := value.text[:end].strip(" ,.;:-"):
        yield part(value, 0, len(place)).proposed(Field.BIRTH_PLACE, place)
    if found:
        day, start, end = found
        told = part(value, start, end)
        yield told.proposed(
            Field.BIRTH_DATE,
            day.isoformat(),
            is_doubtful=bool(re.search("[^0-9 ./-]", value.text[start:end])),
        )


def _sex(value: Value) -> Proposal | None:
    read = fold(value.words[0].text)
    scores = {told: likeness(read, fold(printed)) for printed, told in _SEXES.items()}
    told = max(scores, key=lambda each: scores[each])
    first = Value(value.page, value.words[:1])
    return first.proposed(Field.SEX, told) if scores[told] >= _SEX_LIKE else None


def _is_number(text: str) -> bool:
    return not any(letter.isalpha() for letter in text)


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
_REGISTRATION = re.compile(
    r"^(?:No(?:mor)?\.?\s?:?\s?)?(\d{7,8}(?:\s?[./]?\s?[A-Z]{1,3})?)$", re.ASCII
)
_OWNERSHIP = re.compile(r"\b([A-Z])[-. ]?(\d{8})(?:[-. ]?([A-Z]))?\b", re.ASCII)


def of_licence(lines: Sequence[Value]) -> Iterator[Proposal]:
    """Yield the number of a driving licence."""
    if value := find_in_words(lines, _LICENCE, digits):
        text = digits(value.text)
        found = _LICENCE.search(text)
        number = re.sub(r"[- ]", "", found[0] if found else text)
        yield value.proposed(Field.LICENCE_NUMBER, number, is_doubtful=text != value.text)


def of_registration(lines: Sequence[Value]) -> Iterator[Proposal]:
    """Yield the numbers of a vehicle registration."""
    if value := find_in_words(lines, _REGISTRATION):
        found = _REGISTRATION.search(value.text)
        yield value.proposed(Field.REGISTRATION_NUMBER, found[1] if found else value.text)
    yield from _of_vehicle(labelled(lines, LABELS))


def of_ownership(lines: Sequence[Value]) -> Iterator[Proposal]:
    """Yield the numbers of a book of ownership; its own number may stand alone on its page."""
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
            text = (
                read.translate(str.maketrans("IOQ", "100"))
                if field is Field.CHASSIS_NUMBER
                else read
            )
            if match := pattern.fullmatch(text):
                yield value.proposed(field, match[0], is_doubtful=text != read)
    if (value := found.get("ownership")) and (match := _OWNERSHIP.search(value.text)):
        yield value.proposed(
            Field.OWNERSHIP_NUMBER, "".join(group for group in match.groups() if group)
        )
    if value := found.get("name"):
        yield value.proposed(Field.NAME, value.text)
    if value := found.get("address"):
        yield value.proposed(Field.ADDRESS, value.text)
