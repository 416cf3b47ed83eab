"""Phone numbers of the public: is one plausible, how is it dialled, and which are the same. Nothing is refused here."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

REGION = "ID"
"""Where a number without a country code is dialled."""
DOUBT = "Nomor ini tidak lengkap atau tidak lazim. Bacakan kembali kepada warga; bila memang begitu, tetap dapat disimpan."

_WRITTEN = re.compile(r"[0-9+().\s-]*")
"""What a number is written with. Beside anything else, digits may belong to something else: an extension, a second number."""


def doubt(text: str) -> str:
    """A sentence for who types a number that nobody has; empty for a plausible one. 110 is a short number and plausible."""
    number = _parsed(text)
    if number is None:
        return DOUBT
    is_short = phonenumbers.is_valid_short_number_for_region(number, REGION)
    return "" if is_short or phonenumbers.is_valid_number(number) else DOUBT


def dialled(text: str) -> str:
    """The number as a gateway dials it (`+6281250001234`), the same for every way of writing it; empty
    when nobody can be reached by it. Short numbers reach an office, never the citizen who named one.
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
