"""One paper becomes two, several become one: pages go into a new paper beside, which carries over
what holds for them (decision 0037).
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from uuid import UUID

from sqlalchemy import select

from archive import documents, readings
from archive.documents import Part
from archive.errors import VersionOvertaken
from archive.models import Document
from archive.versions import Act, pages_of, places_of, take_out
from ocr.arranging import Arranged, Source, put_together
from ocr.errors import OcrError
from workflow_app.domain import Conflict, InvalidInput, Unavailable
from workflow_app.models import CaseDocument
from workflow_app.services.cases.access import is_cleared, lock_case
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import UnitOfWork, translated
from workflow_app.services.documents import access, classification, ingest, reading, versions

FIRST_STAYS = "Pilih halaman kedua atau sesudahnya: halaman pertama tetap di dokumen ini."
ONLY_ONE = "Pilih paling sedikit satu dokumen lain untuk digabung."
TOO_MANY = (
    f"Gabungannya lebih dari {reading.ACCEPTED.max_pages} halaman. Pilih lebih sedikit dokumen."
)
APART = "Dokumen yang digabung harus dari berkas yang sama, atau semuanya dari arsip."
NOT_CUT = (
    "Halaman dokumen ini tidak dapat disalin ke dokumen baru. Pindai ulang bagian itu dari "
    "kertasnya."
)


def cut_off(work: UnitOfWork, document_id: UUID, version: int, page: int) -> UUID:
    """This page and all after it become a paper of their own, in the same cases, at the same level;
    returns it. The first one has a new version without them.
    """
    document, _ = versions.changeable(work, document_id)
    count = len(places_of(work.session, document))
    if not 1 < page <= count:
        raise InvalidInput(FIRST_STAYS)
    positions = list(range(page, count + 1))
    part = Part(document, positions)
    with versions.overtaking_told(work, document_id):
        if document.version != version:
            raise VersionOvertaken
        pdf = _pdf_of(work, [part])
        _lock(work, {document_id: version})
        made, _ = _take_in(work, pdf, [part], document.label, document.origin)
        change = versions.change_of(work, version)
        newest = take_out(work.session, document_id, change, positions, Act.CUT_OFF)
    _link(work, made, _links(work, [document_id]), document_id)
    classification.raise_to(work, made, document.level)
    versions.note(work, newest, into=str(made))
    return made


def merge(work: UnitOfWork, document_id: UUID, version: int, others: Sequence[UUID]) -> UUID:
    """This paper and the others, in this order, become one new paper beside them; returns it. They
    stay as they are and are linked to it. It is as restricted as the most restricted of them. Asked
    again, it is the paper that it became then.
    """
    ids = list(dict.fromkeys((document_id, *others)))
    versions.changeable(work, document_id)
    if len(ids) < 2:
        raise InvalidInput(ONLY_ONE)
    for each in sorted(ids):
        versions.changeable(work, each)
    documents = [work.session.get_one(Document, each) for each in ids]
    with versions.overtaking_told(work, document_id):
        if documents[0].version != version:
            raise VersionOvertaken
    seen = {document.id: document.version for document in documents}
    links = _links(work, ids)
    is_archive = all(document.origin == ingest.ARCHIVE for document in documents)
    if not links and not is_archive:
        raise Conflict(APART)
    parts = [
        Part(document, range(1, len(places_of(work.session, document)) + 1))
        for document in documents
    ]
    if sum(len(part.positions) for part in parts) > reading.ACCEPTED.max_pages:
        raise InvalidInput(TOO_MANY)
    pdf = _pdf_of(work, parts)
    origin = ingest.ARCHIVE if is_archive else ingest.UPLOAD
    _lock(work, seen)
    made, is_known = _take_in(work, pdf, parts, documents[0].label, origin)
    _link(work, made, links, document_id)
    classification.raise_to(work, made, max(document.level for document in documents))
    for each in () if is_known else sorted(ids):
        access.happened(work, each, "document.merged", into=str(made))
    return made


def candidates(
    work: UnitOfWork, document_id: UUID, case_id: UUID | None
) -> list[tuple[UUID, str, int]]:
    """Papers of the same case that may be merged with this one: id, what it is called, its
    pages.
    """
    if case_id is None:
        return []
    query = (
        select(Document, CaseDocument.label)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(CaseDocument.case_id == case_id, Document.id != document_id, is_cleared(work))
        .order_by(CaseDocument.added_at, Document.id)
    )
    return [
        (document.id, label, len(places_of(work.session, document)))
        for document, label in work.session.execute(query)
        if versions.may_change(work, document, case_id)
    ]


def _pdf_of(work: UnitOfWork, parts: Sequence[Part]) -> Arranged:
    leaves = []
    try:
        with translated(), ExitStack() as opened:
            sources = []
            for file, part in enumerate(parts):
                blob = readings.as_read(work.session, part.document)
                sources.append(
                    Source(opened.enter_context(work.blobs.open(blob.sha256)), blob.media_type)
                )
                places = places_of(work.session, part.document)
                wanted = [(position, places[position - 1]) for position in part.positions]
                pages = pages_of(work.session, part.document, wanted)
                leaves += versions.leaves([place for _, place in wanted], pages, file)
            return put_together(sources, leaves, reading.ACCEPTED)
    except OcrError as error:
        if error.is_retryable:
            raise Unavailable(detail=type(error).__name__) from error
        raise Conflict(NOT_CUT) from error


def _lock(work: UnitOfWork, seen: Mapping[UUID, int]) -> None:
    """Nobody changes these papers from now on. The pages were put together before, since that takes
    a while.
    """
    for each, version in sorted(seen.items()):
        document = work.session.get_one(
            Document, each, with_for_update=True, populate_existing=True
        )
        versions.changeable(work, each)
        with versions.overtaking_told(work, each):
            if document.version != version:
                raise VersionOvertaken


def _take_in(
    work: UnitOfWork, put: Arranged, parts: Sequence[Part], label: str, origin: str
) -> tuple[UUID, bool]:
    """The paper, and whether these very pages became it before."""
    # Its term does not start anew: the pages have been in the archive since the first of the papers
    # came there.
    accepted, accepted_by = min(
        (part.document.accepted_at or part.document.added_at, part.document.accepted_by)
        for part in parts
    )
    made = documents.put_together(
        work.session,
        work.blobs,
        put.pdf,
        parts,
        label=label,
        origin=origin,
        at=work.clock(),
        accepted_at=accepted if origin == ingest.ARCHIVE else None,
    )
    if not made.is_duplicate:
        document = documents.get(work.session, made.document_id)
        document.copy_level, document.copy_reason = str(put.level), put.reason
        document.accepted_by = accepted_by if origin == ingest.ARCHIVE else ""
        sources = [str(part.document.id) for part in parts]
        access.kept(work, made.document_id, "document.added", made_of=sources)
        ingest.renew(work, [made.document_id])
        jobs.defer(work, "make_version", document_id=str(made.document_id), version=1)
    return made.document_id, made.is_known


def _links(work: UnitOfWork, ids: Sequence[UUID]) -> list[CaseDocument]:
    """The cases that hold all of these, as the first one hangs in them, in their order."""
    query = (
        select(CaseDocument)
        .where(CaseDocument.document_id == ids[0])
        .order_by(CaseDocument.case_id)
    )
    for other in ids[1:]:
        also = select(CaseDocument.case_id).where(CaseDocument.document_id == other)
        query = query.where(CaseDocument.case_id.in_(also))
    return list(work.session.scalars(query))


def _link(work: UnitOfWork, made: UUID, links: Sequence[CaseDocument], source: UUID) -> None:
    for link in links:
        lock_case(work, link.case_id)
        ingest.link(
            work, link.case_id, made, element=link.element, label=link.label, made_of=str(source)
        )
