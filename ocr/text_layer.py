"""The invisible text of a page made from words and their places, with the font that the engine itself uses. In the sandbox only."""

from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from ocr.searchable import LAYER, matrix

FONT = "pdf.ttf"
"""In the folder of the engine's models: one empty glyph for every letter."""
_WIDTH = 0.5
"""Of every letter, in its own height."""
_SAME = (1, 0, 0, 0, 1, 0)
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identify-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def font(pdf: Pdf, models: str) -> Object | None:
    """The font, as an object of this PDF; None where the engine has none."""
    path = Path(models) / FONT
    if not models or not path.is_file():
        return None
    program = path.read_bytes()
    file = pdf.make_stream(program, Length1=len(program))
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name.GlyphLessFont, Flags=5, ItalicAngle=0, Ascent=1000, Descent=-1,
        CapHeight=1000, StemV=80, FontBBox=Array([0, 0, 500, 1000]), FontFile2=file,
    )  # fmt: skip
    letters = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name.GlyphLessFont, DW=500,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        CIDToGIDMap=pdf.make_stream(b"\x00\x01" * 65536), FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    whole = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.GlyphLessFont, Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(letters)]), ToUnicode=pdf.make_stream(_TO_UNICODE),
    )  # fmt: skip
    return pdf.make_indirect(whole)


def remove(page: Page) -> None:
    """Take away the text that an earlier copy laid; what the file brought itself stays."""
    forms = page.resources.get(Name.XObject, Dictionary())
    for name, form in forms.items():
        if name.startswith(f"/{LAYER}") and isinstance(form, Stream):
            form.write(b"")


def lay(pdf: Pdf, page: Page, letters: Object, words: list[list[Any]], width: int, height: int) -> None:
    """Lay the words, each `[text, left, top, width, height]` in pixels of the upright page of this size."""
    shown = [_shown(word, height) for word in words if word[0]]
    form = pdf.make_stream(
        b"BT\n3 Tr\n%s\nET\n" % b"\n".join(shown),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, width, height]),
        Resources=Dictionary(Font=Dictionary({"/f": letters})),
    )
    entry = {"back": _SAME, "image_width": width, "image_height": height, "width": width, "height": height}
    name = page.add_resource(form, Name.XObject, prefix=LAYER)
    page.contents_add(b"q", prepend=True)
    page.contents_add(
        b"Q q %s cm %s Do Q" % (matrix(page, entry, width, height).encode(), str(name).encode())
    )


def _shown(word: list[Any], page_height: int) -> bytes:
    """One word with a space after it, as wide as its box and as high."""
    text, left, top, width, height = word
    size = max(1, height)
    stretch = 100 * max(1, width) / (len(text) * _WIDTH * size)
    code = f"{text} ".encode("utf-16-be", "replace").hex()
    return (
        f"1 0 0 1 {left} {page_height - top - height} Tm /f {size} Tf {stretch:.2f} Tz <{code}> Tj".encode()
    )
