"""How long a paper is kept by the schedule (JRA), and what stands against disposing of it now (R37,
decision 0036).

The papers that are due by the schedule, for who proposes to dispose of them: what they are, never
what is in them.

A paper stands there by its level and because who asks may know of every case that holds it. What is
confined to a role stands on the list of that role and on no other, and in no count of another.
Opening a paper is asked as everywhere (`paper_sight`).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, true, tuple_, union_all

from archive import disposal
from archive.models import Document
from workflow_app.domain import Forbidden, NotFound
from workflow_app.models import Case, CaseDocument, CaseKinship, DisposalItem, PaperHold
from workflow_app.permissions import clearance_of, disposal_approvers, disposal_scopes
from workflow_app.services.cases import access
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork, translated
from workflow_app.services.documents import ingest
from workflow_app.services.documents.access import all_readable
from workflow_app.services.office_settings import configuration, retention_schedule
from workflow_app.services.office_settings.retention_schedule import Fate, Row, Since, Term, day_of
from workflow_app.services.processes.definitions import names_in_settings

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
    """Of its terms the one that says most against destroying it; None where the schedule has no
    row.
    """
    obstacles: Sequence[str]
    """Why it cannot be disposed of now, in sentences. The store is asked besides (`store_refusal`).
    """

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
    work: UnitOfWork,
    ids: Collection[UUID],
    *,
    proposal: UUID | None = None,
    scope: str | None = None,
) -> dict[UUID, Standing]:
    """Judge papers by the schedule in force now and by all cases that hold them. For services: the
    caller has checked access. `proposal` is the disposal case on whose behalf it is asked; without
    one `scope` says whose papers are meant (`permissions.disposal_scopes`).
    """
    if proposal is not None:
        scope = work.session.get_one(Case, proposal).confined_to
    documents = work.session.scalars(select(Document).where(Document.id.in_(ids))).all()
    links = _links(work, ids)
    cases = {case.id for held in links.values() for _, case in held}
    open_kin, restricted = _with_open_kin(work, cases), _restricted(work, cases, scope)
    by_hand = set(
        work.session.scalars(
            select(PaperHold.document_id).where(
                PaperHold.document_id.in_(ids), PaperHold.lifted_at.is_(None)
            )
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
            (document.origin not in ingest.SCHEDULED, KEPT_KINDS),
            (any(case.closed_at is None for _, case in held), OPEN_CASE),
            (any(case.id in open_kin for _, case in held), OPEN_KIN),
            (
                any(case.id in restricted for _, case in held) or bool(scope and not held),
                RESTRICTED,
            ),
            (document.id in by_hand, HELD),
            (document.id in proposed, PROPOSED),
            (document.level > clearance_of(disposal_approvers(scope)), TOO_SECRET),
            (len(known) < len(terms), NO_ROW),
            *_told_by(
                known, day_of(work.clock()), is_demo=bool(configuration.value(work, "mode_demo"))
            ),
        ]
        found[document.id] = Standing(
            document_id=document.id,
            label=held[-1][0].label if held else document.label,
            pages=document.pages,
            extent=formatting.extent(document.pages, document.seconds),
            level=document.level,
            sha256=document.blob_sha256,
            case_numbers=[case.number for _, case in held],
            term=retention_schedule.governing(known),
            obstacles=[sentence for is_so, sentence in obstacles if is_so],
        )
    return found


def term_seen(work: UnitOfWork, document_id: UUID) -> Term | None:
    """What the schedule says of a paper by the cases in which the actor sees it: others are not
    hinted at.
    """
    document = work.session.get_one(Document, document_id)
    held = _links(work, [document_id], access.sees_case(work)).get(document_id, [])
    terms = _terms(work, document, held)
    return retention_schedule.governing([term for term in terms if term is not None])


def store_refusal(work: UnitOfWork, document_id: UUID, *, is_original_only: bool = False) -> str:
    """Why the store would not let go of a paper; empty when it would. It is asked, not believed to
    be as we left it. For a list the original alone is asked about; what was made from it is when
    the paper is chosen.
    """
    with translated():
        grip = disposal.grip(
            work.session, work.blobs, document_id, is_original_only=is_original_only
        )
    if grip.locked_until is not None and grip.locked_until > work.clock():
        return f"Penyimpanan arsip menguncinya sampai {formatting.day(day_of(grip.locked_until))}."
    return STORE_HOLDS if grip.is_held else ""


def schedule_rows(work: UnitOfWork) -> list[Row]:
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
    """One term for each case that has the paper, or one for a paper without; None where no row is
    about it.
    """
    schedule = schedule_rows(work)
    accepted = ingest.accepted_at(document)
    if not held:
        row = retention_schedule.row_for(schedule, None, document.label)
        return [Term(row, day_of(accepted or document.added_at)) if row else None]
    known = {row.process for row in schedule}
    terms: list[Term | None] = []
    for link, case in held:
        names = names_in_settings(case.process_key, case.confined_to)
        process = next((name for name in names if name in known), case.process_key)
        row = retention_schedule.row_for(schedule, process, link.label)
        begun = _begun(row, case.closed_at, accepted) if row else None
        terms.append(Term(row, day_of(begun) if begun else None) if row else None)
    return terms


def _begun(row: Row, ended: datetime | None, accepted: datetime | None) -> datetime | None:
    """When counting began. Nothing counts while the case goes on; what nobody accepted by hand was
    with the end of its case.
    """
    if ended is None:
        return None
    return accepted if row.since == Since.ACCEPTANCE and accepted is not None else ended


def _told_by(terms: Sequence[Term], today: date, *, is_demo: bool) -> list[tuple[bool, str]]:
    """What the schedule itself says against it."""
    last = max((term.kept_until for term in terms if term.kept_until), default=None)
    fates = {term.row.fate for term in terms}
    return [
        (
            last is not None and last >= today,
            f"Masa simpannya sampai {formatting.day(last)}." if last else "",
        ),
        (Fate.KEEP in fates, FOR_EVER),
        (Fate.APPRAISE in fates, APPRAISED),
        (not is_demo and any(term.row.is_example for term in terms), EXAMPLE),
    ]


def _with_open_kin(work: UnitOfWork, cases: Collection[UUID]) -> set[UUID]:
    """Those of the cases to whose matter another case belongs that still goes on: it may need what
    they hold.
    """
    if not cases:
        return set()
    both_ways = union_all(
        select(CaseKinship.child_id.label("one"), CaseKinship.parent_id.label("other")),
        select(CaseKinship.parent_id, CaseKinship.child_id),
    ).subquery()
    family = select(Case.id.label("root"), Case.id.label("id")).where(Case.id.in_(cases))
    kin = family.cte("kin", recursive=True)
    kin = kin.union(
        select(kin.c.root, both_ways.c.other).join(both_ways, both_ways.c.one == kin.c.id)
    )
    open_ones = select(kin.c.root).join(Case, Case.id == kin.c.id)
    return set(
        work.session.scalars(
            open_ones.where(Case.closed_at.is_(None), kin.c.id != kin.c.root).distinct()
        )
    )


def _restricted(work: UnitOfWork, cases: Collection[UUID], scope: str | None) -> set[UUID]:
    """Those of the cases that are confined to somebody else than who decides here, or open to
    others where it is confined.
    """
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


AT_ONCE = 100
"""Rows of one page."""
BATCH = 200
LOOKED_AT, ASKED_ABOUT = 4000, 300
"""Papers that are judged for one page, and asked about in the store; then it says that there may be
more.
"""


@dataclass(frozen=True)
class DuePaper:
    """One row of the list."""

    standing: Standing
    can_open: bool


@dataclass(frozen=True)
class DuePage:
    """Papers that are due, those that came first before the others."""

    papers: Sequence[DuePaper]
    next: UUID | None
    """Paper after which the list goes on; None at its end."""
    rows: Sequence[Row]
    """Rows of the schedule that want this, to filter by."""
    locked: int
    """Papers whose time is over too, but which the store does not let go yet; they are not shown.
    """


def show(
    work: UnitOfWork,
    *,
    fate: Fate = Fate.DESTROY,
    scope: str | None = None,
    year: int | None = None,
    code: str | None = None,
    after: UUID | None = None,
) -> DuePage:
    """Papers whose time is over and which await what the schedule wants then, of a row of the
    schedule and with their last day in a year where these are given; those that are open to the
    unit, or with `scope` those that are confined to this role. Raises `Forbidden` for papers of
    others.
    """
    check_scope(work, scope)
    rows = [row for row in schedule_rows(work) if row.fate == fate]
    today = day_of(work.clock())
    papers: list[Standing] = []
    last: UUID | None = None
    is_more, locked = False, 0
    for seen, one in enumerate(_judged(work, rows, after, scope)):
        if len(papers) == AT_ONCE or len(papers) + locked == ASKED_ABOUT or seen == LOOKED_AT:
            is_more = True
            break
        last = one.document_id
        if not one.awaits(fate, today) or not _is_wanted(one, year, code):
            continue
        if fate == Fate.DESTROY and store_refusal(work, one.document_id, is_original_only=True):
            locked += 1
        else:
            papers.append(one)
    opened = readable_among(work, [one.document_id for one in papers])
    return DuePage(
        [DuePaper(one, one.document_id in opened) for one in papers],
        last if is_more else None,
        rows,
        locked,
    )


def counted(work: UnitOfWork) -> tuple[Counter[str], bool]:
    """How many papers that are open to the unit are due, by row of the schedule, and whether that
    is all: of very many only those are judged that are looked at for one page. The store is not
    asked. For services: the caller has checked access.
    """
    rows = [row for row in schedule_rows(work) if row.fate == Fate.DESTROY]
    judged = list(islice(_judged(work, rows, None, None), LOOKED_AT + 1))
    terms = (one.term for one in judged[:LOOKED_AT] if one.is_due)
    found = Counter(f"{term.row.code} {term.row.words}" for term in terms if term is not None)
    return found, len(judged) <= LOOKED_AT


def check_scope(work: UnitOfWork, scope: str | None) -> None:
    """Raise `Forbidden` unless the actor may propose to dispose of such papers."""
    if scope not in disposal_scopes(work.actor):
        raise Forbidden()


def known_to(work: UnitOfWork) -> ColumnElement[bool]:
    """The actor may know of this `Document` as something that could be disposed of: all its cases
    are of his unit, none is hidden from him.
    """
    hidden = _case_where(~and_(Case.unit == work.actor.unit, access.not_behind_wall(work, Case.id)))
    is_somewhere = or_(Document.origin == ingest.ARCHIVE, _case_where(true()))
    return access.is_cleared(work) & is_somewhere & ~hidden


def is_within(scope: str | None) -> ColumnElement[bool]:
    """This `Document` is one of those papers: of no case that is confined, or of cases that are
    confined to this role only.
    """
    others = ~_case_where(Case.confined_to.is_distinct_from(scope))
    return others if scope is None else others & _case_where(true())


def _case_where(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A case holds this `Document` of which that is true."""
    query = select(CaseDocument.case_id).join(Case, Case.id == CaseDocument.case_id)
    return query.where(CaseDocument.document_id == Document.id, condition).exists()


