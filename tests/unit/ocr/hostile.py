"""Files made to do harm: bombs, circles, lies and disguises, built byte by byte."""

import io
import random
import struct
import zlib

import pikepdf
from PIL import Image

from tests.unit.ocr import papers

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 5 0 "
    b"R>>>>>>"
)


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        len(out),
    )
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def flate_bomb(size: int = 1 << 30) -> bytes:
    """A page whose content of some hundred bytes becomes `size` bytes: compressed twice."""
    packed = _packed(size)
    twice = zlib.compress(packed, 9)
    head = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>" % len(twice)
    return pdf(CATALOG, PAGES, PAGE, head + b"\nstream\n" + twice + b"\nendstream", b"<<>>")


def forms_in_forms() -> bytes:
    """Each of 14 forms draws the next one ten times."""

    def form(draws: int) -> bytes:
        head = (
            b"<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X %d 0 "
            b"R>>>>/Length 60>>"
        ) % draws
        return head + b"\nstream\n" + b"/X Do " * 10 + b"\nendstream"

    content = b"<</Length 60>>\nstream\n" + b"/X Do " * 10 + b"\nendstream"
    last = b"<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Length 0>>\nstream\n\nendstream"
    return pdf(CATALOG, PAGES, PAGE, content, *(form(each) for each in range(6, 20)), last)


def nested_arrays(depth: int = 200_000) -> bytes:
    """A page with arrays inside of arrays."""
    deep = PAGE.replace(b"/Contents", b"/Dalam " + b"[" * depth + b"]" * depth + b"/Contents")
    return pdf(CATALOG, PAGES, deep, b"<</Length 0>>\nstream\n\nendstream", b"<<>>")


def page_tree_in_a_circle() -> bytes:
    """A page tree that is its own branch."""
    return pdf(CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")


def deep_page_tree(depth: int = 5000) -> bytes:
    """One page below thousands of nodes."""
    nodes = (b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 3) for number in range(depth))
    return pdf(CATALOG, *nodes, b"<</Type/Page/MediaBox[0 0 100 100]>>")


def lying_page_count() -> bytes:
    """One page that says it is two thousand million."""
    empty = b"<</Length 0>>\nstream\n\nendstream"
    return pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", PAGE, empty, b"<<>>")


