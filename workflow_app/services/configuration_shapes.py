"""What a configured value must look like, per key. Pure."""

from collections.abc import Callable
from string import Formatter
from typing import Any

from workflow_app.permissions import ROLES

PATTERN_FIELDS = frozenset({"urut", "bulan", "tahun"})
PATTERN_NEEDS = frozenset({"urut", "tahun"})
"""Without these two, two papers would carry the same number."""
SIGNATORY = ("atas_nama", "jabatan", "nama", "pangkat", "nrp")
LONGEST = 200


def fault(key: str, value: Any) -> str:
    """Why `value` cannot be the value of `key`; empty when it can."""
    return _SHAPES[key.partition(".")[0]](value)


def is_pattern(value: Any) -> bool:
    """May numbers be made with this? It names {urut} and {tahun}, perhaps {bulan}, and nothing else."""
    try:
        fields = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
        if not PATTERN_NEEDS <= fields <= PATTERN_FIELDS:
            return False
        first, second = (str(value.format(urut=urut, bulan="I", tahun=2026)) for urut in (1, 2))
    except (AttributeError, TypeError, ValueError, LookupError):
        return False
    return first != second


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= LONGEST and value.isprintable()


def _line(value: Any) -> str:
    return "" if _is_line(value) else "Isi dengan satu baris tulisan."


def _lines(value: Any) -> str:
    is_right = isinstance(value, list) and value and all(_is_line(item) for item in value)
    return "" if is_right else "Isi dengan daftar baris, paling sedikit satu."


def _signatory(value: Any) -> str:
    is_right = isinstance(value, dict) and set(value) == set(SIGNATORY) and all(map(_is_line, value.values()))
    return "" if is_right else f"Isi dengan objek yang memuat tepat {', '.join(SIGNATORY)}; semuanya tulisan."


def _count(value: Any) -> str:
    is_right = value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)
    return "" if is_right else "Isi dengan bilangan bulat lebih dari nol, atau null bila tidak ditetapkan."


def _pattern(value: Any) -> str:
    is_right = _is_line(value) and is_pattern(value)
    return (
        ""
        if is_right
        else "Pola harus memuat {urut} dan {tahun}; selain itu hanya {bulan} yang boleh dipakai."
    )


def _labels(value: Any) -> str:
    is_right = isinstance(value, dict) and set(value) <= set(ROLES) and all(map(_is_line, value.values()))
    return "" if is_right else f"Isi dengan objek peran ke sebutan. Peran yang dikenal: {', '.join(ROLES)}."


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "Isi dengan true atau false."


_SHAPES: dict[str, Callable[[Any], str]] = {
    "kop_surat": _lines,
    "nama_unit": _line,
    "tempat_terbit": _line,
    "penandatangan": _signatory,
    "target": _count,
    "masa_berlaku": _count,
    "pola_nomor": _pattern,
    "label_peran": _labels,
    "mode_demo": _truth,
}
"""By the part of the key before the first dot."""
