"""NIK of the public: does one look like the person who shows it? Nothing is refused and nothing is derived from it.

Its place is that of the first registration, its year has two digits: neither tells where or how old somebody is.
"""

from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.id import nik

DIGITS = 16
WOMEN = 40
"""What is added to the day of birth of women."""
DOUBT = (
    "Kode wilayah atau tanggal di dalam NIK ini tidak dikenal. Cocokkan dengan KTP atau KK; bila memang tertulis begitu, tetap "
    "dapat disimpan."
)
OTHER_LENGTH = "NIK terdiri atas 16 angka; ini {count}. Cocokkan dengan KTP atau KK; bila hanya ini yang terbaca, tetap dapat disimpan."
OTHER_BIRTH = (
    "Tanggal lahir pada NIK ini berbeda dari tanggal lahir yang diisi. Cocokkan keduanya dengan KTP atau KK."
)
OTHER_SEX = "Jenis kelamin pada NIK ini berbeda dari yang diisi. Cocokkan keduanya dengan KTP atau KK."


def doubt(number: str, born: str = "", sex: str = "") -> str:
    """A sentence for who types a NIK that does not fit itself, the day of birth (ISO) or the sex; empty for one that does.

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
