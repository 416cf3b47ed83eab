"""Characters of what people type: which are put right in silence, which are refused, and how long it may take."""

import re
import unicodedata

MOST_MARKS = 5
"""Accents and vowel signs on one letter: Arabic and Tibetan need up to four, piles of them cover the lines around."""

LONGEST_ORDERED = 100_000
"""Longer text is left as it is: every field refuses it anyway."""

_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), "\n")
_SILENT = {0xAD: None, 0x200B: None, 0x2060: None, 0xFEFF: None, 0xA0: " "}
"""What copying from other programs brings along and nobody sees: no meaning, so it is dropped."""
_PUT_RIGHT = {**_BREAKS, **_SILENT}

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SHOWN_FORMATS = frozenset("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
"""Joiners of scripts and emoji, and signs that are printed: formats that a name may need."""
_LOST = "\ufffd"

_HIDDEN = (
    "Isian memuat karakter tersembunyi (misalnya pembalik arah tulisan), yang tidak boleh tercetak pada surat. "
    "Hapus, lalu ketik ulang dengan papan ketik."
)
_UNREADABLE = "Sebagian isian ini tidak terbaca (�). Hapus tanda itu, lalu ketik ulang."
_PILED = "Isian memuat huruf dengan tanda bertumpuk, yang tidak dapat dicetak. Hapus, lalu ketik ulang."


def normalise(text: str, *, multiline: bool = False) -> str:
    """NFC and trimmed, with Unix line ends; without `multiline` line breaks become spaces."""
    if not text.isascii() and len(text) <= LONGEST_ORDERED:
        text = text.translate(_PUT_RIGHT)
        # Putting marks in order takes the square of their number; a pile of them is refused later.
        if not _is_piled(text):
            text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return (text if multiline else text.replace("\n", " ")).strip()


def judge_characters(text: str) -> str | None:
    """What is wrong with the characters of a text, None if nothing."""
    if _CONTROLS.search(text):
        return _HIDDEN
    if text.isascii():
        return None
    if any(_is_hidden(character) for character in text):
        return _HIDDEN
    if _LOST in text:
        return _UNREADABLE
    return _PILED if _is_piled(text) else None


def _is_hidden(character: str) -> bool:
    """Turns of direction, halves of characters, private and forbidden ones, and formats that nobody sees."""
    kind = unicodedata.category(character)
    if kind == "Cf":
        return character not in _SHOWN_FORMATS
    place = ord(character)
    return (
        (kind in ("Cc", "Cs", "Co") and character not in "\n\t")
        or place & 0xFFFE == 0xFFFE
        or 0xFDD0 <= place <= 0xFDEF
    )


def _is_piled(text: str) -> bool:
    marks = 0
    for character in text:
        marks = marks + 1 if character > "\u02ff" and unicodedata.category(character) in ("Mn", "Me") else 0
        if marks > MOST_MARKS:
            return True
    return False
