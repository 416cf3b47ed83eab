"""Versions of a document: arrangements of its pages that people made.

The original and existing versions never change. Version 1 is the document as it was read. The table
`page` holds the newest version; changed or removed pages move to `past_page`, so that every version
can be read again. The arrangement functions are pure; positions count from 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from archive import page_content
from archive.errors import DocumentDisposed, DocumentMissing, NoSuchPage, VersionOvertaken
from archive.models import Document, Page, PastPage, Version
from archive.page_content import PageText

TURNS = (90, 180, 270)


class Place(NamedTuple):
    """One page of a version."""

    leaf: int
    """Page number in the original."""
    turn: int
    """Degrees clockwise relative to the page as it was read."""
    edition: int
    """The version in which it last changed; 1 is as it was read."""


Places = tuple[Place, ...]


def as_read(pages: int) -> Places:
    """Return the pages of the first version."""
    return tuple(Place(leaf, 0, 1) for leaf in range(1, pages + 1))


def moved(places: Places, position: int, to: int) -> Places:
    """Return the pages with one moved to another position; a position beyond the end
    means the end.
    """
    rest = list(places)
    page = rest.pop(_checked(places, position) - 1)
    rest.insert(max(1, min(to, len(places))) - 1, page)
    return tuple(rest)


def without(places: Places, positions: Sequence[int]) -> Places:
    """Return the pages without some. Raises `IndexError` when none would be left."""
    gone = {_checked(places, position) for position in positions}
    kept = tuple(place for position, place in enumerate(places, 1) if position not in gone)
    if not kept:
        raise IndexError
    return kept


def exchanged(places: Places, position: int, place: Place) -> Places:
    """Return the pages with another page, or the same one changed, at this position."""
    at = _checked(places, position) - 1
    return (*places[:at], place, *places[at + 1 :])


def turned(page: PageText, degrees: int) -> PageText:
    """Return the page turned clockwise, with its words."""
    words = [
        (text, sure, *turned_box((left, top, wide, high), page.width, page.height, degrees))
        for text, sure, left, top, wide, high in page.words
    ]
    lies = degrees in (90, 270)
    width, height = (page.height, page.width) if lies else (page.width, page.height)
    return replace(page, words=words, width=width, height=height, likeness=None)


def turned_box(
    box: tuple[int, int, int, int], width: int, height: int, degrees: int
) -> tuple[int, int, int, int]:
    """Return a box on a page of this size after the page was turned clockwise."""
    left, top, wide, high = box
    match degrees % 360:
        case 90:
            return height - top - high, left, high, wide
        case 180:
            return width - left - wide, height - top - high, wide, high
        case 270:
            return top, width - left - wide, high, wide
        case _:
            return box


def _checked(places: Places, position: int) -> int:
    if not 1 <= position <= len(places):
        raise IndexError
    return position


TURNED = "turned"
"""Source of a page that a person turned after its reading; it waits to be read again."""
_KEPT_SOURCES = ("text", TURNED)
_ASIDE = 1_000_000
"""Offset for page numbers during a reordering."""


class Act(StrEnum):
    """What a person did to make a version."""

    CORRECTED = "corrected"
    TURNED = "turned"
    MOVED = "moved"
    TAKEN_OUT = "taken_out"
    BLANKS_TAKEN_OUT = "blanks_taken_out"
    CUT_OFF = "cut_off"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes which version, and when."""

    version: int
    """The version that was viewed; if there is a newer one, nothing is changed."""
    by: UUID | None
    at: datetime


def places_of(session: Session, document: Document, no: int | None = None) -> Places:
    """Return the pages of a version (the newest by default). Raises `NoSuchPage` for an unknown
    version.
    """
    wanted = document.version if no is None else no
    if wanted == 1:
        return as_read(document.pages)
    places = session.scalar(
        select(Version.places).where(Version.document_id == document.id, Version.no == wanted)
    )
    if places is None:
        raise NoSuchPage
    return tuple(Place(*place) for place in places)


def all_places_of(session: Session, documents: Iterable[Document]) -> dict[UUID, Places]:
    """Return the pages of the newest version of each document, with one query."""
    documents = list(documents)
    newest = [(document.id, document.version) for document in documents if document.version > 1]
    columns = (Version.document_id, Version.places)
    query = select(*columns).where(tuple_(Version.document_id, Version.no).in_(newest))
    arranged = {
        document_id: tuple(Place(*place) for place in places)
        for document_id, places in (session.execute(query) if newest else ())
    }
    return {
        document.id: arranged.get(document.id) or as_read(document.pages) for document in documents
    }


