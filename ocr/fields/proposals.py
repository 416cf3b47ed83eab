"""From the pages of a document to what is proposed of it: which paper it seems to be, then the fields of such a paper."""

from collections.abc import Callable, Iterator, Sequence

from ocr.fields import identity, letters, vehicles
from ocr.fields.lines import Value, fold, labelled, likeness, lines_of
from ocr.fields.types import PaperType, Proposal, Proposals
from ocr.types import PageReading

LOOKED_AT = 2
"""Pages of a document: cards have two sides, letters begin on their first page."""
HEADING_LIKE = 0.85
LABELS_LEAST = 4
"""An identity card shows at least so many of its labels."""
_HEADINGS = {
    PaperType.KK: ("KARTU KELUARGA",),
    PaperType.SIM: ("SURAT IZIN MENGEMUDI", "DRIVING LICENSE"),
    PaperType.STNK: ("SURAT TANDA NOMOR KENDARAAN BERMOTOR",),
    PaperType.BPKB: (
        "BUKU PEMILIK KENDARAAN BERMOTOR",
        "BUKTI PEMILIK KENDARAAN BERMOTOR",
        "BUKU KEPEMILIKAN KENDARAAN BERMOTOR",
    ),
}
_FIELDS: dict[PaperType, Callable[[Sequence[Value]], Iterator[Proposal]]] = {
    PaperType.KTP: identity.of_card,
    PaperType.KK: identity.of_family_card,
    PaperType.SIM: vehicles.of_licence,
    PaperType.STNK: vehicles.of_registration,
    PaperType.BPKB: vehicles.of_ownership,
    PaperType.LETTER: letters.of_letter,
}


def propose(pages: Sequence[PageReading]) -> Proposals:
    """What a person may confirm of a paper. Nothing is proposed of a paper that nobody knows."""
    lines = [line for page in pages[:LOOKED_AT] for line in lines_of(page)]
    paper = paper_of(lines)
    return Proposals(paper, tuple(_FIELDS[paper](lines)) if paper else ())


def paper_of(lines: Sequence[Value]) -> PaperType:
    """What the paper seems to be: by its heading in a line of its own, by the labels of an identity card, or as a letter
    by its number or our own code."""
    for line in lines:
        read = fold(line.text)
        for paper, headings in _HEADINGS.items():
            if line.text.upper() == line.text and any(_is_alike(read, heading) for heading in headings):
                return paper
    labels = labelled(lines, identity.CARD_LABELS)
    if len(labels) >= LABELS_LEAST and "nik" in labels:
        return PaperType.KTP
    is_letter = letters.number_line(lines) or letters.code_line(lines)
    return PaperType.LETTER if is_letter else PaperType.UNKNOWN


def _is_alike(read: str, heading: str) -> bool:
    return likeness(read, fold(heading)) >= HEADING_LIKE
