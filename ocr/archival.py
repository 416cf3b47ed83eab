"""A copy as PDF/A-2b: declared, written, and judged again from the bytes that were written. In the sandbox only.

The judge of pikepdf approves only what it knows to conform: it may refuse a file that is fine, and never the other way
round.
"""

from typing import Any

import pikepdf
from pikepdf import pdfa


def conform(path: str, output: str) -> dict[str, Any]:
    """Write the PDF at `path` to `output` as PDF/A-2b. When it would not be one, nothing is written.

    No picture and no letter of it changes.
    """
    with pikepdf.open(path) as pdf:
        try:
            pdfa.save(pdf, output, pdfa.Flavour.PDFA_2B)
        except pdfa.PdfaError:
            return {"conforms": False}
    return {"conforms": True}
