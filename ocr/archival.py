"""A copy as PDF/A-2b: declared, written, and judged again from the bytes that were written. In the
sandbox only.

The judge of pikepdf approves only what it knows to conform: it may refuse a file that is fine, and
never the other way round.
"""

from collections.abc import Iterable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, pdfa

FONTS, FORM, LAYERS, COLOURS, OTHER = "fonts", "form", "layers", "colours", "other"
"""Why a file is no PDF/A."""
_BY_CLAUSE = (("6.2.11.4.1-1", FONTS), ("6.2.4.3", COLOURS))
"""Of ISO 19005-2, by how a rule of the judge ends or goes on."""
_CLAIMS = {"1": "PDF/A-1b", "2": "PDF/A-2b", "3": "PDF/A-3b"}
_OF_MARKS = frozenset(("/Marked", "/UserProperties", "/Suspects"))


def conform(path: str, output: str) -> dict[str, Any]:
    """Write the PDF at `path` to `output` as PDF/A-2b. When it would not be one, nothing is
    written, and `lacks` says why, words with commas between them.

    No picture and no letter of it changes. The same pages are the same bytes: it does not say when
    it was made.
    """
    with pikepdf.open(path) as pdf:
        _tidy(pdf)
        try:
            pdfa.prepare(pdf, pdfa.Flavour.PDFA_2B)
            with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as said:
                said.pop("xmp:MetadataDate", None)
            pdfa.save(pdf, output, pdfa.Flavour.PDFA_2B, repair=False, deterministic_id=True)
        except pdfa.PdfaError as error:
            return {"conforms": False, "lacks": ",".join(_lacks(pdf, error.report.findings))}
    return {"conforms": True, "lacks": ""}


def claim(path: str) -> dict[str, Any]:
    """The level that the file at `path` claims for itself and really has; empty when it claims
    none, or wrongly.

    Of level A and U the judge knows what they share with B.
    """
    with pikepdf.open(path) as pdf:
        said = pdf.open_metadata().pdfa_status[:1]
    if said not in _CLAIMS or not pdfa.validate_written(path, f"{said}b").passed:
        return {"level": ""}
    return {"level": _CLAIMS[said]}


def _tidy(pdf: Pdf) -> None:
    """Take away what shows nothing and the judge does not know: hints to viewers, check sums of a
    writer, empty lists.
    """
    for holder, name in ((pdf.trailer, Name.DocChecksum), (pdf.Root, Name.ViewerPreferences)):
        if name in holder:
            del holder[name]
    marks = pdf.Root.get(Name.MarkInfo)
    if isinstance(marks, Dictionary):
        for key in set(marks.keys()) - _OF_MARKS:
            del marks[key]
    form = pdf.Root.get(Name.AcroForm)
    if (
        isinstance(form, Dictionary)
        and not len(form.get(Name.Fields, Array()))
        and Name.XFA not in form
    ):
        del pdf.Root[Name.AcroForm]
    for thing in (*(page.obj for page in pdf.pages), *pdf.objects):
        resources = thing.get(Name.Resources) if isinstance(thing, Dictionary | Stream) else None
        if isinstance(resources, Dictionary):
            for key, entries in list(resources.items()):
                if isinstance(entries, Dictionary) and not len(entries):
                    del resources[key]


def _lacks(pdf: Pdf, findings: Iterable[pdfa.Finding]) -> list[str]:
    rules = {found.rule.partition(":")[2] for found in findings}
    found = {lack for start, lack in _BY_CLAUSE if any(rule.startswith(start) for rule in rules)}
    found |= {
        name
        for key, name in ((Name.AcroForm, FORM), (Name.OCProperties, LAYERS))
        if key in pdf.Root
    }
    return sorted(found) or [OTHER]