def readable_among(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Those of the papers that the actor may open."""
    query = select(Document.id).where(Document.id.in_(ids), Document.id.in_(all_readable(work)))
    return set(work.session.scalars(query))


def _is_wanted(one: Standing, year: int | None, code: str | None) -> bool:
    if one.term is None or one.term.over_on is None:
        return False
    return year in (None, one.term.over_on.year) and code in (None, one.term.row.code)


def _judged(
    work: UnitOfWork, rows: Sequence[Row], after: UUID | None, scope: str | None
) -> Iterator[Standing]:
    """Papers that could be due, judged a batch at a time."""
    shortest = min((row.years for row in rows), default=None)
    if shortest is None:
        return
    place = work.session.get(Document, after) if after else None
    if after is not None and place is None:
        raise NotFound()
    reached = (place.added_at, place.id) if place is not None else None
    while batch := work.session.execute(_candidates(work, shortest, reached, scope)).all():
        judged = standings(work, [row.id for row in batch], scope=scope)
        yield from (judged[row.id] for row in batch)
        reached = (batch[-1].added_at, batch[-1].id)


def _candidates(
    work: UnitOfWork, years: int, reached: tuple[datetime, UUID] | None, scope: str | None
) -> Select[datetime, UUID]:
    """Papers old enough for the shortest row, of cases that have ended. What was made of others is
    as old as they are.
    """
    oldest = work.clock() - timedelta(days=365 * years)
    query = select(Document.added_at, Document.id).where(
        Document.disposed_at.is_(None),
        Document.origin.in_(ingest.SCHEDULED),
        or_(Document.added_at <= oldest, Document.accepted_at <= oldest),
        ~_case_where(Case.closed_at.is_(None)),
        known_to(work),
        is_within(scope),
    )
    if reached is not None:
        query = query.where(tuple_(Document.added_at, Document.id) > tuple_(*reached))
    return query.order_by(Document.added_at, Document.id).limit(BATCH)
