"""What papers of a case propose for the questions of a form. A person takes each by one press; nothing fills itself in.

Which question takes what is declared in the form (`read_as`). That a value was taken from a paper is on record, the value is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from workflow_app.engine.forms import Field, Form
from workflow_app.errors import Conflict, InvalidInput
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import documents, reading_fields
from workflow_app.services.papers.documents import DocumentView
from workflow_app.services.papers.reading_fields import ProposedField
from workflow_app.types import Answer

MOST_PAPERS = 4
"""The newest of a case that are asked: each is read through."""
MOST_OFFERS = 3
"""For one question: a family card names everybody."""
_KIND = "tawaran isian"
_DIGITS = 16
GONE = "Dokumen itu tidak lagi menyebut nilai ini. Muat ulang halaman, lalu pilih lagi."


@dataclass(frozen=True)
class Offer:
    """One answer that somebody may take."""

    key: str
    """Names question and paper, and stands for the value without telling it: read otherwise meanwhile, it is another offer."""
    answer: str
    words: str
    """The answer as people read it."""
    confidence: float
    note: str
    """What to look at before it is taken."""
    document_id: UUID
    label: str
    page: int


def offers(work: UnitOfWork, form: Form, papers: Sequence[DocumentView]) -> dict[str, list[Offer]]:
    """By question what the papers, oldest first, propose for it; the same value once. To be offered something is to read it:
    that is on record once a shift for each paper.
    """
    asking = [field for field in form.fields.values() if "read_as" in field.parameters]
    found: dict[str, list[Offer]] = {}
    if not asking:
        return found
    readable = [paper for paper in reversed(papers) if paper.can_read and paper.confidence is not None]
    for paper in readable[:MOST_PAPERS]:
        proposed = reading_fields.proposals(work, paper.id, once=True)
        for field in asking:
            for offer in _offers(work, field, paper, proposed.fields):
                kept = found.setdefault(field.name, [])
                if len(kept) < MOST_OFFERS and offer.answer not in [each.answer for each in kept]:
                    kept.append(offer)
    return found


def take(work: UnitOfWork, form: Form, case_id: UUID, key: str) -> dict[str, Answer]:
    """The answer that an offer stands for, read again from its paper, by the name of its question.

    Raises `InvalidInput` for what is no key, `Conflict` when the paper does not say so any more.
    """
    name, _, rest = key.partition(".")
    field = form.fields.get(name)
    if field is None or "read_as" not in field.parameters:
        raise InvalidInput()
    for paper in documents.for_case(work, case_id):
        if rest.startswith(f"{paper.id}.") and paper.can_read:
            proposed = reading_fields.proposals(work, paper.id, once=True)
            for offer in _offers(work, field, paper, proposed.fields):
                if offer.key == key:
                    audit.record_case(
                        work,
                        case_id,
                        "answer.taken",
                        form.element,
                        document_id=str(paper.id),
                        label=paper.label,
                        field=name,
                    )
                    return {name: offer.answer}
    raise Conflict(GONE)


def _offers(
    work: UnitOfWork, field: Field, paper: DocumentView, proposed: Sequence[ProposedField]
) -> list[Offer]:
    wanted = [one for one in proposed if one.name == field.parameters["read_as"]]
    return [
        Offer(
            key=f"{field.name}.{paper.id}.{work.vault.mark(_KIND, f'{paper.id}{one.value}').hex()[:_DIGITS]}",
            answer=one.value,
            words=field.options.get(one.value, one.value),
            confidence=one.confidence,
            note=one.note,
            document_id=paper.id,
            label=paper.label,
            page=one.page,
        )
        for one in wanted
        if not field.options or one.value in field.options
    ]
