"""By what a search can be narrowed: words of the caller on a document, repeated in the index entries of its pages.

They stand in the index beside the words of the page, so that narrowing a search costs no look at the papers it leaves out. What
they mean is the caller's to say; they may be more than somebody may know, and are no permission.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from archive.models import Document, Page

MARK = "="
"""Before each of them in the index: no word begins with it."""


def give(session: Session, ids: Collection[UUID], wanted: Select[UUID, Sequence[str]]) -> None:
    """These documents have these facets from now on, and so have their pages. `wanted` selects ids and facets, sorted; what is
    as wanted already is not written. The rows of the documents are locked first, in order, as saving pages locks them; what is
    wanted is asked only then, so that of two who give at once the second one knows what the first one did.
    """
    rows = select(Document.id).where(Document.id.in_(ids)).order_by(Document.id)
    session.execute(rows.with_for_update(key_share=True)).all()
    asked = wanted.subquery()
    id_, facets = asked.columns
    differing = (
        select(Document.id, facets)
        .join(asked, id_ == Document.id)
        .where(Document.facets != facets)
        .order_by(Document.id)
    )
    for document_id, given in session.execute(differing).all():
        session.execute(
            update(Document)
            .where(Document.id == document_id)
            .values(facets=given)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(Page)
            .where(Page.document_id == document_id, Page.facets != given)
            .values(facets=given)
            .execution_options(synchronize_session=False)
        )