def page_of(session: Session, document: Document, position: int, no: int | None = None) -> PageText:
    """Return the content of one page of a version. Raises `NoSuchPage`."""
    places = places_of(session, document, no)
    if not 1 <= position <= len(places):
        raise NoSuchPage
    (found,) = pages_of(session, document, [(position, places[position - 1])])
    return found


def pages_of(
    session: Session, document: Document, wanted: Iterable[tuple[int, Place]]
) -> list[PageText]:
    """Return the content of these pages of any versions, each with the given number."""
    now = {place: position for position, place in enumerate(places_of(session, document), 1)}
    found = []
    for position, place in wanted:
        if (here := now.get(place)) is not None:
            row = session.execute(
                page_content.of_document(document.id).where(Page.no == here)
            ).first()
            page = page_content.page_of(row) if row else None
        else:
            content = session.scalar(
                _past(document.id, place.leaf).where(PastPage.edition == place.edition)
            )
            page = page_content.text_of(position, content) if content else None
        if page is None:
            raise NoSuchPage
        found.append(replace(page, no=position))
    return found


def of(session: Session, document_id: UUID) -> list[Version]:
    """Return every version that a person made, the newest first."""
    query = select(Version).where(Version.document_id == document_id).order_by(Version.no.desc())
    return list(session.scalars(query))


def correct(
    session: Session, document_id: UUID, change: Change, position: int, right: Mapping[int, str]
) -> Version:
    """Correct words of one page by their positions (`page_content.corrected`). Raises `NoSuchPage`.

    A page that waits to be read after a turn is no longer read then, because its words are a
    person's.
    """
    document, places = _locked(session, document_id, change)
    try:
        page = page_content.corrected(page_of(session, document, position), right)
        page = replace(page, source="ocr") if page.source == TURNED else page
        place = places[position - 1]._replace(edition=document.version + 1)
        return _save(
            session, document, change, Act.CORRECTED, position,
            exchanged(places, position, place), {position: page},
        )  # fmt: skip
    except IndexError as error:
        raise NoSuchPage from error


def turn(
    session: Session, document_id: UUID, change: Change, position: int, degrees: int
) -> Version:
    """Turn one page clockwise. Raises `NoSuchPage` for another angle than `TURNS`.

    If the page was in this orientation before, its reading is restored. Otherwise its words are
    turned too and the page waits to be read again, unless a person has corrected words of it.
    """
    document, places = _locked(session, document_id, change)
    page = page_of(session, document, position)
    if degrees not in TURNS:
        raise NoSuchPage
    place = places[position - 1]
    stands = (place.turn + degrees) % 360
    known = session.scalar(
        select(func.max(PastPage.edition)).where(
            PastPage.document_id == document_id,
            PastPage.leaf == place.leaf,
            PastPage.turn == stands,
        )
    )
    fresh = {}
    if known is None or page.corrected:
        known, page = document.version + 1, turned(page, degrees)
        is_kept = page.corrected or page.source in _KEPT_SOURCES
        fresh[position] = page if is_kept else replace(page, source=TURNED)
    to = exchanged(places, position, Place(place.leaf, stands, known))
    return _save(session, document, change, Act.TURNED, position, to, fresh)


def move(session: Session, document_id: UUID, change: Change, position: int, to: int) -> Version:
    """Move one page to another position. Raises `NoSuchPage`."""
    document, places = _locked(session, document_id, change)
    try:
        return _save(
            session, document, change, Act.MOVED, position, moved(places, position, to), {}
        )
    except IndexError as error:
        raise NoSuchPage from error


def take_out(
    session: Session,
    document_id: UUID,
    change: Change,
    positions: list[int],
    act: Act = Act.TAKEN_OUT,
) -> Version:
    """Leave out pages, which remain in the original and in earlier versions. Raises `NoSuchPage`
    when none would be left.
    """
    document, places = _locked(session, document_id, change)
    try:
        kept = without(places, positions)
    except IndexError as error:
        raise NoSuchPage from error
    return _save(session, document, change, act, positions[0], kept, {})


