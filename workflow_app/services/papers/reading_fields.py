"""What a paper that was read proposes for a form, in the words of a counter. Proposed is not known: a person confirms it.

Nothing is kept of it: it follows from the words in the archive whenever somebody who may read the paper asks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

import archive.versions
from archive.models import Page
from ocr.fields.lines import fold, likeness
from ocr.fields.proposals import LOOKED_AT, propose
from ocr.fields.types import Field, PaperType, Proposal, Proposals
from ocr.types import Box, PageReading, PageSource, Word
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration, niks
from workflow_app.services.papers import paper_sight, paper_trail

PAPERS = {
    PaperType.KTP: "KTP",
    PaperType.KK: "Kartu keluarga",
    PaperType.SIM: "SIM",
    PaperType.STNK: "STNK",
    PaperType.BPKB: "BPKB",
    PaperType.LETTER: "Surat",
    PaperType.UNKNOWN: "",
}
LABELS = {
    Field.NIK: "NIK",
    Field.NAME: "Nama",
    Field.BIRTH_PLACE: "Tempat lahir",
    Field.BIRTH_DATE: "Tanggal lahir",
    Field.SEX: "Jenis kelamin",
    Field.ADDRESS: "Alamat",
    Field.NEIGHBOURHOOD: "RT/RW",
    Field.VILLAGE: "Kelurahan/Desa",
    Field.DISTRICT: "Kecamatan",
    Field.OCCUPATION: "Pekerjaan",
    Field.FAMILY_CARD_NUMBER: "Nomor KK",
    Field.LICENCE_NUMBER: "Nomor SIM",
    Field.PLATE: "Nomor polisi",
    Field.CHASSIS_NUMBER: "Nomor rangka",
    Field.ENGINE_NUMBER: "Nomor mesin",
    Field.REGISTRATION_NUMBER: "Nomor STNK",
    Field.OWNERSHIP_NUMBER: "Nomor BPKB",
    Field.LETTER_NUMBER: "Nomor surat",
    Field.LETTER_DATE: "Tanggal surat",
    Field.ISSUER: "Penerbit",
    Field.SUBJECT: "Perihal",
    Field.VERIFICATION_CODE: "Kode pemeriksaan",
    Field.LETTER_KIND: "Jenis dokumen",
}
INCOMING, OUTGOING = "surat_masuk", "surat_keluar"
WORDS = {
    "laki_laki": "Laki-laki",
    "perempuan": "Perempuan",
    "sktlk": "SKTLK",
    "laporan_polisi": "Laporan polisi",
    "pengaduan": "Pengaduan",
    INCOMING: "Surat masuk",
    OUTGOING: "Surat keluar",
    **{str(paper): words for paper, words in PAPERS.items() if paper},
}
"""Of values that are names of choices."""
DOUBTED = 30.0
"""Most confidence in a NIK that does not fit itself or what else stands on the card."""
INFERRED = 60.0
"""Most confidence in what a paper does not say itself."""
SAME_HEAD = 0.85
"""How alike a line of a letterhead and one of ours are, from which on they are the same."""


@dataclass(frozen=True)
class ProposedField:
    """One value to confirm."""

    name: str
    """As the forms of the counter call it."""
    label: str
    value: str
    words: str
    """The value as people read it."""
    confidence: float
    page: int
    box: Box
    """Its place in pixels of the upright page."""
    note: str = ""
    """What to look at before confirming it."""


@dataclass(frozen=True)
class ProposedPaper:
    """What a paper seems to be, and what seems to stand on it."""

    kind: str
    """As people call it; empty for a paper that nobody knows."""
    fields: tuple[ProposedField, ...]
    sizes: Mapping[int, tuple[int, int]]
    """Width and height of the pages that were looked at, in the pixels of the boxes."""


def proposals(work: UnitOfWork, document_id: UUID, *, once: bool = False) -> ProposedPaper:
    """What may be filled in from a paper. To ask is to read it: who may not is refused, who may leaves a trace; `once` in a
    shift, where a page asks by itself each time it is shown."""
    paper_trail.opened(work, document_id, paper_sight.readable(work, document_id), "proposals", is_once=once)
    query = select(Page).where(Page.document_id == document_id, Page.no <= LOOKED_AT).order_by(Page.no)
    pages = work.session.scalars(query).all()
    found = propose([_reading(page) for page in pages])
    fields = tuple(_shown(each, found) for each in (*_kind(work, found), *found.fields))
    return ProposedPaper(PAPERS[found.paper], fields, {page.no: (page.width, page.height) for page in pages})


def _kind(work: UnitOfWork, found: Proposals) -> Iterator[Proposal]:
    """What kind of paper it is, where it does not say so by its title: a card, or a letter by whose head it has."""
    if not found.paper or not found.fields or found.first(Field.LETTER_KIND):
        return
    if found.paper is not PaperType.LETTER:
        first = found.fields[0]
        yield replace(first, field=Field.LETTER_KIND, value=found.paper)
    elif issuer := found.first(Field.ISSUER):
        value = OUTGOING if _is_ours(work, issuer.value) else INCOMING
        confidence = min(issuer.confidence, INFERRED)
        yield replace(issuer, field=Field.LETTER_KIND, value=value, confidence=confidence)


def _is_ours(work: UnitOfWork, issuer: str) -> bool:
    """Does a letterhead have all lines of ours?"""
    read = [fold(line) for line in issuer.split(",")]
    ours = [fold(str(line)) for line in configuration.value(work, "kop_surat")]
    return all(any(likeness(line, own) >= SAME_HEAD for line in read) for own in ours)


def _reading(page: Page) -> PageReading:
    words = tuple(Word(text, confidence, Box(*box)) for text, confidence, *box in page.words)
    source = PageSource.OCR if page.source == archive.versions.TURNED else PageSource(page.source)
    return PageReading(page.no, page.text, page.confidence, words, page.width, page.height, source)


def _shown(proposal: Proposal, among: Proposals) -> ProposedField:
    note = _doubt(proposal, among) if proposal.field is Field.NIK else ""
    confidence = min(proposal.confidence, DOUBTED) if note else proposal.confidence
    return ProposedField(
        name=proposal.field,
        label=LABELS[proposal.field],
        value=proposal.value,
        words=WORDS.get(proposal.value, proposal.value),
        confidence=confidence,
        page=proposal.page,
        box=proposal.box,
        note=note,
    )


def _doubt(proposal: Proposal, among: Proposals) -> str:
    """Of an identity card the day of birth and the sex stand beside the number; of a family card those of others do."""
    if among.paper is not PaperType.KTP:
        return niks.doubt(proposal.value)
    born, sex = among.first(Field.BIRTH_DATE), among.first(Field.SEX)
    return niks.doubt(proposal.value, born.value if born else "", sex.value if sex else "")
