"""Where on a paper the words stand by which it was found."""

from uuid import UUID

import archive.marks
from archive.marks import PageMarks
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_sight


def of(work: UnitOfWork, document_id: UUID, words: str) -> dict[int, PageMarks]:
    """The marks of the pages that hold the words, by page, for who may read the paper."""
    paper_sight.readable(work, document_id)
    return archive.marks.of(work.session, document_id, words)
