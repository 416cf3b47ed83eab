"""A page that two processors read: cut between two paragraphs near its middle, and put together again. In the sandbox only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

INK = 48
"""Grey levels by which ink is darker than the paper."""
GAP, WIDER = 0.1, 1.4
"""Inches without ink between two paragraphs, and how many times as wide as the gaps that are usual on the page."""
SIDE = 0.3
"""Least share of the rows with ink that lies in either half: less is not worth it. Of the width, what a column takes."""
NEAR, GUTTER = 1.0, 0.2
"""Inches above and below a gap in which is looked for columns, and inches without ink between two of them."""


def write(image: Image.Image, dpi: int, upper: str, lower: str) -> int:
    """Cut the picture and write its halves; returns the row of the cut, 0 for a page that has none."""
    cut = find_cut(image, dpi)
    if cut:
        image.crop((0, 0, image.width, cut)).save(upper, "PPM")
        image.crop((0, cut, image.width, image.height)).save(lower, "PPM")
    return cut


def find_cut(image: Image.Image, dpi: int) -> int:
    """The middle of the gap that divides the lines best; 0 where there is none. What runs down the page (a frame, a table, a second
    column beside the gap) leaves none, nor do columns whose gaps are level: they are read one after the other.
    """
    factor = max(1, round(dpi / 100))
    small = np.asarray(image.reduce(factor), np.int16)
    is_ink = small < np.median(small) - INK
    has_ink = is_ink.any(axis=1)
    above = np.concatenate(([0], np.cumsum(has_ink)))
    if not above[-1]:
        return 0
    edges = np.flatnonzero(np.diff(np.concatenate(([True], has_ink, [True])).astype(np.int8)))
    begins, ends = edges[0::2], edges[1::2]
    widths = ends - begins
    inner = widths[(begins > 0) & (ends < has_ink.size)]
    least = max(GAP * 100, WIDER * float(np.median(inner))) if inner.size else 0.0
    shares = above[begins] / above[-1]
    found = (widths >= least) & (shares >= SIDE) & (shares <= 1 - SIDE)
    for at in sorted(np.flatnonzero(found), key=lambda at: abs(shares[at] - 0.5)):
        if not _has_columns(is_ink, int(begins[at]), int(ends[at])):
            return int(begins[at] + ends[at]) // 2 * factor
    return 0


def _has_columns(is_ink: NDArray[np.bool_], begin: int, end: int) -> bool:
    """Whether what is near this gap stands in columns, above and below."""
    near = int(NEAR * 100)
    columns = np.flatnonzero(is_ink[max(0, begin - near) : end + near].any(axis=0))
    first, last = columns[0], columns[-1]
    shares = (columns - first) / max(1, last - first)
    is_gutter = np.diff(columns) > GUTTER * 100
    return bool((is_gutter & (shares[:-1] >= SIDE) & (shares[1:] <= 1 - SIDE)).any())


def join(upper: str, lower: str, cut: int, width: int, height: int, output: str) -> dict[str, Any]:
    """Write the text layers of both halves as that of the whole page."""
    # Loaded where there are two only.
    import pikepdf

    with pikepdf.new() as whole, pikepdf.open(upper) as above, pikepdf.open(lower) as below:
        wide, _ = _size(above)
        scale = wide / width
        page = whole.add_blank_page(page_size=(wide, height * scale))
        for half, bottom in ((above, (height - cut) * scale), (below, 0.0)):
            form = whole.copy_foreign(half.pages[0].as_form_xobject())
            name = page.add_resource(form, pikepdf.Name.XObject, prefix="Paruh")
            page.contents_add(b"q 1 0 0 1 0 %.3f cm %s Do Q" % (bottom, str(name).encode()))
        whole.save(output, deterministic_id=True)
    return {}


def _size(pdf: Any) -> tuple[float, float]:
    left, bottom, right, top = (float(each) for each in pdf.pages[0].mediabox)
    return right - left, top - bottom
