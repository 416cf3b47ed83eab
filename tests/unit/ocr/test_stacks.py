"""Stacks from the feeder: codes are found whichever way up, blank pages are known, parts keep their
pages.
"""

import io

import pikepdf
import pytest
from PIL import Image

from ocr import page_arrangement
from ocr.sandbox_requests import Stack
from ocr.types import Limits
from tests.unit.ocr import fed

CODE = "SENTRA1/0123456789abcdef0123456789abcdef/hasil_pindai/ABCDEFGHIJKLMNOPQRST"


def covered(degrees: float) -> Image.Image:
    return fed.cover(CODE).rotate(degrees, fillcolor=250, expand=True)


def stack_of(*pages: Image.Image, form: str = "PDF") -> bytes:
    target = io.BytesIO()
    pages[0].save(target, form, save_all=True, append_images=pages[1:], resolution=150)
    return target.getvalue()


@pytest.mark.parametrize("form", ["PDF", "TIFF"])
def test_codes_are_found_whichever_way_up_and_blank_pages_are_known(form: str) -> None:
    data = stack_of(covered(0), fed.sheet(), fed.blank(), covered(180), covered(2), form=form)
    with Stack(data, Limits()) as stack:
        pages = list(stack.look())
        part = stack.cut([2, 4])
    assert [page.codes for page in pages] == [(CODE,), (), (), (CODE,), (CODE,)]
    assert [page.is_blank for page in pages] == [False, False, True, False, False]
    with pikepdf.open(io.BytesIO(part)) as pdf:
        assert len(pdf.pages) == 2


def test_codes_on_worn_sheets_are_found() -> None:
    worn = [fed.worn_cover(seed, CODE) for seed in range(30, 38)]
    with Stack(stack_of(*worn, form="TIFF"), Limits()) as stack:
        assert [page.codes for page in stack.look()] == [(CODE,)] * 8


def test_all_codes_of_a_page_are_found_and_long_ones_are_cut() -> None:
    page, most = fed.cover(CODE), page_arrangement.LONGEST_CODE
    other = fed.cover("x" * (most + 50)).crop((320, 900, 1240, 1754))
    page.paste(other.reduce(2), (700, 0))
    with Stack(stack_of(page), Limits()) as stack:
        (seen,) = stack.look()
    assert sorted(seen.codes) == [CODE, "x" * most]


def test_a_code_on_a_large_photo_is_found() -> None:
    large = covered(2).resize((4960, 7016))
    with Stack(stack_of(large, form="TIFF"), Limits()) as stack:
        assert [page.codes for page in stack.look()] == [(CODE,)]


def test_the_same_pages_cut_twice_are_the_same_bytes() -> None:
    with Stack(stack_of(fed.sheet(), fed.sheet("Lain")), Limits()) as stack:
        assert stack.cut([2]) == stack.cut([2])


def sharing_stack() -> bytes:
    """Two pages with one dictionary of resources, a form that has none, one that has all of them,
    and a field on both pages.
    """
    pdf = pikepdf.new()

    def stream(secret: str, **entries: object) -> pikepdf.Object:
        return pdf.make_indirect(pikepdf.Stream(pdf, secret.encode(), **entries))

    def picture(secret: str) -> pikepdf.Object:
        kind = {
            "Type": pikepdf.Name.XObject,
            "Subtype": pikepdf.Name.Image,
            "Width": 8,
            "Height": 1,
        }
        return stream(
            f"picture {secret}", **kind, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8
        )

    box, form = [0, 0, 100, 100], {"Subtype": pikepdf.Name.Form, "BBox": [0, 0, 100, 100]}
    pictures = pikepdf.Dictionary(Im1=picture("one"), Im2=picture("two"), Im3=picture("one again"))
    shared = pdf.make_indirect(pikepdf.Dictionary(XObject=pictures))
    pictures["/Fm 1"] = stream("q /Im3 Do Q", **form)
    pictures["/Fm2"] = stream("/Im1 Do", **form, Resources=shared)
    pictures["/Fm3"] = stream("form two", **form)
    field = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="contoh", Kids=[]))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
    for orders in ("q /Im1 Do Q /Fm#201 Do /Fm2 Do", "q /Im2 Do Q /Fm3 Do"):
        page = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Page, MediaBox=box, Resources=shared, Contents=stream(orders)
            )
        )
        pdf.pages.append(pikepdf.Page(page))
        look = pikepdf.Dictionary(N=stream(f"field {orders}", **form))
        note = pikepdf.Dictionary(Subtype=pikepdf.Name.Widget, Rect=box, AP=look, Parent=field)
        field.Kids.append(pdf.make_indirect(note))
        pdf.pages[-1].obj.Annots = pikepdf.Array([field.Kids[-1]])
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def streams_of(data: bytes) -> set[bytes]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return {each.read_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream)}


def test_r23_a_part_holds_nothing_of_pages_that_are_not_in_it() -> None:
    parts = []
    for no in (1, 2):
        with pikepdf.open(io.BytesIO(sharing_stack())) as whole, pikepdf.new() as part:
            page_arrangement.isolate(whole.pages[no - 1])
            part.pages.append(whole.pages[no - 1])
            part.save(target := io.BytesIO(), compress_streams=False)
        parts.append(streams_of(target.getvalue()))
    assert parts[0] == {
        b"picture one",
        b"picture one again",
        b"q /Im3 Do Q",
        b"/Im1 Do",
        b"q /Im1 Do Q /Fm#201 Do /Fm2 Do",
        b"field q /Im1 Do Q /Fm#201 Do /Fm2 Do",
    }
    assert parts[1] == {
        b"picture two",
        b"form two",
        b"q /Im2 Do Q /Fm3 Do",
        b"field q /Im2 Do Q /Fm3 Do",
    }


def test_r23_a_stack_cuts_parts_that_stand_alone() -> None:
    with Stack(sharing_stack(), Limits()) as stack:
        cut = stack.cut([1])
    with pikepdf.open(io.BytesIO(cut)) as pdf:
        assert set(pdf.pages[0].resources["/XObject"].keys()) == {"/Im1", "/Im3", "/Fm 1", "/Fm2"}
    assert not any(b"two" in each for each in streams_of(cut))
