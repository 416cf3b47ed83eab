"""Conversion of a copy to PDF/A-2b: declared, written, and validated from the written bytes.

Runs in the sandbox only. The validator of pikepdf approves only files that it knows to conform: it
may refuse a conforming file, but never approves another one.
"""

from collections.abc import Iterable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, pdfa

FONTS, FORM, LAYERS, COLOURS, OTHER = "fonts", "form", "layers", "colours", "other"
"""Reasons why a file is not PDF/A."""
_BY_CLAUSE = (("6.2.11.4.1-1", FONTS), ("6.2.4.3", COLOURS))
"""Reason by the first characters of the violated rule of ISO 19005-2."""
_CLAIMS = {"1": "PDF/A-1b", "2": "PDF/A-2b", "3": "PDF/A-3b"}
_OF_MARKS = frozenset(("/Marked", "/UserProperties", "/Suspects"))


def conform(path: str, output: str) -> dict[str, Any]:
    """Write the PDF at `path` to `output` as PDF/A-2b.

    If the result would not conform, nothing is written and `lacks` names the reasons, separated by
    commas. Pictures and text stay unchanged. The result holds no date, so the same pages give the
    same bytes.
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
    """Return the level that the file at `path` claims and has; empty when it claims none or claims
    it wrongly. For levels A and U only the rules that they share with B are checked.
    """
    with pikepdf.open(path) as pdf:
        said = pdf.open_metadata().pdfa_status[:1]
    if said not in _CLAIMS or not pdfa.validate_written(path, f"{said}b").passed:
        return {"level": ""}
    return {"level": _CLAIMS[said]}


def _tidy(pdf: Pdf) -> None:
    """Remove invisible parts that the validator does not know: viewer hints, checksums and empty
    lists.
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
