"""Bags that are asked for in the browser (R74): ordered by who audits, made by a job (`bag_making`), taken out by him alone, gone
after a day.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from uuid import UUID, uuid4

from sqlalchemy import func, select

from archive.errors import BlobLocked
from workflow_app.errors import Conflict, InvalidInput, NotFound
from workflow_app.models.bag_order import BagOrder
from workflow_app.models.case import Case
from workflow_app.permissions import BAG_ORDERERS, LEVELS, check_role, clearance
from workflow_app.services.case_file import handoffs
from workflow_app.services.ground import audit, jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.papers import levels
from workflow_app.types import SYSTEM, WITA, AccessLevel

MOST_CASES = 300
MOST_SHOWN = 10
MOST_AT_ONCE = 3
"""Orders of one person that wait or are being made: each reads and keeps gigabytes, one after the other."""
ENOUGH = f"{MOST_AT_ONCE} tas Anda masih menunggu atau sedang dibuat. Tunggu sampai salah satunya selesai, lalu minta lagi."
KEPT = timedelta(days=1)
"""How long a bag can be taken out. It holds papers once more, so it does not lie about."""
NOT_ALL_YOURS = "Sebagian berkas tidak lagi dapat Anda lihat, jadi tas ini tidak diserahkan. Minta lagi."


@dataclass(frozen=True)
class OrderView:
    """One order as its owner sees it."""

    id: UUID
    ordered_at: datetime
    cases: int
    level: str
    status: str
    papers: int
    papers_done: int
    left_out: int
    sentence: str
    size: int
    until: datetime | None
    """Until when it can be taken out."""

    @property
    def is_moving(self) -> bool:
        """Does the worker still have something to do?"""
        return self.status in ("waiting", "making")


@dataclass(frozen=True)
class BagFile:
    """The finished bag, chunk by chunk."""

    name: str
    size: int
    chunks: Iterator[bytes]


def choices(work: UnitOfWork) -> dict[str, str]:
    """The levels up to which the actor may ask, by key."""
    return {key: levels.LABELS[level] for key, level in LEVELS.items() if level <= clearance(work.actor)}


def order(
    work: UnitOfWork,
    token: str,
    *,
    numbers: Collection[str] = (),
    process: str = "",
    first: date | None = None,
    last: date | None = None,
    level: str,
) -> UUID:
    """Ask for a bag of these cases, or of those of a process that were opened in these days. Raises `Forbidden`, `InvalidInput`,
    also when some of the actor's are still to be made."""
    check_role(work.actor, BAG_ORDERERS)
    for turn in (f"bag orders of {work.actor.user_id}", token):
        work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(turn, 0))))
    known = work.session.scalars(select(BagOrder).where(BagOrder.token == token)).first()
    if known is not None:
        if known.ordered_by != work.actor.user_id:
            raise Conflict()
        return known.id
    if level not in choices(work):
        raise InvalidInput(fields={"tingkat": "Pilih tingkat akses dari daftar."})
    cases = _named(work, numbers) if numbers else _of_days(work, process, first, last)
    _check_room(work)
    made = BagOrder(
        id=uuid4(),
        token=token,
        ordered_by=work.actor.user_id,
        ordered_at=work.clock(),
        case_ids=[case.id for case in cases],
        level=int(LEVELS[level]),
        status="waiting",
    )
    work.session.add(made)
    work.session.flush()
    told = [case.number for case in cases]
    audit.record(work, chain_of(made.id), "bag.ordered", cases=told, level=level)
    jobs.defer(work, "make_bag", order_id=str(made.id))
    return made.id


def of_actor(work: UnitOfWork) -> list[OrderView]:
    """The newest orders of the actor."""
    check_role(work.actor, BAG_ORDERERS)
    query = select(BagOrder).where(BagOrder.ordered_by == work.actor.user_id)
    found = work.session.scalars(query.order_by(BagOrder.ordered_at.desc(), BagOrder.id).limit(MOST_SHOWN))
    return [
        OrderView(
            id=one.id,
            ordered_at=one.ordered_at,
            cases=len(one.case_ids),
            level=levels.LABELS[AccessLevel(one.level)],
            status=one.status if one.status != "ready" or _is_kept(work, one) else "gone",
            papers=one.papers,
            papers_done=one.papers_done,
            left_out=one.left_out,
            sentence=one.sentence,
            size=one.size or 0,
            until=one.made_at + KEPT if one.made_at else None,
        )
        for one in found
    ]


