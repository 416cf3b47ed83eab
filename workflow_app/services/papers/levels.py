"""The level of a paper: what it begins with, and the act that changes it (R37, decision 0031).

A paper has one level wherever it is: its bytes are the same in every case. Linking may raise it, only the act lowers it.
"""

from uuid import UUID

from sqlalchemy import func, select, update

from archive.models import Document
from workflow_app.errors import Forbidden, InvalidInput
from workflow_app.models.case import Case
from workflow_app.models.definition import Definition
from workflow_app.models.document import CaseDocument
from workflow_app.permissions import LEVELS, can_classify, clearance
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration
from workflow_app.services.papers import intake, paper_facets, paper_sight, paper_trail
from workflow_app.types import AccessLevel

CONFIGURED = "tingkat_akses"
LABELS = {
    AccessLevel.ORDINARY: "Biasa",
    AccessLevel.RESTRICTED: "Terbatas",
    AccessLevel.SECRET: "Rahasia",
    AccessLevel.TOP_SECRET: "Sangat rahasia",
}
REASONS = (
    "Memuat identitas yang harus dilindungi",
    "Memuat data anak atau kesehatan",
    "Permintaan penyidik",
    "Salah digolongkan sebelumnya",
    "Alasan pembatasan sudah tidak ada",
)
"""A reason is chosen: what is typed could name people, and the trail is never changed."""
OWN_LETTER = "Surat dan manifes yang dibuat sistem mengikuti berkasnya dan tidak digolongkan sendiri."
NOT_YOURS = "Yang dapat mengubah tingkat akses hanya arsiparis dan Ka SPKT; di berkas yang dibatasi, fungsi yang menanganinya."


def default_of(work: UnitOfWork, case: Case, label: str) -> AccessLevel:
    """What a paper of this kind in this process begins with: the higher of the two."""
    configured = configuration.value(work, CONFIGURED)
    process = work.session.get_one(Definition, case.definition_id).process_key
    found = (configured["proses"].get(process), configured["dokumen"].get(label))
    return max((LEVELS[key] for key in found if key), default=AccessLevel.ORDINARY)


def take_in(
    work: UnitOfWork, case: Case, document_id: UUID, *, element: str, label: str, **details: str
) -> bool:
    """Make a paper part of a case, at the level with which such papers begin; false when it already is."""
    level = default_of(work, case, label)
    is_new = intake.link(
        work, case.id, document_id, element=element, label=label, level=key_of(level), **details
    )
    raise_to(work, document_id, level)
    return is_new


def raise_to(work: UnitOfWork, document_id: UUID, level: int) -> None:
    """The paper has at least this level from now on, and so has every manifest that names it."""
    if level == AccessLevel.ORDINARY:
        return
    held_in = select(CaseDocument.case_id).where(CaseDocument.document_id == document_id)
    naming = (
        select(Document.id)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(Document.origin == intake.BUNDLE, CaseDocument.case_id.in_(held_in))
    )
    raised = work.session.scalars(
        update(Document)
        .where((Document.id == document_id) | Document.id.in_(naming), Document.level < level)
        .values(level=level)
        .returning(Document.id)
    ).all()
    paper_facets.renew(work, raised)


def highest_in(work: UnitOfWork, case_id: UUID) -> int:
    """The highest level among the papers of a case."""
    query = select(func.max(Document.level)).join(CaseDocument, CaseDocument.document_id == Document.id)
    return work.session.scalar(query.where(CaseDocument.case_id == case_id)) or 0


def may_classify(work: UnitOfWork, document: Document, case_id: UUID | None) -> bool:
    """May the actor, who reads the document through this case or through none, change its level?"""
    if intake.is_own(document) or document.disposed_at is not None:
        return False
    case = work.session.get_one(Case, case_id) if case_id else None
    return can_classify(work.actor, case.confined_to if case else None)


def choices(work: UnitOfWork, current: AccessLevel) -> dict[str, str]:
    """The levels that the actor may give a paper that has the current one, by key, with their labels."""
    return {
        key: LABELS[level]
        for key, level in LEVELS.items()
        if level != current and level <= clearance(work.actor)
    }


def classify(work: UnitOfWork, document_id: UUID, key: str, reason: str) -> AccessLevel:
    """Change the level of a paper, for a reason of the list, on record. Returns the new level."""
    seen = paper_sight.readable(work, document_id)
    document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if intake.is_own(document):
        raise Forbidden(OWN_LETTER)
    if not may_classify(work, document, seen.case_id if seen else None):
        raise Forbidden(NOT_YOURS)
    level = _checked(work, document, key, reason)
    before, document.level = document.level, level
    paper_facets.renew(work, [document_id])
    raise_to(work, document_id, level)
    paper_trail.happened(
        work,
        document_id,
        "document.classified",
        before=key_of(before),
        level=key,
        level_label=LABELS[level].lower(),
        reason=reason,
    )
    return level


def key_of(level: int) -> str:
    """The level as the configuration and the trail write it."""
    return next(key for key, known in LEVELS.items() if known == level)


def _checked(work: UnitOfWork, document: Document, key: str, reason: str) -> AccessLevel:
    if (level := LEVELS.get(key)) is None:
        raise InvalidInput(fields={"tingkat": "Pilih tingkat akses dari daftar."})
    if reason not in REASONS:
        raise InvalidInput(fields={"alasan": "Pilih alasan dari daftar."})
    if level > clearance(work.actor) or document.level > clearance(work.actor):
        raise Forbidden("Tingkat ini di atas hak akses Anda. Minta arsiparis menggolongkan dokumen ini.")
    if level == document.level:
        raise InvalidInput(fields={"tingkat": f"Dokumen ini sudah bertingkat {LABELS[level].lower()}."})
    return level
