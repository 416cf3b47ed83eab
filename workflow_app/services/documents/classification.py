"""The level of a paper: what it begins with, and the act that changes it (R37, decision 0031).

A paper has one level wherever it is: its bytes are the same in every case. Linking may raise it,
only the act lowers it.

What a paper of a case may be called: words of the SOP and of the forms, never what somebody types.

A label goes into the history, the manifest and the search, from where a name could not be taken out
again. Holds by hand: a dispute or an investigation keeps a paper, whatever the schedule says; put
and lifted for a reason, on record.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from archive.models import Document
from workflow_app.domain import AccessLevel, Forbidden, InvalidInput
from workflow_app.engine.forms import Form
from workflow_app.models import Case, CaseDocument, Definition, PaperHold
from workflow_app.permissions import LEVELS, can_classify, can_hold, clearance
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import access, ingest
from workflow_app.services.forms import requirements
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes.definitions import definition_of, names_in_settings

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
OWN_LETTER = (
    "Surat dan manifes yang dibuat sistem mengikuti berkasnya dan tidak digolongkan sendiri."
)
NOT_YOURS = (
    "Yang dapat mengubah tingkat akses hanya arsiparis dan Ka SPKT; di berkas yang dibatasi, "
    "fungsi yang menanganinya."
)


def default_of(work: UnitOfWork, case: Case, label: str) -> AccessLevel:
    """What a paper of this kind in this process begins with: the higher of the two."""
    configured = configuration.value(work, CONFIGURED)
    process = work.session.get_one(Definition, case.definition_id).process_key
    names = names_in_settings(process, case.confined_to)
    found = (*map(configured["proses"].get, names), configured["dokumen"].get(label))
    return max((LEVELS[key] for key in found if key), default=AccessLevel.ORDINARY)


def take_in(
    work: UnitOfWork, case: Case, document_id: UUID, *, element: str, label: str, **details: str
) -> bool:
    """Make a paper part of a case, at the level with which such papers begin; false when it already
    is.
    """
    level = default_of(work, case, label)
    is_new = ingest.link(
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
        .where(Document.origin == ingest.BUNDLE, CaseDocument.case_id.in_(held_in))
    )
    raised = work.session.scalars(
        update(Document)
        .where((Document.id == document_id) | Document.id.in_(naming), Document.level < level)
        .values(level=level)
        .returning(Document.id)
    ).all()
    ingest.renew(work, raised)


def highest_in(work: UnitOfWork, case_id: UUID) -> int:
    """The highest level among the papers of a case."""
    query = select(func.max(Document.level)).join(
        CaseDocument, CaseDocument.document_id == Document.id
    )
    return work.session.scalar(query.where(CaseDocument.case_id == case_id)) or 0


def may_classify(work: UnitOfWork, document: Document, case_id: UUID | None) -> bool:
    """May the actor, who reads the document through this case or through none, change its level?"""
    if ingest.is_own(document) or document.disposed_at is not None:
        return False
    case = work.session.get_one(Case, case_id) if case_id else None
    return can_classify(work.actor, case.confined_to if case else None)


def choices(work: UnitOfWork, current: AccessLevel) -> dict[str, str]:
    """The levels that the actor may give a paper that has the current one, by key, with their
    labels.
    """
    return {
        key: LABELS[level]
        for key, level in LEVELS.items()
        if level != current and level <= clearance(work.actor)
    }


def classify(work: UnitOfWork, document_id: UUID, key: str, reason: str) -> AccessLevel:
    """Change the level of a paper, for a reason of the list, on record. Returns the new level."""
    seen = access.readable(work, document_id)
    document = work.session.get_one(
        Document, document_id, with_for_update=True, populate_existing=True
    )
    if ingest.is_own(document):
        raise Forbidden(OWN_LETTER)
    if not may_classify(work, document, seen.case_id if seen else None):
        raise Forbidden(NOT_YOURS)
    level = _checked(work, document, key, reason)
    before, document.level = document.level, level
    ingest.renew(work, [document_id])
    raise_to(work, document_id, level)
    access.happened(
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
        raise Forbidden(
            "Tingkat ini di atas hak akses Anda. Minta arsiparis menggolongkan dokumen ini."
        )
    if level == document.level:
        raise InvalidInput(
            fields={"tingkat": f"Dokumen ini sudah bertingkat {LABELS[level].lower()}."}
        )
    return level


OTHERS = ("Surat", "Foto", "Dokumen lain")
RECORDING = "Rekaman suara"
"""Where some form of the process takes recordings."""


def choices_paper_label(work: UnitOfWork, case: Case) -> list[str]:
    """Labels for a paper that is added outside of any form: the requirement lines of the case, then
    the general ones.
    """
    lines = [line.evidence for line in requirements.lines_of(work, case)]
    recording = [RECORDING] if _recorded(work, case) else []
    return list(dict.fromkeys([*lines, *recording, *OTHERS]))


def is_allowed(work: UnitOfWork, case: Case, element: str, label: str) -> bool:
    """May a paper handed in at `element` (empty outside of any form) be called so?"""
    form = definition_of(work, case.definition_id).forms.get(element)
    titles = (
        {field.title for field in form.fields.values() if field.widget == "documents"}
        if form
        else set()
    )
    return label in titles or label in choices_paper_label(work, case)


def is_of_recording(work: UnitOfWork, case: Case, element: str, label: str) -> bool:
    """May what is handed in under this label be a recording: does its question take some, or is it
    called so?
    """
    return label in _recorded(work, case, element) or (
        label == RECORDING and bool(_recorded(work, case))
    )


def _recorded(work: UnitOfWork, case: Case, element: str | None = None) -> set[str]:
    """Titles of the questions that take recordings, of one form or of all that the case can come
    to.
    """
    known = definition_of(work, case.definition_id).forms
    forms = known.values() if element is None else [known[element]] if element in known else []
    return {
        field.title for form in forms for field in form.fields.values() if field.takes_recordings
    }


def is_paper_field(form: Form, name: str) -> bool:
    """True for a documents field, and for `<checklist>.<line>.documents`."""
    first, _, rest = name.partition(".")
    known = form.fields.get(first)
    if known is None:
        return False
    if known.widget == "requirements":
        return rest.endswith(".documents")
    return known.widget == "documents" and not rest


def of_place(work: UnitOfWork, case: Case, form: Form, name: str) -> str | None:
    """What a paper is called that is handed in at this place of a form: the title of its question,
    or the evidence of its line in a checklist. None where no paper is asked for.
    """
    if not is_paper_field(form, name):
        return None
    first, _, rest = name.partition(".")
    if not rest:
        return form.fields[first].title
    line_id = rest.removesuffix(".documents")
    return next(
        (line.evidence for line in requirements.lines_of(work, case) if line.id == line_id), None
    )


PAPER_HOLD_REASONS = (
    "Sengketa atau gugatan",
    "Penyelidikan atau penyidikan",
    "Pemeriksaan internal atau pengawasan",
    "Permintaan pengadilan atau instansi lain",
)
REASONS_TO_LIFT = (
    "Sengketa atau perkaranya sudah selesai",
    "Pemeriksaan sudah selesai",
    "Penahanan keliru",
)
"""Reasons are chosen: what is typed could name people, and the trail is never changed."""
PAPER_HOLD_NOT_YOURS = (
    "Yang dapat menahan dokumen hanya arsiparis dan Ka SPKT; di berkas yang dibatasi, fungsi yang "
    "menanganinya."
)
GONE = "Dokumen ini sudah dimusnahkan, jadi tidak dapat ditahan lagi."


@dataclass(frozen=True)
class HoldView:
    """A hold as the page of the paper shows it."""

    reason: str
    since: datetime
    placed_by: str


def now_on(work: UnitOfWork, document_id: UUID) -> HoldView | None:
    """The hold on a paper; for services and pages that have checked that the actor may see it."""
    hold = _current(work, document_id)
    if hold is None:
        return None
    return HoldView(hold.reason, hold.placed_at, users.name_of(work, hold.placed_by) or "Sistem")


def may_hold(work: UnitOfWork, document: Document, case_id: UUID | None) -> bool:
    """May the actor, who reads the document through this case or through none, put a hold on it or
    lift it?
    """
    case = work.session.get_one(Case, case_id) if case_id else None
    return document.disposed_at is None and can_hold(work.actor, case.confined_to if case else None)


def place(work: UnitOfWork, document_id: UUID, reason: str) -> None:
    """Put a hold on a paper. The store is told within a minute; nothing disposes of the paper from
    now on. Twice is once.
    """
    _checked_paper_hold(work, document_id)
    if reason not in PAPER_HOLD_REASONS:
        raise InvalidInput(fields={"alasan_tahan": "Pilih alasan dari daftar."})
    if _current(work, document_id) is not None:
        return
    work.session.add(
        PaperHold(
            id=uuid4(),
            document_id=document_id,
            reason=reason,
            placed_at=work.clock(),
            placed_by=work.actor.user_id,
        )
    )
    work.session.flush()
    access.happened(work, document_id, "document.hold_placed", reason=reason)


def lift(work: UnitOfWork, document_id: UUID, reason: str) -> None:
    """End the hold on a paper; what else keeps it stays. Twice is once."""
    _checked_paper_hold(work, document_id)
    if reason not in REASONS_TO_LIFT:
        raise InvalidInput(fields={"alasan_lepas": "Pilih alasan dari daftar."})
    hold = _current(work, document_id)
    if hold is None:
        return
    hold.lifted_at, hold.lifted_by, hold.lifted_reason = work.clock(), work.actor.user_id, reason
    work.session.flush()
    access.happened(work, document_id, "document.hold_lifted", reason=reason)


def _checked_paper_hold(work: UnitOfWork, document_id: UUID) -> None:
    """The paper is locked against a disposal and against a second hold."""
    seen = access.readable(work, document_id)
    document = work.session.get_one(
        Document, document_id, with_for_update=True, populate_existing=True
    )
    if document.disposed_at is not None:
        raise InvalidInput(GONE)
    if not may_hold(work, document, seen.case_id if seen else None):
        raise Forbidden(PAPER_HOLD_NOT_YOURS)


def _current(work: UnitOfWork, document_id: UUID) -> PaperHold | None:
    query = select(PaperHold).where(
        PaperHold.document_id == document_id, PaperHold.lifted_at.is_(None)
    )
    return work.session.scalars(query).first()