def content(work: UnitOfWork, order_id: UUID) -> BagFile:
    """The finished bag, for who asked for it; on record. Raises `NotFound`, `Conflict` where he may not see all of it any more."""
    check_role(work.actor, BAG_ORDERERS)
    made = work.session.get(BagOrder, order_id)
    if made is None or made.ordered_by != work.actor.user_id:
        raise NotFound()
    if made.status != "ready" or made.sha256 is None or not _is_kept(work, made):
        raise NotFound("Tas ini sudah dihapus. Minta lagi.")
    if len(seen(work, made.case_ids)) < len(made.case_ids) or made.level > clearance(work.actor):
        raise Conflict(NOT_ALL_YOURS)
    chunks = work.blobs.whole(made.sha256)
    with translated():
        first = next(chunks)  # a store that is away says so before anything is on record or on its way
    audit.record(work, chain_of(made.id), "bag.taken_out", sha256=made.sha256)
    return BagFile(f"{name_of(made)}.zip", made.size or 0, chain([first], chunks))


def sweep(works: Works) -> None:
    """Have the store let go of bags whose day is over, and of what became none; what it still locks is asked about the next time."""
    with works.begin(SYSTEM) as work:
        is_over = (BagOrder.status == "ready") & (BagOrder.made_at <= work.clock() - KEPT)
        due = select(BagOrder.id).where(
            is_over | (BagOrder.status == "failed"), func.cardinality(BagOrder.stored) > 0
        )
        found = work.session.scalars(due).all()
    for order_id in found:
        with works.begin(SYSTEM) as work, translated():
            made = work.session.get_one(BagOrder, order_id, with_for_update=True)
            try:
                for sha256 in made.stored:
                    work.blobs.erase(sha256)
            except BlobLocked:
                continue
            made.status, made.stored = "gone" if made.status == "ready" else made.status, []


def _check_room(work: UnitOfWork) -> None:
    moving = select(func.count()).where(
        BagOrder.ordered_by == work.actor.user_id, BagOrder.status.in_(("waiting", "making"))
    )
    if (work.session.scalar(moving) or 0) >= MOST_AT_ONCE:
        raise InvalidInput(fields={"tas": ENOUGH})


def _named(work: UnitOfWork, numbers: Collection[str]) -> list[Case]:
    wanted = list(dict.fromkeys(numbers))
    if len(wanted) > MOST_CASES:
        raise InvalidInput(fields={"nomor": _too_many(len(wanted))})
    query = select(Case).where(Case.number.in_(wanted), handoffs.readable_case(work))
    found = {case.number: case for case in work.session.scalars(query)}
    if missing := [number for number in wanted if number not in found]:
        raise InvalidInput(fields={"nomor": f"Tidak ada berkas bernomor {missing[0]}."})
    return [found[number] for number in wanted]


def _of_days(work: UnitOfWork, process: str, first: date | None, last: date | None) -> list[Case]:
    if not process:
        raise InvalidInput(fields={"nomor": "Tulis nomor berkas, atau pilih layanan dan masanya."})
    until = last and min(last, work.clock().astimezone(WITA).date())
    if first is None or until is None or until < first:
        raise InvalidInput(fields={"dari": "Isi hari pertama dan hari terakhir, misalnya 31-12-2026."})
    query = select(Case).where(
        Case.process_key == process,
        Case.opened_at >= _midnight(first),
        Case.opened_at < _midnight(until + timedelta(days=1)),
        handoffs.readable_case(work),
    )
    found = list(work.session.scalars(query.order_by(Case.opened_at, Case.id).limit(MOST_CASES + 1)))
    if not found:
        raise InvalidInput(fields={"dari": "Tidak ada berkas layanan ini yang dibuka pada masa itu."})
    if len(found) > MOST_CASES:
        raise InvalidInput(fields={"dari": _too_many(None)})
    return found


def _too_many(count: int | None) -> str:
    told = f"{count} berkas" if count else "Masa ini"
    return (
        f"{told} terlalu banyak untuk satu tas. Paling banyak {MOST_CASES} berkas; bagi menjadi beberapa tas."
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=WITA)


def seen(work: UnitOfWork, case_ids: Collection[UUID]) -> list[Case]:
    """Those of the cases whose papers the actor reads now."""
    query = select(Case).where(Case.id.in_(case_ids), handoffs.readable_case(work))
    return list(work.session.scalars(query.order_by(Case.number)))


def _is_kept(work: UnitOfWork, made: BagOrder) -> bool:
    return made.made_at is not None and work.clock() < made.made_at + KEPT


def name_of(made: BagOrder) -> str:
    """What the folder in the file is called."""
    return f"tas-{made.ordered_at.astimezone(WITA):%Y-%m-%d}-{made.id.hex[:8]}"


def chain_of(order_id: UUID) -> str:
    """Where it is on record what became of an order."""
    return f"bag:{order_id}"
