"""What papers of a case propose for the questions of a form. A person takes each by one press;
nothing fills itself in.

Which question takes what is declared in the form (`read_as`); a line of a checklist asks the papers
that were handed in at it. That a value was taken from a paper is on record, the value is not.

What a paper that was read proposes for a form, in the words of a counter. Proposed is not known: a
person confirms it.

Nothing is kept of it: it follows from the words in the archive whenever somebody who may read the
paper asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select

from archive import versions
from archive.models import Page
from ocr.fields.lines import Field, PaperType, Proposal, Proposals, fold, likeness
from ocr.fields.proposals import LOOKED_AT, propose
from ocr.types import Box, PageReading, PageSource, Word
from workflow_app.domain import Answers, Conflict, InvalidInput
from workflow_app.engine import form_messages
from workflow_app.engine.forms import Form
from workflow_app.services.core import personal_numbers, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import access, documents
from workflow_app.services.documents.document_views import DocumentView
from workflow_app.services.office_settings import configuration

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
    """What may be filled in from a paper. To ask is to read it: who may not is refused, who may
    leaves a trace; `once` in a shift, where a page asks by itself each time it is shown.
    """
    access.opened(work, document_id, access.readable(work, document_id), "proposals", is_once=once)
    query = (
        select(Page).where(Page.document_id == document_id, Page.no <= LOOKED_AT).order_by(Page.no)
    )
    pages = work.session.scalars(query).all()
    found = propose([_reading(page) for page in pages])
    fields = tuple(_shown(each, found) for each in (*_kind(work, found), *found.fields))
    return ProposedPaper(
        PAPERS[found.paper], fields, {page.no: (page.width, page.height) for page in pages}
    )


def _kind(work: UnitOfWork, found: Proposals) -> Iterator[Proposal]:
    """What kind of paper it is, where it does not say so by its title: a card, or a letter by whose
    head it has.
    """
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
    source = PageSource.OCR if page.source == versions.TURNED else PageSource(page.source)
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
    """Of an identity card the day of birth and the sex stand beside the number; of a family card
    those of others do.
    """
    if among.paper is not PaperType.KTP:
        return personal_numbers.doubt(proposal.value)
    born, sex = among.first(Field.BIRTH_DATE), among.first(Field.SEX)
    return personal_numbers.doubt(
        proposal.value, born.value if born else "", sex.value if sex else ""
    )


MOST_PAPERS = 4
"""The newest of a case that are asked: each is read through."""
MOST_IN_LINES = 6
"""The same of those that were handed in at lines of a checklist."""
MOST_OFFERS = 3
"""For one question: a family card names everybody."""
_KIND = "tawaran isian"
_DIGITS = 16
_CHECKLIST = "requirements"
PARTS = {"number": "Nomor", "issuer": "Penerbit", "date": "Tanggal"}
"""Of a line, as its page calls them."""
NOTHING: Answers = {}
GONE = "Dokumen itu tidak lagi menyebut nilai ini. Muat ulang halaman, lalu pilih lagi."


@dataclass(frozen=True)
class Offer:
    """One answer that somebody may take."""

    key: str
    """Names question and paper, and stands for the value without telling it: read otherwise
    meanwhile, it is another offer.
    """
    place: str
    """Of the input that takes it."""
    title: str
    """What it is offered for, where several inputs share their offers."""
    is_day: bool
    answer: str
    words: str
    """The answer as people read it."""
    confidence: float
    note: str
    """What to look at before it is taken."""
    document_id: UUID
    label: str
    page: int


@dataclass(frozen=True)
class _Question:
    """An input that takes what is read."""

    place: str
    path: tuple[str, ...]
    """To its answer."""
    read_as: tuple[str, ...]
    title: str = ""
    is_day: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    papers: frozenset[str] | None = None
    """The ids of those that are asked; None for the newest of the case."""
    is_settled: bool = False
    """Its line has what matters: no paper is read through for the rest."""

    @property
    def shown_at(self) -> str:
        """Where its offers stand: below the question, or in the line of the checklist."""
        return ".".join(self.path[:2])

    def answered_by(self, answer: str) -> Answers:
        """The answers of a form in which this one stands."""
        first, *rest = self.path
        if not rest:
            return {first: answer}
        line, part = rest
        return {first: {line: {part: answer}}}


def offers(
    work: UnitOfWork, form: Form, papers: Sequence[DocumentView], given: Answers = NOTHING
) -> dict[str, list[Offer]]:
    """By question, or line of a checklist, what the papers, oldest first, propose for it; the same
    value once. `given` is what stands in the form. To be offered something is to read it: that is
    on record once a shift for each paper.
    """
    found: dict[str, list[Offer]] = {}
    questions = [question for question in _questions(form, given) if not question.is_settled]
    for paper, asking in _asked(questions, papers):
        proposed = proposals(work, paper.id, once=True)
        for question in asking:
            for offer in _offers(work, question, paper, proposed.fields):
                kept = found.setdefault(question.shown_at, [])
                known = [each.answer for each in kept if each.place == offer.place]
                if len(known) < MOST_OFFERS and offer.answer not in known:
                    kept.append(offer)
    return found


def take(
    work: UnitOfWork, form: Form, case_id: UUID, key: str, given: Answers = NOTHING
) -> Answers:
    """The answer that an offer stands for, read again from its paper, where the form has it.

    Raises `InvalidInput` for what is no key, `Conflict` when the paper does not say so any more, or
    is not handed in there.
    """
    if key.split(".")[0] not in form.fields:
        raise InvalidInput()
    place, _, named = key.rpartition(".")[0].rpartition(".")
    papers = [paper for paper in documents.for_case(work, case_id) if str(paper.id) == named]
    questions = [question for question in _questions(form, given) if question.place == place]
    for paper, asking in _asked(questions, papers):
        proposed = proposals(work, paper.id, once=True)
        for question in asking:
            for offer in _offers(work, question, paper, proposed.fields):
                if offer.key == key:
                    unit_of_work.record_case(
                        work,
                        case_id,
                        "answer.taken",
                        form.element,
                        document_id=str(paper.id),
                        label=paper.label,
                        field=place,
                    )
                    return question.answered_by(offer.answer)
    raise Conflict(GONE)


def _questions(form: Form, given: Answers) -> Iterator[_Question]:
    """Inputs that take what is read, with the papers that they ask."""
    for each in form.fields.values():
        if name := each.parameters.get("read_as"):
            yield _Question(
                each.name, (each.name,), (name,), is_day=each.widget == "date", options=each.options
            )
        if each.widget == _CHECKLIST:
            for line, told in form_messages.line_answers(given.get(each.name)).items():
                handed_in = told.get("documents")
                if not isinstance(handed_in, list) or not handed_in:
                    continue
                of_line = frozenset(map(str, handed_in))
                is_settled = bool(told.get("number") and told.get("date"))
                for part, wanted in form_messages.READ_AS.items():
                    path = (each.name, line, part)
                    yield _Question(
                        ".".join(path),
                        path,
                        wanted,
                        PARTS[part],
                        part == "date",
                        {},
                        of_line,
                        is_settled,
                    )


def _asked(
    questions: Sequence[_Question], papers: Sequence[DocumentView]
) -> Iterator[tuple[DocumentView, list[_Question]]]:
    """The papers that are asked, the newest first, each with the questions that ask it."""
    readable = [
        paper for paper in reversed(papers) if paper.can_read and paper.confidence is not None
    ]
    in_lines = 0
    for no, paper in enumerate(readable):
        asking = [
            question
            for question in questions
            if (no < MOST_PAPERS if question.papers is None else str(paper.id) in question.papers)
        ]
        in_lines += any(question.papers is not None for question in asking)
        if asking and in_lines <= MOST_IN_LINES:
            yield paper, asking


def _offers(
    work: UnitOfWork, question: _Question, paper: DocumentView, proposed: Sequence[ProposedField]
) -> list[Offer]:
    return [
        Offer(
            key=f"{question.place}.{paper.id}."
            + work.vault.mark(_KIND, f"{paper.id}{one.value}").hex()[:_DIGITS],
            place=question.place,
            title=question.title,
            is_day=question.is_day,
            answer=one.value,
            words=question.options.get(one.value, one.value),
            confidence=one.confidence,
            note=one.note,
            document_id=paper.id,
            label=paper.label,
            page=one.page,
        )
        for one in proposed
        if one.name in question.read_as and (not question.options or one.value in question.options)
    ]
