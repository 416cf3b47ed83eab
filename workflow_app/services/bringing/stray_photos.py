"""Photos of phones that became no paper: taken off, replaced, never sent. After some days the store lets go of them (decision 0049).

Two steps, each a transaction: the bytes are given up and the case says so, then they are erased. Who is cut off between them erases
the next time. What has become part of a paper meanwhile, by whatever way, is kept.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

import archive.disposal
from archive.errors import BlobLocked
from workflow_app.models.capture import Capture, CapturePage
from workflow_app.models.task import Task
from workflow_app.services.bringing import captures
from workflow_app.services.case_file import access
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.papers import paper_labels
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import SYSTEM

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500


def sweep(works: Works) -> int:
    """Erase what nobody has wanted for the days of the configuration; returns how many photos. Raises `Away` when the store is."""
    with works.begin(SYSTEM) as work:
        due = work.session.execute(_due(work)).all()
    erased = 0
    for capture_id, page_ids in due:
        with works.begin(SYSTEM) as work:
            given_up = _give_up(work, capture_id, page_ids)
        for page_id in given_up:
            with works.begin(SYSTEM) as work:
                erased += _erase(work, page_id)
    return erased


def _due(work: UnitOfWork) -> Select[UUID, Sequence[UUID]]:
    return (
        select(CapturePage.capture_id, func.array_agg(CapturePage.id))
        .join(Capture, Capture.id == CapturePage.capture_id)
        .where(_is_stray(work))
        .group_by(CapturePage.capture_id)
        .order_by(func.min(CapturePage.taken_at))
        .limit(MOST_AT_ONCE)
    )


def _is_stray(work: UnitOfWork) -> ColumnElement[bool]:
    """Nobody can send this `CapturePage` of this `Capture` any more, or has done so in time. A link in use is left alone."""
    before = work.clock() - timedelta(days=captures.kept_days(work))
    is_old = or_(CapturePage.dropped_at <= before, CapturePage.taken_at <= before)
    is_at_rest = Capture.used_at <= work.clock() - captures.LONGEST
    return CapturePage.document_id.is_(None) & is_old & is_at_rest


def _give_up(work: UnitOfWork, capture_id: UUID, page_ids: Sequence[UUID]) -> list[UUID]:
    """From now on nobody is offered these photos, and no bytes are wanted of which no paper is made; on record in the case."""
    capture = work.session.get_one(Capture, capture_id, with_for_update=True, populate_existing=True)
    query = select(CapturePage).where(CapturePage.id.in_(page_ids), _is_stray(work))
    query = query.join(Capture, Capture.id == CapturePage.capture_id).order_by(CapturePage.blob_sha256)
    found = work.session.scalars(query.with_for_update(of=CapturePage)).all()
    given_up, new = [], 0
    for page in found:
        if _is_wanted(work, page) or not archive.disposal.give_up(
            work.session, page.blob_sha256, at=work.clock()
        ):
            work.session.delete(page)
        else:
            new += page.swept_at is None
            page.dropped_at = page.dropped_at or work.clock()
            page.swept_at = page.swept_at or work.clock()
            given_up.append(page.id)
    if new:
        task = work.session.get_one(Task, capture.task_id)
        case = access.lock_case(work, task.case_id)
        form = definition_of(work, case.definition_id).form(task.element)
        label = paper_labels.of_place(work, case, form, capture.place) or ""
        audit.record_case(
            work, case.id, "capture.swept", task.element, label=label, capture=str(capture.id), pages=new
        )
    work.session.flush()
    return given_up


def _is_wanted(work: UnitOfWork, page: CapturePage) -> bool:
    """Waits the same photo on another phone, or lies there since a shorter time?"""
    other = select(CapturePage.id).where(
        CapturePage.blob_sha256 == page.blob_sha256, CapturePage.id != page.id, CapturePage.swept_at.is_(None)
    )
    return work.session.scalar(select(other.exists())) is True


def _erase(work: UnitOfWork, page_id: UUID) -> bool:
    """The bytes first, then the row; what the store still locks is asked about the next time."""
    page = work.session.get_one(CapturePage, page_id, with_for_update=True, populate_existing=True)
    with translated():
        try:
            sha256, at = page.blob_sha256, work.clock()
            is_gone = archive.disposal.erase_given_up(work.session, work.blobs, sha256, at=at)
        except BlobLocked:
            log.info("a photo that became no paper is still locked by the store")
            return False
    work.session.delete(page)
    return is_gone
