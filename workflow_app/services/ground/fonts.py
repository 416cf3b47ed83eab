"""Which characters the installed fonts can show: asked of fontconfig, as the program that sets the letters does."""

import ctypes
from functools import cache, lru_cache

LIBRARY = "libfontconfig.so.1"
_UNSEEN = frozenset("\u200c\u200d" + "".join(map(chr, range(0xFE00, 0xFE10))))
"""Joiners and selectors of variants: they change the letter before them and are no letters themselves."""


class _FontSet(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_int),
        ("room", ctypes.c_int),
        ("fonts", ctypes.POINTER(ctypes.c_void_p)),
    )


def unshown(text: str) -> str:
    """The first character that no installed font can show; empty when all can be shown."""
    if text.isascii():
        return ""
    return next((character for character in text if not _is_shown(character)), "")


@lru_cache(maxsize=10_000)
def _is_shown(character: str) -> bool:
    if character.isspace() or character in _UNSEEN:
        return True
    library, coverages = _installed()
    return any(library.FcCharSetHasChar(coverage, ord(character)) for coverage in coverages)


@cache
def _installed() -> tuple[ctypes.CDLL, list[ctypes.c_void_p]]:
    """The library, and what each font covers. Kept as long as the process: who installs a font starts it again."""
    library = ctypes.CDLL(LIBRARY)
    for name in ("FcObjectSetCreate", "FcNameParse"):
        getattr(library, name).restype = ctypes.c_void_p
    library.FcFontList.restype = ctypes.POINTER(_FontSet)
    wanted = ctypes.c_void_p(library.FcObjectSetCreate())
    library.FcObjectSetAdd(wanted, b"charset")
    kind = ctypes.c_void_p(library.FcNameParse(b":scalable=true"))
    found = library.FcFontList(None, kind, wanted).contents
    coverages = []
    for font in found.fonts[: found.count]:
        coverage = ctypes.c_void_p()
        if library.FcPatternGetCharSet(ctypes.c_void_p(font), b"charset", 0, ctypes.byref(coverage)) == 0:
            coverages.append(coverage)
    return library, coverages
