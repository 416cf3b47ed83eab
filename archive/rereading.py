"""Reading pages anew of a document that people have arranged: what a person changed stays as he left it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from archive import page_rows
from archive.arrangement import Place
from archive.models import Document, Page, PastPage
from archive.page_text import PageText
from archive.versions import TURNED, forget, places_of, settle


def keep_reading(session: Session, document: Document, pages: Mapping[int, PageText]) -> None:
    """What was read on pages of the newest version that were turned, by position. Those changed meanwhile are left alone."""
    for position, page in pages.items():
        row = page_rows.row_of(document, replace(page, no=position))
        session.execute(
            update(Page)
            .where(
                Page.document_id == document.id,
                Page.no == position,
                Page.source == TURNED,
                func.cardinality(Page.corrected) == 0,
            )
            .values(**row)
            .execution_options(synchronize_session=False)
        )
    settle(session, document)


def read_again(session: Session, document: Document, pages: Iterable[PageText]) -> None:
    """A new reading of a document that people have arranged, by its pages as they came: it takes the place of what was read
    before, wherever nobody has changed anything since. A page that failed keeps what was read before.
    """
    now = {place: position for position, place in enumerate(places_of(session, document), 1)}
    for page in pages:
        if page.source == "failed":
            continue
        position = now.get(Place(page.no, 0, 1))
        if position is not None:
            row = page_rows.row_of(document, replace(page, no=position))
            session.execute(
                update(Page)
                .where(Page.document_id == document.id, Page.no == position)
                .values(**row)
                .execution_options(synchronize_session=False)
            )
        else:
            session.execute(
                update(PastPage)
                .where(PastPage.document_id == document.id, PastPage.leaf == page.no, PastPage.edition == 1)
                .values(content=page_rows.content_of(page))
                .execution_options(synchronize_session=False)
            )
    forget(session, document.id)
