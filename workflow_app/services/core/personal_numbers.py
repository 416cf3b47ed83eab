"""NIK of the public: does one look like the person who shows it? Nothing is refused and nothing is
derived from it.

Its place is that of the first registration, its year has two digits: neither tells where or how old
somebody is.

Phone numbers of the public: is one plausible, how is it dialled, and which are the same. Nothing is
refused here.
"""

import re
from datetime import date

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat
from stdnum.exceptions import ValidationError
from stdnum.id import nik

DIGITS = 16
WOMEN = 40
"""What is added to the day of birth of women."""
DOUBT = (
    "Kode wilayah atau tanggal di dalam NIK ini tidak dikenal. Cocokkan dengan KTP atau KK; "
    "bila memang tertulis begitu, tetap "
    "dapat disimpan."
)
OTHER_LENGTH = (
    "NIK terdiri atas 16 angka; ini {count}. Cocokkan dengan KTP atau KK; bila hanya ini yang "
    "terbaca, tetap dapat disimpan."
)
OTHER_BIRTH = (
    "Tanggal lahir pada NIK ini berbeda dari tanggal lahir yang diisi. Cocokkan keduanya dengan "
    "KTP atau KK."
)
OTHER_SEX = (
    "Jenis kelamin pada NIK ini berbeda dari yang diisi. Cocokkan keduanya dengan KTP atau KK."
)


def doubt(number: str, born: str = "", sex: str = "") -> str:
    """A sentence for who types a NIK that does not fit itself, the day of birth (ISO) or the sex;
    empty for one that does.

    What is no number at all is a matter of the form, which says so itself.
    """
    if not (number.isascii() and number.isdigit()):
        return ""
    if len(number) != DIGITS:
        return OTHER_LENGTH.format(count=len(number))
    try:
        nik.validate(number)
    except ValidationError:
        return DOUBT
    day = int(number[6:8])
    if _is_other_day(f"{day % WOMEN:02d}{number[8:12]}", born):
        return OTHER_BIRTH
    told = "perempuan" if day > WOMEN else "laki_laki"
    return OTHER_SEX if sex in ("perempuan", "laki_laki") and sex != told else ""


def _is_other_day(told: str, born: str) -> bool:
    """Is the day that the number tells (DDMMYY) another than the one that was typed?"""
    try:
        return date.fromisoformat(born).strftime("%d%m%y") != told
    except ValueError:
        return False


REGION = "ID"
"""Where a number without a country code is dialled."""
PHONE_DOUBT = (
    "Nomor ini tidak lengkap atau tidak lazim. Bacakan kembali kepada warga; bila memang begitu, "
    "tetap dapat disimpan."
)

_WRITTEN = re.compile(r"[0-9+().\s-]*")
"""What a number is written with. Beside anything else, digits may belong to something else: an
extension, a second number.
"""


def doubt_phone(text: str) -> str:
    """A sentence for who types a number that nobody has; empty for a plausible one. 110 is a short
    number and plausible.
    """
    number = _parsed(text)
    if number is None:
        return PHONE_DOUBT
    is_short = phonenumbers.is_valid_short_number_for_region(number, REGION)
    return "" if is_short or phonenumbers.is_valid_number(number) else PHONE_DOUBT


def dialled(text: str) -> str:
    """The number as a gateway dials it (`+6281250001234`), the same for every way of writing it;
    empty when nobody can be reached by it. Short numbers reach an office, never the citizen who
    named one.
    """
    number = _parsed(text)
    if number is None or not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _parsed(text: str) -> PhoneNumber | None:
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        return phonenumbers.parse(re.sub(r"[^0-9+]", "", text), REGION)
    except NumberParseException:
        return None