def restore(session: Session, document_id: UUID, change: Change, no: int) -> Version:
    """Make a new version with the pages of an earlier one."""
    document, _ = _locked(session, document_id, change)
    return _save(session, document, change, Act.RESTORED, no, places_of(session, document, no), {})


def _past(document_id: UUID, leaf: int) -> Any:
    return select(PastPage.content).where(
        PastPage.document_id == document_id, PastPage.leaf == leaf
    )


def _locked(session: Session, document_id: UUID, change: Change) -> tuple[Document, Places]:
    document = session.get(Document, document_id, with_for_update=True, populate_existing=True)
    if document is None:
        raise DocumentMissing
    if document.disposed_at is not None:
        raise DocumentDisposed
    if document.version != change.version:
        raise VersionOvertaken
    return document, places_of(session, document)


def _save(
    session: Session,
    document: Document,
    change: Change,
    act: Act,
    page: int,
    to: Places,
    fresh: Mapping[int, PageText],
) -> Version:
    """Make the version. `fresh` is the content of changed pages by their new positions; all other
    content is stored already.
    """
    old = places_of(session, document)
    unknown = [
        (at, place) for at, place in enumerate(to, 1) if place not in old and at not in fresh
    ]
    content = {**{found.no: found for found in pages_of(session, document, unknown)}, **fresh}
    _keep_past(
        session, document, [(at, place) for at, place in enumerate(old, 1) if place not in to]
    )
    was = {place.leaf: at for at, place in enumerate(old, 1)}
    leaves = {place.leaf for place in to}
    gone = [at for leaf, at in was.items() if leaf not in leaves]
    if gone:
        session.execute(delete(Page).where(Page.document_id == document.id, Page.no.in_(gone)))
    _reorder(session, document.id, {was[p.leaf]: at for at, p in enumerate(to, 1) if p.leaf in was})
    for at, place in enumerate(to, 1):
        if (text := content.get(at)) is None:
            continue
        row = page_content.row_of(document, replace(text, no=at))
        if place.leaf in was:
            here = update(Page).where(Page.document_id == document.id, Page.no == at)
            session.execute(here.values(**row).execution_options(synchronize_session=False))
        else:
            session.execute(insert(Page), [row])
    document.version += 1
    document.checked_at = None
    version = Version(
        document_id=document.id,
        no=document.version,
        made_at=change.at,
        made_by=change.by,
        act=act,
        page=page,
        places=[list(place) for place in to],
    )
    session.add(version)
    settle(session, document)
    return version


def _keep_past(session: Session, document: Document, changed: list[tuple[int, Place]]) -> None:
    rows = [
        {
            "document_id": document.id,
            "leaf": place.leaf,
            "edition": place.edition,
            "turn": place.turn,
            "content": page_content.content_of(page),
        }
        for (_, place), page in zip(changed, pages_of(session, document, changed), strict=True)
    ]
    if rows:
        session.execute(upsert(PastPage).on_conflict_do_nothing(), rows)


def _reorder(session: Session, document_id: UUID, moves: Mapping[int, int]) -> None:
    """Renumber pages, through temporary numbers, so that no two have the same number in between."""
    changed = [{"was": was, "becomes": becomes} for was, becomes in moves.items() if was != becomes]
    if not changed:
        return
    mine = update(Page).where(Page.document_id == document_id)
    numbers = [move["was"] for move in changed]
    session.execute(
        mine.where(Page.no.in_(numbers))
        .values(no=Page.no + _ASIDE)
        .execution_options(synchronize_session=False)
    )
    session.connection().execute(
        mine.where(Page.no == bindparam("was") + _ASIDE).values(no=bindparam("becomes")), changed
    )


def settle(session: Session, document: Document) -> None:
    """Recount the doubts and expire loaded rows whose numbers have changed."""
    session.flush()
    forget(session, document.id)
    counted = select(func.coalesce(func.sum(Page.doubts), 0)).where(Page.document_id == document.id)
    document.doubts = session.scalar(counted) or 0
    session.flush()


def forget(session: Session, document_id: UUID) -> None:
    """Expire loaded rows of pages."""
    for known in list(session.identity_map.values()):
        if isinstance(known, Page) and known.document_id == document_id:
            session.expunge(known)
