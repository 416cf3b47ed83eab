"""A box of old papers is registered once with all its bundles: one case for the box, one for each
bundle (R39, decision 0039).

Proposing papers for disposal: a case begins with the papers that were chosen on the list of what is
due, or gets them added.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from workflow_app.domain import Answers, Conflict, InvalidInput
from workflow_app.engine import forms
from workflow_app.engine.forms import Form
from workflow_app.models import Case, CaseKinship, Task
from workflow_app.permissions import ARCHIVE_BOX_KEEPERS, check_role
from workflow_app.services.cases import access, related_cases
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters.digitisation import BATCH, PROCESS
from workflow_app.services.processes.definitions import current, definition_of
from workflow_app.services.retention import disposal_lists, schedule
from workflow_app.services.workflow import cases, steps, tasks

BOX, BUNDLE = "daftar_kotak", "daftar"
REASON = "Bundel dari kotak arsip"
MOST_BUNDLES, MOST_SHOWN = 40, 5
NOT_BEGUN = "Berkas kotak ini tidak dapat dimulai. Hubungi admin."


@dataclass(frozen=True)
class AskedBundle:
    """One line of the page, as it was typed."""

    uraian: str = ""
    tahun_awal: str = ""
    tahun_akhir: str = ""
    jumlah_lembar: str = ""
    keadaan: str = "baik"


@dataclass(frozen=True)
class AskedBox:
    """What somebody typed on the page."""

    kotak: str = ""
    tempat_kotak: str = ""
    bundles: Sequence[AskedBundle] = (AskedBundle(),)


@dataclass(frozen=True)
class ArchiveBox:
    """A box that was registered."""

    case_id: UUID
    number: str
    opened_at: datetime
    is_closed: bool
    bundles: int
    waiting: int
    """Bundles that are not accepted yet."""


def register(work: UnitOfWork, asked: AskedBox, token: str) -> ArchiveBox:
    """Begin the case of the box and of each bundle, all or none. The same `token` again answers
    with what it began.

    Raises `InvalidInput` with a sentence per field; that of a bundle has its number behind it
    (`uraian-2`).
    """
    check_role(work.actor, ARCHIVE_BOX_KEEPERS)
    if not 1 <= len(asked.bundles) <= MOST_BUNDLES:
        raise InvalidInput(f"Daftarkan 1 sampai {MOST_BUNDLES} bundel sekaligus.")
    box, bundles = _box(asked), [_bundle(asked, one) for one in asked.bundles]
    if faults := _faults(work, box, bundles):
        raise InvalidInput(fields=faults)
    started = cases.start(work, BATCH, token, begins_with={"dari_kotak": True})
    if not _children(work, started.case_id):
        if started.task_id is None:
            raise Conflict(NOT_BEGUN)
        tasks.complete(work, started.task_id, box, str(uuid4()))
        case = access.lock_case(work, started.case_id)
        for bundle in bundles:
            _begin(work, case, bundle)
    return next(one for one in _shown(work, [started.case_id]))


def lately(work: UnitOfWork) -> list[ArchiveBox]:
    """The boxes that were registered last, of those that the actor sees."""
    check_role(work.actor, ARCHIVE_BOX_KEEPERS)
    query = (
        select(Case.id)
        .where(
            Case.process_key == BATCH,
            Case.id.in_(select(CaseKinship.parent_id)),
            access.sees_case(work),
        )
        .order_by(Case.opened_at.desc(), Case.number.desc())
        .limit(MOST_SHOWN)
    )
    return _shown(work, work.session.scalars(query).all())


def _begin(work: UnitOfWork, box: Case, bundle: Answers) -> None:
    opened = related_cases.open_child(work, box, BOX, PROCESS, REASON)
    steps.settle(work, opened.case, opened.run)
    work.session.flush()
    (first,) = access.open_of_case(work, opened.case.id)
    tasks.complete(work, first.id, bundle, str(uuid4()))


def _box(asked: AskedBox) -> Answers:
    return {
        "kotak": asked.kotak,
        "tempat_kotak": asked.tempat_kotak,
        "jumlah_bundel": len(asked.bundles),
    }


def _bundle(asked: AskedBox, one: AskedBundle) -> Answers:
    answers: Answers = {
        "cakupan": "bundel",
        "kotak": asked.kotak,
        "uraian": one.uraian,
        "tahun_awal": _whole(one.tahun_awal),
        "tahun_akhir": _whole(one.tahun_akhir),
        "jumlah_lembar": _whole(one.jumlah_lembar),
        "keadaan": one.keadaan,
        "tempat_sekarang": asked.tempat_kotak,
    }
    return {name: value for name, value in answers.items() if value != ""}


def _whole(typed: str) -> int | str:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else typed


def _faults(work: UnitOfWork, box: Answers, bundles: Sequence[Answers]) -> dict[str, str]:
    found = forms.validate(
        _form(work, BATCH, BOX), {name: value for name, value in box.items() if value != ""}
    )
    form = _form(work, PROCESS, BUNDLE)
    for no, bundle in enumerate(bundles, 1):
        found |= {
            f"{name}-{no}": sentence
            for name, sentence in forms.validate(form, bundle, work.clock()).items()
            if name not in ("kotak", "tempat_sekarang")
        }
    return found


def _form(work: UnitOfWork, process: str, element: str) -> Form:
    return definition_of(work, current(work, process).id).form(element)


def _children(work: UnitOfWork, case_id: UUID) -> int:
    query = select(func.count()).select_from(CaseKinship).where(CaseKinship.parent_id == case_id)
    return work.session.scalar(query) or 0


def _shown(work: UnitOfWork, ids: Sequence[UUID]) -> list[ArchiveBox]:
    child = (
        select(CaseKinship.parent_id, Case.closed_at)
        .join(Case, Case.id == CaseKinship.child_id)
        .subquery()
    )
    query = (
        select(
            Case,
            func.count(child.c.parent_id),
            func.count(child.c.parent_id).filter(child.c.closed_at.is_(None)),
        )
        .join(child, child.c.parent_id == Case.id)
        .where(Case.id.in_(ids))
        .group_by(Case.id)
        .order_by(Case.opened_at.desc(), Case.number.desc())
    )
    return [
        ArchiveBox(
            case.id, case.number, case.opened_at, case.closed_at is not None, bundles, waiting
        )
        for case, bundles, waiting in work.session.execute(query)
    ]


DISPOSAL_PROPOSAL_PROCESS = "disposal"
PROCESSES = frozenset({DISPOSAL_PROPOSAL_PROCESS, "disposal_propam"})
"""Disposals: those of today, and confined ones that began while they were a process of their own.
"""
PROPOSER = "pengusul"
"""The control variable that says in which role a disposal is proposed."""
PROPOSERS: Mapping[str | None, str] = {None: "arsiparis", "piket_propam": "piket_propam"}
"""The role by whose papers they are (`permissions.disposal_scopes`): what is confined is disposed
of in a case that is confined too.
"""


@dataclass(frozen=True)
class OpenProposal:
    """A case whose list the actor may still add to."""

    case_id: UUID
    number: str


def begin(
    work: UnitOfWork, document_ids: Collection[UUID], token: str, scope: str | None = None
) -> cases.Started:
    """Begin a case that proposes these papers. The same `token` again answers with the case it
    began.
    """
    schedule.check_scope(work, scope)
    started = cases.start(work, DISPOSAL_PROPOSAL_PROCESS, token, {PROPOSER: PROPOSERS[scope]})
    if disposal_lists.listed(work, started.case_id) is None:
        disposal_lists.choose(work, started.case_id, document_ids)
    return started


def open_ones(work: UnitOfWork, scope: str | None = None) -> list[OpenProposal]:
    """The proposals of such papers to which the actor may add now, the newest first."""
    desks = [work.actor.user_id, *(other.user_id for other in work.actor.stands_for)]
    mine = select(Task.case_id).where(Task.status == "open", Task.assignee_id.in_(desks))
    query = (
        select(Case)
        .where(
            Case.process_key.in_(PROCESSES),
            Case.confined_to.is_not_distinct_from(scope),
            Case.id.in_(mine),
            access.sees_case(work),
        )
        .order_by(Case.opened_at.desc(), Case.number.desc())
    )
    return [
        OpenProposal(case.id, case.number)
        for case in work.session.scalars(query)
        if disposal_lists.may_add(work, case)
    ]
