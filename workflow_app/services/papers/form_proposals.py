"""What papers of a case propose for the questions of a form. A person takes each by one press; nothing fills itself in.

Which question takes what is declared in the form (`read_as`); a line of a checklist asks the papers that were handed in at it.
That a value was taken from a paper is on record, the value is not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from workflow_app.engine import checklists
from workflow_app.engine.forms import Form
from workflow_app.errors import Conflict, InvalidInput
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import documents, reading_fields
from workflow_app.services.papers.documents import DocumentView
from workflow_app.services.papers.reading_fields import ProposedField
from workflow_app.types import Answers

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
    """Names question and paper, and stands for the value without telling it: read otherwise meanwhile, it is another offer."""
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
    """By question, or line of a checklist, what the papers, oldest first, propose for it; the same value once. `given` is what
    stands in the form. To be offered something is to read it: that is on record once a shift for each paper.
    """
    found: dict[str, list[Offer]] = {}
    questions = [question for question in _questions(form, given) if not question.is_settled]
    for paper, asking in _asked(questions, papers):
        proposed = reading_fields.proposals(work, paper.id, once=True)
        for question in asking:
            for offer in _offers(work, question, paper, proposed.fields):
                kept = found.setdefault(question.shown_at, [])
                known = [each.answer for each in kept if each.place == offer.place]
                if len(known) < MOST_OFFERS and offer.answer not in known:
                    kept.append(offer)
    return found


def take(work: UnitOfWork, form: Form, case_id: UUID, key: str, given: Answers = NOTHING) -> Answers:
    """The answer that an offer stands for, read again from its paper, where the form has it.

    Raises `InvalidInput` for what is no key, `Conflict` when the paper does not say so any more, or is not handed in there.
    """
    if key.split(".")[0] not in form.fields:
        raise InvalidInput()
    place, _, named = key.rpartition(".")[0].rpartition(".")
    papers = [paper for paper in documents.for_case(work, case_id) if str(paper.id) == named]
    questions = [question for question in _questions(form, given) if question.place == place]
    for paper, asking in _asked(questions, papers):
        proposed = reading_fields.proposals(work, paper.id, once=True)
        for question in asking:
            for offer in _offers(work, question, paper, proposed.fields):
                if offer.key == key:
                    audit.record_case(
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
            for line, told in checklists.line_answers(given.get(each.name)).items():
                handed_in = told.get("documents")
                if not isinstance(handed_in, list) or not handed_in:
                    continue
                of_line = frozenset(map(str, handed_in))
                is_settled = bool(told.get("number") and told.get("date"))
                for part, wanted in checklists.READ_AS.items():
                    path = (each.name, line, part)
                    yield _Question(
                        ".".join(path), path, wanted, PARTS[part], part == "date", {}, of_line, is_settled
                    )


def _asked(
    questions: Sequence[_Question], papers: Sequence[DocumentView]
) -> Iterator[tuple[DocumentView, list[_Question]]]:
    """The papers that are asked, the newest first, each with the questions that ask it."""
    readable = [paper for paper in reversed(papers) if paper.can_read and paper.confidence is not None]
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
            key=f"{question.place}.{paper.id}.{work.vault.mark(_KIND, f'{paper.id}{one.value}').hex()[:_DIGITS]}",
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
