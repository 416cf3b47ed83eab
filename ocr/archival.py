"""A copy as PDF/A-2b: declared, written, and judged again from the bytes that were written. In the sandbox only.

The judge of pikepdf approves only what it knows to conform: it may refuse a file that is fine, and never the other way
round.
"""

from typing import Any

import pikepdf
from pikepdf import pdfa


def conform(path: str, output: str) -> dict[str, Any]:
    """Write the PDF at `path` to `output` as PDF/A-2b. When it would not be one, nothing is written.

    No picture and no letter of it changes. The same pages are the same bytes: it does not say when it was made.
    """
    with pikepdf.open(path) as pdf:
        try:
            pdfa.prepare(pdf, pdfa.Flavour.PDFA_2B)
            with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as said:
                said.pop("xmp:MetadataDate", None)
            pdfa.save(pdf, output, pdfa.Flavour.PDFA_2B, repair=False, deterministic_id=True)
        except pdfa.PdfaError:
            return {"conforms": False}
    return {"conforms": True}
