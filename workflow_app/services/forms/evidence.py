"""Papers that answers name as evidence: each must have been handed in at this very case."""

from collections.abc import Iterator

from sqlalchemy import select

from workflow_app.engine.checklists import line_answers
from workflow_app.engine.forms import Form
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.types import Answers

FOREIGN = "Dokumen ini tidak ada di berkas ini. Pindai atau unggah sekali lagi di sini."


def check(work: UnitOfWork, case: Case, form: Form, given: Answers) -> dict[str, str]:
    """Fields (or `persyaratan.<line>.documents`) that name a paper of no case or of another one, with a sentence.

    The case is locked by the caller.
    """
    named = [(place, paper) for place, papers in _named(form, given) for paper in papers]
    if not named:
        return {}
    query = select(CaseDocument.document_id).where(CaseDocument.case_id == case.id)
    known = {str(document) for document in work.session.scalars(query)}
    return {place: FOREIGN for place, paper in named if paper not in known}


def _named(form: Form, given: Answers) -> Iterator[tuple[str, list[str]]]:
    """Where papers are named, and which."""
    for field in form.fields.values():
        value = given.get(field.name)
        if field.widget == "documents":
            yield field.name, _papers(value)
        elif field.widget == "requirements":
            for line, parts in line_answers(value).items():
                yield f"{field.name}.{line}.documents", _papers(parts.get("documents"))


def _papers(value: object) -> list[str]:
    return [str(paper) for paper in value] if isinstance(value, list) else []
