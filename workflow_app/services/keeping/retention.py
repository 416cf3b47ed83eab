"""How long a paper is kept by the schedule (JRA), and what stands against disposing of it now (R37, decision 0036)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, union_all

import archive.disposal
from archive.models import Document
from workflow_app.models.case import Case
from workflow_app.models.disposal import DisposalItem
from workflow_app.models.document import CaseDocument
from workflow_app.models.hold import PaperHold
from workflow_app.models.kinship import CaseKinship
from workflow_app.permissions import clearance_of, disposal_approvers
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork, translated
from workflow_app.services.office import configuration, readable, retention_schedule
from workflow_app.services.office.retention_schedule import Fate, Row, Since, Term, day_of
from workflow_app.services.papers import intake

NO_ROW = "Jadwal retensi belum mempunyai baris untuk dokumen ini."
OPEN_CASE = "Berkas yang memakainya belum berakhir."
RESTRICTED = "Berkasnya dibatasi, jadi tidak dimusnahkan lewat daftar ini."
OPEN_KIN = "Berkas lanjutannya belum berakhir."
EXAMPLE = "Baris jadwalnya masih contoh; Ka SPKT belum menetapkannya."
HELD = "Ditahan karena sengketa atau penyelidikan."
PROPOSED = "Sudah ada dalam usulan pemusnahan lain yang belum selesai."
TOO_SECRET = "Tingkat aksesnya di atas hak penyetuju. Golongkan ulang lebih dahulu."  # noqa: S105  # a sentence
FOR_EVER = "Jadwal menetapkannya permanen."
APPRAISED = "Jadwal menetapkannya dinilai kembali, bukan musnah."
GONE = "Sudah dimusnahkan."
KEPT_KINDS = "Manifes, tumpukan, dan bagian yang belum ditempatkan tidak dimusnahkan sendiri."
_STAYING = frozenset([FOR_EVER, APPRAISED, HELD, TOO_SECRET])
"""What stands against destroying a paper, but not against looking at what becomes of it."""
STORE_HOLDS = "Penyimpanan arsip masih menahannya."


@dataclass(frozen=True)
class Standing:
    """One paper and what the schedule says of it today."""

    document_id: UUID
    label: str
    pages: int
    extent: str
    """How much there is of it, in words."""
    level: int
    sha256: str
    case_numbers: Sequence[str]
    term: Term | None
    """Of its terms the one that says most against destroying it; None where the schedule has no row."""
    obstacles: Sequence[str]
    """Why it cannot be disposed of now, in sentences. The store is asked besides (`store_refusal`)."""

    @property
    def is_due(self) -> bool:
        """Nothing in our own books speaks against disposing of it."""
        return not self.obstacles

    def awaits(self, fate: Fate, today: date) -> bool:
        """Are its years over, and is it now for people to do with it what the schedule wants?"""
        if fate == Fate.DESTROY:
            return self.is_due
        over = self.term.over_on if self.term and self.term.row.fate == fate else None
        return over is not None and over < today and _STAYING.issuperset(self.obstacles)


def standings(
    work: UnitOfWork, ids: Collection[UUID], *, proposal: UUID | None = None, scope: str | None = None
) -> dict[UUID, Standing]:
    """Judge papers by the schedule in force now and by all cases that hold them. For services: the caller has checked access.
    `proposal` is the disposal case on whose behalf it is asked; without one `scope` says whose papers are meant
    (`permissions.disposal_scopes`).
    """
    if proposal is not None:
        scope = work.session.get_one(Case, proposal).confined_to
    documents = work.session.scalars(select(Document).where(Document.id.in_(ids))).all()
    links = _links(work, ids)
    cases = {case.id for held in links.values() for _, case in held}
    open_kin, restricted = _with_open_kin(work, cases), _restricted(work, cases, scope)
    by_hand = set(
        work.session.scalars(
            select(PaperHold.document_id).where(PaperHold.document_id.in_(ids), PaperHold.lifted_at.is_(None))
        )
    )
    proposed = set(work.session.scalars(_proposed_elsewhere(ids, proposal)))
    found = {}
    for document in documents:
        held = links.get(document.id, [])
        terms = _terms(work, document, held)
        known = [term for term in terms if term is not None]
        obstacles = [
            (document.disposed_at is not None, GONE),
            (document.origin not in intake.SCHEDULED, KEPT_KINDS),
            (any(case.closed_at is None for _, case in held), OPEN_CASE),
            (any(case.id in open_kin for _, case in held), OPEN_KIN),
            (any(case.id in restricted for _, case in held) or bool(scope and not held), RESTRICTED),
            (document.id in by_hand, HELD),
            (document.id in proposed, PROPOSED),
            (document.level > clearance_of(disposal_approvers(scope)), TOO_SECRET),
            (len(known) < len(terms), NO_ROW),
            *_told_by(known, day_of(work.clock()), is_demo=bool(configuration.value(work, "mode_demo"))),
        ]
        found[document.id] = Standing(
            document_id=document.id,
            label=held[-1][0].label if held else document.label,
            pages=document.pages,
            extent=readable.extent(document.pages, document.seconds),
            level=document.level,
            sha256=document.blob_sha256,
            case_numbers=[case.number for _, case in held],
            term=retention_schedule.governing(known),
            obstacles=[sentence for is_so, sentence in obstacles if is_so],
        )
    return found


def term_seen(work: UnitOfWork, document_id: UUID) -> Term | None:
    """What the schedule says of a paper by the cases in which the actor sees it: others are not hinted at."""
    document = work.session.get_one(Document, document_id)
    held = _links(work, [document_id], access.sees_case(work)).get(document_id, [])
    terms = _terms(work, document, held)
    return retention_schedule.governing([term for term in terms if term is not None])


def store_refusal(work: UnitOfWork, document_id: UUID, *, is_original_only: bool = False) -> str:
    """Why the store would not let go of a paper; empty when it would. It is asked, not believed to be as we left it. For a list
    the original alone is asked about; what was made from it is when the paper is chosen.
    """
    with translated():
        grip = archive.disposal.grip(work.session, work.blobs, document_id, is_original_only=is_original_only)
    if grip.locked_until is not None and grip.locked_until > work.clock():
        return f"Penyimpanan arsip menguncinya sampai {readable.day(day_of(grip.locked_until))}."
    return STORE_HOLDS if grip.is_held else ""


def rows(work: UnitOfWork) -> list[Row]:
    """The schedule in force now."""
    return retention_schedule.rows_of(configuration.value(work, retention_schedule.KEY))


def _links(
    work: UnitOfWork, ids: Collection[UUID], *conditions: ColumnElement[bool]
) -> dict[UUID, list[tuple[CaseDocument, Case]]]:
    query = (
        select(CaseDocument, Case)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id.in_(ids), *conditions)
        .order_by(CaseDocument.added_at, CaseDocument.case_id)
    )
    found: dict[UUID, list[tuple[CaseDocument, Case]]] = {}
    for link, case in work.session.execute(query):
        found.setdefault(link.document_id, []).append((link, case))
    return found


def _terms(
    work: UnitOfWork, document: Document, held: Sequence[tuple[CaseDocument, Case]]
) -> list[Term | None]:
    """One term for each case that has the paper, or one for a paper without; None where no row is about it."""
    schedule = rows(work)
    accepted = intake.accepted_at(document)
    if not held:
        row = retention_schedule.row_for(schedule, None, document.label)
        return [Term(row, day_of(accepted or document.added_at)) if row else None]
    terms: list[Term | None] = []
    for link, case in held:
        row = retention_schedule.row_for(schedule, case.process_key, link.label)
        begun = _begun(row, case.closed_at, accepted) if row else None
        terms.append(Term(row, day_of(begun) if begun else None) if row else None)
    return terms


def _begun(row: Row, ended: datetime | None, accepted: datetime | None) -> datetime | None:
    """When counting began. Nothing counts while the case goes on; what nobody accepted by hand was with the end of its case."""
    if ended is None:
        return None
    return accepted if row.since == Since.ACCEPTANCE and accepted is not None else ended


def _told_by(terms: Sequence[Term], today: date, *, is_demo: bool) -> list[tuple[bool, str]]:
    """What the schedule itself says against it."""
    last = max((term.kept_until for term in terms if term.kept_until), default=None)
    fates = {term.row.fate for term in terms}
    return [
        (last is not None and last >= today, f"Masa simpannya sampai {readable.day(last)}." if last else ""),
        (Fate.KEEP in fates, FOR_EVER),
        (Fate.APPRAISE in fates, APPRAISED),
        (not is_demo and any(term.row.is_example for term in terms), EXAMPLE),
    ]


def _with_open_kin(work: UnitOfWork, cases: Collection[UUID]) -> set[UUID]:
    """Those of the cases to whose matter another case belongs that still goes on: it may need what they hold."""
    if not cases:
        return set()
    both_ways = union_all(
        select(CaseKinship.child_id.label("one"), CaseKinship.parent_id.label("other")),
        select(CaseKinship.parent_id, CaseKinship.child_id),
    ).subquery()
    family = select(Case.id.label("root"), Case.id.label("id")).where(Case.id.in_(cases))
    kin = family.cte("kin", recursive=True)
    kin = kin.union(select(kin.c.root, both_ways.c.other).join(both_ways, both_ways.c.one == kin.c.id))
    open_ones = select(kin.c.root).join(Case, Case.id == kin.c.id)
    return set(
        work.session.scalars(open_ones.where(Case.closed_at.is_(None), kin.c.id != kin.c.root).distinct())
    )


def _restricted(work: UnitOfWork, cases: Collection[UUID], scope: str | None) -> set[UUID]:
    """Those of the cases that are confined to somebody else than who decides here, or open to others where it is confined."""
    others = Case.confined_to.is_distinct_from(scope)
    return set(work.session.scalars(select(Case.id).where(Case.id.in_(cases), others)))


def _proposed_elsewhere(ids: Collection[UUID], proposal: UUID | None) -> Select[UUID]:
    query = (
        select(DisposalItem.document_id)
        .join(Case, Case.id == DisposalItem.case_id)
        .where(
            DisposalItem.document_id.in_(ids),
            DisposalItem.status.in_(("proposed", "erasing")),
            Case.closed_at.is_(None),
        )
    )
    return query if proposal is None else query.where(DisposalItem.case_id != proposal)
