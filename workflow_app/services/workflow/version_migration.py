"""Moving running cases to another version of their process, and back: ordered by a person with a
reason, done case by case as a job, each in its own transaction (decision 0048).

A move is no step: nothing is answered, nothing counted, no paper touched. As long as the case has
taken none since, it goes back to exactly the state it had.

Orders to move cases: what became of each that the reader may know of, and which could still go
back.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from workflow_app import logs
from workflow_app.domain import SYSTEM, Busy, Conflict, NotFound, SentraError, Unavailable
from workflow_app.engine import migration, runner
from workflow_app.models import Case, CaseMove, MoveOrder
from workflow_app.services.accounts import users
from workflow_app.services.cases import access, answers
from workflow_app.services.core import jobs, unit_of_work
from workflow_app.services.core.jobs import KEEPING, SOON, Running, job
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.processes import definition_versions
from workflow_app.services.processes.definitions import definition_of, version_of
from workflow_app.services.workflow import steps, version_migration_preview

log = logging.getLogger(__name__)

LONGEST_REASON = 1000
FAILED = "Berkas ini tidak dipindahkan karena kesalahan sistem. Hubungi admin."
GIVEN_UP = (
    "Berkas ini belum dapat dipindahkan setelah dicoba berulang kali. Perintahkan lagi nanti; "
    "bila tetap gagal, hubungi admin."
)


def check_reason(reason: str) -> None:
    """Raise `InvalidInput` unless somebody could read it later and understand."""
    asked = "Tulis alasannya, paling sedikit sepuluh huruf."
    answers.check(reason, asked, field="alasan", longest=LONGEST_REASON)


def order(
    work: UnitOfWork,
    key: str,
    version: int,
    case_ids: Collection[UUID] | None,
    reason: str,
    token: str,
) -> UUID:
    """Have cases moved to a version: these, or all that can be (None). Returns the order; the same
    page sent twice makes one.

    Raises `Forbidden`, `NotFound`, `InvalidInput`, `Conflict` where none of them can be moved.
    """
    definition_versions.check_keeper(work)
    if (known := _ordered_with(work, token)) is not None:
        return known
    check_reason(reason)
    preview = version_migration_preview.preview(work, key, version)
    movable = [id for standing in preview.standings for id, _ in standing.movable]
    chosen = movable if case_ids is None else [id for id in movable if id in set(case_ids)]
    if not chosen or preview.target is None:
        raise Conflict(
            "Tidak ada berkas pilihan Anda yang dapat dipindahkan sekarang. Periksa lagi daftarnya."
        )
    return _write(work, key, preview.target.id, chosen, reason, token, None)


def order_back(
    work: UnitOfWork, order_id: UUID, case_ids: Collection[UUID] | None, reason: str, token: str
) -> UUID:
    """Have cases of an order go back to the version they had: these, or all (None). What has taken
    a step since stays, and says so. Raises `Forbidden`, `NotFound`, `InvalidInput`, `Conflict`.
    """
    definition_versions.check_keeper(work)
    if (known := _ordered_with(work, token)) is not None:
        return known
    check_reason(reason)
    first = work.session.get(MoveOrder, order_id)
    if first is None or first.undoes_id is not None or first.unit != work.actor.unit:
        raise NotFound()
    moved = (
        select(CaseMove.case_id)
        .join(Case, Case.id == CaseMove.case_id)
        .where(
            CaseMove.order_id == order_id,
            CaseMove.status == "moved",
            version_migration_preview.is_running(work),
        )
        .order_by(CaseMove.case_id)
    )
    chosen = [id for id in work.session.scalars(moved) if case_ids is None or id in set(case_ids)]
    if not chosen:
        raise Conflict("Tidak ada berkas dari perintah ini yang dapat dikembalikan.")
    return _write(work, first.process_key, first.definition_id, chosen, reason, token, first.id)


def refuse_rest(works: Works, error: Exception, order_id: UUID) -> None:
    """Give an order up: the cases that still wait stay at their version, with a sentence."""
    query = (
        select(CaseMove)
        .where(CaseMove.order_id == order_id, CaseMove.status == "waiting")
        .with_for_update()  # not the cases: one that is held all the time may be why this ends
    )
    with works.begin(SYSTEM) as work:
        for item in work.session.scalars(query):
            _refuse(work, item, GIVEN_UP)


@job(
    "move_cases",
    label="Memindahkan berkas ke versi proses lain",
    queue=KEEPING,
    retry=SOON,
    on_give_up=refuse_rest,
)
def move_cases_job(running: Running, order_id: UUID) -> None:
    """Move the cases of one order."""
    carry_out(running.works, order_id)


def carry_out(works: Works, order_id: UUID) -> None:
    """Do what an order asks, one case after the other. Begun again it does the rest.

    Raises `Busy` when a case was held by others all the time: it is tried again.
    """
    busy: set[UUID] = set()
    while (case_id := _next(works, order_id, busy)) is not None:
        try:
            with works.begin(SYSTEM) as work:
                _carry_out(work, order_id, case_id)
        except Busy:
            busy.add(case_id)
        except Unavailable:
            raise
        except Exception as error:  # one case must not keep the others
            log.error("case %s of move %s: %s", case_id, order_id, logs.words_of(error))
            with works.begin(SYSTEM) as work:
                access.lock_case(work, case_id)
                if (item := _waiting(work, order_id, case_id)) is not None:
                    _refuse(work, item, FAILED)
    if busy:
        raise Busy(detail=f"{len(busy)} cases of a move")


def _ordered_with(work: UnitOfWork, token: str) -> UUID | None:
    """The order that the actor gave with this token. A second request with it waits until the first
    has committed.
    """
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(token, 0))))
    found = work.session.scalars(select(MoveOrder).where(MoveOrder.token == token)).first()
    if found is not None and found.ordered_by != work.actor.user_id:
        raise Conflict()
    return None if found is None else found.id


def _write(
    work: UnitOfWork,
    key: str,
    definition_id: UUID,
    case_ids: Collection[UUID],
    reason: str,
    token: str,
    undoes: UUID | None,
) -> UUID:
    data_key, id = work.vault.new_key(), uuid4()
    sealed = work.vault.seal(data_key, {"alasan": reason.strip()}, context_of(id))
    work.session.add(
        MoveOrder(
            id=id,
            token=token,
            process_key=key,
            unit=work.actor.unit,
            definition_id=definition_id,
            undoes_id=undoes,
            data_key=data_key,
            sealed=sealed,
            ordered_at=work.clock(),
            ordered_by=work.actor.user_id,
        )
    )
    work.session.flush()
    work.session.add_all(
        CaseMove(order_id=id, case_id=case_id, status="waiting", sentence="")
        for case_id in case_ids
    )
    action = "process.move_back_ordered" if undoes else "process.move_ordered"
    version = version_of(work, definition_id)
    unit_of_work.record(
        work, f"process:{key}", action, order=str(id), version=version, cases=len(case_ids)
    )
    jobs.defer(work, "move_cases", order_id=str(id))
    return id


def context_of(order_id: UUID) -> str:
    """Under which the reason of an order is sealed."""
    return f"move:{order_id}"


def _next(works: Works, order_id: UUID, but: Collection[UUID]) -> UUID | None:
    query = select(CaseMove.case_id).where(
        CaseMove.order_id == order_id, CaseMove.status == "waiting"
    )
    with works.glance(SYSTEM) as work:
        return work.session.scalars(
            query.where(CaseMove.case_id.not_in(but)).order_by(CaseMove.case_id).limit(1)
        ).first()


def _waiting(work: UnitOfWork, order_id: UUID, case_id: UUID) -> CaseMove | None:
    """The case of an order, unless it was settled before its lock was ours."""
    item = work.session.get(CaseMove, (order_id, case_id), populate_existing=True)
    return item if item is not None and item.status == "waiting" else None


def _carry_out(work: UnitOfWork, order_id: UUID, case_id: UUID) -> None:
    case = access.lock_case(work, case_id)
    item = _waiting(work, order_id, case_id)
    if item is None:
        return
    given = work.session.get_one(MoveOrder, order_id)
    act: Callable[[UnitOfWork, MoveOrder, CaseMove, Case], str] = (
        _move_back if given.undoes_id else _move
    )
    sentence = (
        "Berkas sudah berakhir." if case.closed_at is not None else act(work, given, item, case)
    )
    if sentence:
        _refuse(work, item, sentence)


def _refuse(work: UnitOfWork, item: CaseMove, sentence: str) -> None:
    item.status, item.sentence, item.settled_at = "refused", sentence, work.clock()


def _move(work: UnitOfWork, given: MoveOrder, item: CaseMove, case: Case) -> str:
    """Move one case; why not, else nothing."""
    if case.definition_id == given.definition_id:
        return "Berkas sudah memakai versi ini."
    new = definition_of(work, given.definition_id)
    placed, letters = version_migration_preview.placed(work, case)
    verdict = version_migration_preview.judge(work, placed, new, letters)
    if verdict.obstacles:
        return " ".join(obstacle.sentence for obstacle in verdict.obstacles)
    try:
        step = migration.move(
            definition_of(work, case.definition_id), new, case.state, work.clock()
        )
    except SentraError:
        return "Mesin proses tidak dapat membawa keadaan berkas ini ke versi baru."
    item.former_id, item.former_state, item.revision = case.definition_id, case.state, case.revision
    _settle(work, given, item, "case.moved", case, given.definition_id)
    steps.carry(work, case, step)
    return ""


def _move_back(work: UnitOfWork, given: MoveOrder, item: CaseMove, case: Case) -> str:
    """Move one case back; why not, else nothing."""
    first = work.session.get_one(CaseMove, (given.undoes_id, case.id), populate_existing=True)
    if first.status != "moved" or first.former_id is None or first.former_state is None:
        return "Berkas ini sudah dikembalikan."
    if case.definition_id != given.definition_id:
        return "Berkas ini sudah dipindahkan lagi ke versi lain."
    if case.revision != first.revision:
        return "Berkas sudah melangkah sejak dipindahkan, jadi tidak dapat dikembalikan."
    step = runner.standing(definition_of(work, first.former_id), first.former_state, work.clock())
    item.former_id, item.former_state, item.revision = case.definition_id, case.state, case.revision
    first.status = "returned"
    _settle(work, given, item, "case.moved_back", case, first.former_id)
    steps.carry(work, case, step)
    case.state = first.former_state
    return ""


def _settle(
    work: UnitOfWork, given: MoveOrder, item: CaseMove, action: str, case: Case, definition_id: UUID
) -> None:
    item.status, item.settled_at = "moved", work.clock()
    former, version = version_of(work, case.definition_id), version_of(work, definition_id)
    by = users.name_of(work, given.ordered_by) or "pengelola server"
    unit_of_work.record_case(
        work, case.id, action, order=str(given.id), former=former, version=version, by=by
    )
    case.definition_id = definition_id


MOST = 20
"""Orders that are shown, the newest."""


@dataclass(frozen=True)
class OrderView:
    """One order as its page shows it."""

    id: UUID
    at: datetime
    by: str
    reason: str
    version: int
    """Moved to this version; of one that takes back, back from it."""
    is_back: bool
    counts: Counter[str]
    """How many cases wait, were moved, were refused, were moved and have been returned."""
    refusals: list[tuple[str, int]]
    """Why, with how many cases; the most frequent first."""
    returnable: list[tuple[UUID, str]]
    """Cases that have taken no step since, with their numbers."""

    @property
    def total(self) -> int:
        """All its cases."""
        return self.counts.total()


def of_process(work: UnitOfWork, key: str) -> list[OrderView]:
    """The newest orders of a process. Raises `Forbidden`."""
    definition_versions.check_keeper(work)
    query = (
        select(MoveOrder)
        .where(MoveOrder.process_key == key, MoveOrder.unit == work.actor.unit)
        .order_by(MoveOrder.ordered_at.desc(), MoveOrder.id)
    )
    found = work.session.scalars(query.limit(MOST)).all()
    ids = [given.id for given in found]
    names = users.names_of(work, [given.ordered_by for given in found])
    counts: dict[UUID, Counter[str]] = {id: Counter() for id in ids}
    refusals: dict[UUID, Counter[str]] = {id: Counter() for id in ids}
    rows = (
        select(CaseMove.order_id, CaseMove.status, CaseMove.sentence, func.count())
        .where(CaseMove.order_id.in_(ids), access.not_behind_wall(work, CaseMove.case_id))
        .group_by(CaseMove.order_id, CaseMove.status, CaseMove.sentence)
    )
    for order_id, status, sentence, count in work.session.execute(rows):
        counts[order_id][status] += count
        if sentence:
            refusals[order_id][sentence] += count
    returnable = _returnable(work, ids)
    return [
        OrderView(
            id=given.id,
            at=given.ordered_at,
            by=names.get(given.ordered_by, "") if given.ordered_by else "pengelola server",
            reason=str(
                work.vault.open(given.data_key, given.sealed, context_of(given.id))["alasan"]
            ),
            version=version_of(work, given.definition_id),
            is_back=given.undoes_id is not None,
            counts=counts[given.id],
            refusals=refusals[given.id].most_common(),
            returnable=[] if given.undoes_id else returnable.get(given.id, []),
        )
        for given in found
    ]


def _returnable(work: UnitOfWork, ids: list[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    query = (
        select(CaseMove.order_id, Case.id, Case.number)
        .join(MoveOrder, MoveOrder.id == CaseMove.order_id)
        .join(Case, Case.id == CaseMove.case_id)
        .where(
            CaseMove.order_id.in_(ids),
            CaseMove.status == "moved",
            Case.definition_id == MoveOrder.definition_id,
            Case.revision == CaseMove.revision,
            version_migration_preview.is_running(work),
        )
        .order_by(Case.opened_at, Case.id)
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for order_id, case_id, number in work.session.execute(query):
        found.setdefault(order_id, []).append((case_id, number))
    return found