def png_of_white(width: int, height: int, *, rows: int | None = None) -> bytes:
    """A small PNG of many white pixels; `rows` are really there when given, more or fewer than it
    says.
    """
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packer, packed = zlib.compressobj(9), b""
    row = b"\0" + b"\xff" * width
    for _ in range(height if rows is None else rows):
        packed += packer.compress(row)
    chunks = ((b"IHDR", header), (b"IDAT", packed + packer.flush()), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def png_with_text_bomb() -> bytes:
    """A PNG of one pixel with a remark of a gigabyte, and a colour profile of the same size."""
    packed = _packed(1 << 30)
    whole = png_of_white(40, 40)
    extra = _chunk(b"zTXt", b"Comment\0\0" + packed) + _chunk(b"iCCP", b"x\0\0" + packed)
    return whole[:33] + extra + whole[33:]


def animation(form: str, frames: int) -> bytes:
    """A moving picture."""
    pictures = [Image.new("RGB", (16, 16), (number % 256, 0, 0)) for number in range(frames)]
    buffer = io.BytesIO()
    pictures[0].save(buffer, form, save_all=True, append_images=pictures[1:], duration=20)
    return buffer.getvalue()


def fax(*, strip: bytes | None = None, tags: tuple[tuple[int, int, int, int], ...] = ()) -> bytes:
    """A TIFF as fax machines make it (group 4, 1728 points wide), with a strip and tags of one's
    own.
    """
    whole = papers.coded(
        papers.page(size=(1728, 1100)).convert("1"),
        "TIFF",
        compression="group4",
        tiffinfo={278: 1100},
    )
    with Image.open(io.BytesIO(whole)) as image:
        (start,), (length,) = image.tag_v2[273], image.tag_v2[279]
    coded = whole[start : start + length] if strip is None else strip
    entries = {
        256: (4, 1, 1728), 257: (4, 1, 1100), 258: (3, 1, 1), 259: (3, 1, 4), 262: (3, 1, 0),
        273: (4, 1, 8), 277: (3, 1, 1), 278: (4, 1, 1100), 279: (4, 1, len(coded)),
    }  # fmt: skip
    entries |= {tag: (kind, count, value) for tag, kind, count, value in tags}
    directory = struct.pack("<H", len(entries))
    for tag, (kind, count, value) in sorted(entries.items()):
        directory += struct.pack("<HHII", tag, kind, count, value)
    place = 8 + len(coded) + len(coded) % 2
    return (
        b"II*\0" + struct.pack("<I", place) + coded.ljust(place - 8, b"\0") + directory + bytes(4)
    )


def tiff_of_strips(directories: int, size: int, kind: int) -> bytes:
    """A TIFF whose directories all point to the same list of strips, of `size` bytes and values of
    this type.
    """
    width = {1: 1, 3: 2, 4: 4}[kind]
    count, place = size // width, 8 + directories * 54
    out = b"II*\0\x08\0\0\0"
    for number in range(1, directories + 1):
        out += struct.pack("<H", 4)
        for tag, form, many, value in (
            (256, 4, 1, 10), (257, 4, 1, 10), (273, kind, count, place), (279, kind, count, place)
        ):  # fmt: skip
            out += struct.pack("<HHII", tag, form, many, value)
        out += struct.pack("<I", 8 + number * 54 if number < directories else 0)
    return out + (b"\x01" + bytes(width - 1)) * count


def heif_of_boxes() -> bytes:
    """Hundreds of boxes, each with almost as many in it as one file may have."""
    inner = struct.pack(">I4s", 8, b"iprp") * 9990
    outer = struct.pack(">I4sI", 12 + len(inner), b"meta", 0) + inner
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + outer * 500


def gif_of_remarks() -> bytes:
    """A hundred remarks, each of almost as many pieces as one file may have."""
    return b"GIF89a\x08\0\x08\0\0\0\0" + (b"!\xfe" + b"\x01a" * 200_000 + b"\0") * 100 + b";"


def pdf_of_words(words: int, pages: int) -> bytes:
    """A PDF whose pages all show the same words, a hundred to a line."""
    lines = b"".join(b"(" + b"ab " * 100 + b") Tj 0 -1 Td " for _ in range(words // 100))
    packed = zlib.compress(b"BT /F0 1 Tf 10 800 Td " + lines + b"ET", 9)
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<</Font<</F0 4 "
        b"0 R>>>>>>"
    )
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + pages))
    content = b"<</Length %d/Filter/FlateDecode>>\nstream\n" % len(packed) + packed + b"\nendstream"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    tree = b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % pages
    return pdf(CATALOG, tree, content, font, *[page] * pages)


def noise(width: int, height: int) -> Image.Image:
    """Grey of which nothing can be left out."""
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def acting_pdf() -> bytes:
    """A PDF with text, scripts in five places, an attached file, and links that start programs."""
    with pikepdf.open(io.BytesIO(papers.text_pdf(papers.LINES))) as document:
        names, dictionary, string = pikepdf.Name, pikepdf.Dictionary, pikepdf.String
        script = dictionary(S=names.JavaScript, JS=string("app.alert(1)"))
        launch = dictionary(S=names.Launch, F=string("/bin/sh"), Next=script)
        document.Root.OpenAction = script
        document.Root.Names = dictionary(JavaScript=dictionary(Names=[string("x"), script]))
        document.Root.AcroForm = dictionary(
            Fields=[dictionary(FT=names.Tx, T=string("a"), AA=dictionary(K=script))],
            XFA=string("<xfa/>"),
        )
        document.attachments["rahasia.txt"] = b"isi lampiran"
        with document.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("buka", action=launch))
        document.pages[0].obj.AA = dictionary(O=script)
        document.pages[0].obj.Annots = pikepdf.Array(
            [dictionary(Type=names.Annot, Subtype=names.Link, Rect=[0, 0, 9, 9], A=launch)]
        )
        return papers.saved(document)


def _packed(size: int) -> bytes:
    """So many spaces, compressed. The same compressed block again and again: quick to make, slow to
    take apart.
    """
    part, parts = b" " * (1 << 20), size >> 20
    packer = zlib.compressobj(9)
    start = packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(parts):
        check = zlib.adler32(part, check)
    return start + block * (parts - 1) + b"\x03\x00" + check.to_bytes(4, "big")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
