"""Bags that are asked for in the browser (R74): ordered by who audits, made by a job
(`bag_making`), taken out by him alone, gone after a day.

The job that makes a bag that was asked for in the browser. Who ordered it is judged again as he is
when it is made: what he may not see any more is not given away.
"""

import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from archive.blobs import hash_of
from archive.errors import BlobLocked
from workflow_app.domain import (
    SYSTEM,
    WITA,
    AccessLevel,
    Actor,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
)
from workflow_app.models import BagOrder, Case
from workflow_app.permissions import BAG_ORDERERS, LEVELS, check_role, clearance
from workflow_app.services.accounts import users
from workflow_app.services.cases import task_rights
from workflow_app.services.core import jobs, unit_of_work
from workflow_app.services.core.jobs import KEEPING, SOON, Running, job
from workflow_app.services.core.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.documents import classification
from workflow_app.services.exports import bag_export

MOST_CASES = 300
MOST_SHOWN = 10
MOST_AT_ONCE = 3
"""Orders of one person that wait or are being made: each reads and keeps gigabytes, one after the
other.
"""
ENOUGH = (
    f"{MOST_AT_ONCE} tas Anda masih menunggu atau sedang dibuat. Tunggu sampai salah satunya "
    "selesai, lalu minta lagi."
)
KEPT = timedelta(days=1)
"""How long a bag can be taken out. It holds papers once more, so it does not lie about."""
NOT_ALL_YOURS = (
    "Sebagian berkas tidak lagi dapat Anda lihat, jadi tas ini tidak diserahkan. Minta lagi."
)


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
    return {
        key: classification.LABELS[level]
        for key, level in LEVELS.items()
        if level <= clearance(work.actor)
    }


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
    """Ask for a bag of these cases, or of those of a process that were opened in these days. Raises
    `Forbidden`, `InvalidInput`, also when some of the actor's are still to be made.
    """
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
    unit_of_work.record(work, chain_of(made.id), "bag.ordered", cases=told, level=level)
    jobs.defer(work, "make_bag", order_id=str(made.id))
    return made.id


def of_actor(work: UnitOfWork) -> list[OrderView]:
    """The newest orders of the actor."""
    check_role(work.actor, BAG_ORDERERS)
    query = select(BagOrder).where(BagOrder.ordered_by == work.actor.user_id)
    found = work.session.scalars(
        query.order_by(BagOrder.ordered_at.desc(), BagOrder.id).limit(MOST_SHOWN)
    )
    return [
        OrderView(
            id=one.id,
            ordered_at=one.ordered_at,
            cases=len(one.case_ids),
            level=classification.LABELS[AccessLevel(one.level)],
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
    """The finished bag, for who asked for it; on record. Raises `NotFound`, `Conflict` where he may
    not see all of it any more.
    """
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
        first = next(
            chunks
        )  # a store that is away says so before anything is on record or on its way
    unit_of_work.record(work, chain_of(made.id), "bag.taken_out", sha256=made.sha256)
    return BagFile(f"{name_of(made)}.zip", made.size or 0, chain([first], chunks))


def sweep(works: Works) -> None:
    """Have the store let go of bags whose day is over, and of what became none; what it still locks
    is asked about the next time.
    """
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
    query = select(Case).where(Case.number.in_(wanted), task_rights.readable_case(work))
    found = {case.number: case for case in work.session.scalars(query)}
    if missing := [number for number in wanted if number not in found]:
        raise InvalidInput(fields={"nomor": f"Tidak ada berkas bernomor {missing[0]}."})
    return [found[number] for number in wanted]


def _of_days(work: UnitOfWork, process: str, first: date | None, last: date | None) -> list[Case]:
    if not process:
        raise InvalidInput(fields={"nomor": "Tulis nomor berkas, atau pilih layanan dan masanya."})
    until = last and min(last, work.clock().astimezone(WITA).date())
    if first is None or until is None or until < first:
        raise InvalidInput(
            fields={"dari": "Isi hari pertama dan hari terakhir, misalnya 31-12-2026."}
        )
    query = select(Case).where(
        Case.process_key == process,
        Case.opened_at >= _midnight(first),
        Case.opened_at < _midnight(until + timedelta(days=1)),
        task_rights.readable_case(work),
    )
    found = list(
        work.session.scalars(query.order_by(Case.opened_at, Case.id).limit(MOST_CASES + 1))
    )
    if not found:
        raise InvalidInput(
            fields={"dari": "Tidak ada berkas layanan ini yang dibuka pada masa itu."}
        )
    if len(found) > MOST_CASES:
        raise InvalidInput(fields={"dari": _too_many(None)})
    return found


def _too_many(count: int | None) -> str:
    told = f"{count} berkas" if count else "Masa ini"
    return (
        f"{told} terlalu banyak untuk satu tas. Paling banyak {MOST_CASES} berkas; bagi menjadi "
        "beberapa tas."
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=WITA)


def seen(work: UnitOfWork, case_ids: Collection[UUID]) -> list[Case]:
    """Those of the cases whose papers the actor reads now."""
    query = select(Case).where(Case.id.in_(case_ids), task_rights.readable_case(work))
    return list(work.session.scalars(query.order_by(Case.number)))


def _is_kept(work: UnitOfWork, made: BagOrder) -> bool:
    return made.made_at is not None and work.clock() < made.made_at + KEPT


def name_of(made: BagOrder) -> str:
    """What the folder in the file is called."""
    return f"tas-{made.ordered_at.astimezone(WITA):%Y-%m-%d}-{made.id.hex[:8]}"


def chain_of(order_id: UUID) -> str:
    """Where it is on record what became of an order."""
    return f"bag:{order_id}"


FAILED = "Tas arsip tidak dapat dibuat. Coba lagi; bila tetap gagal, hubungi admin."


def end_order(works: Works, error: Exception, order_id: UUID) -> None:
    """Give a bag up: who ordered it reads so."""
    _fail(works, order_id, FAILED)


@job(
    "make_bag",
    label="Membuat tas arsip",
    queue=KEEPING,
    retry=SOON,
    on_give_up=end_order,
)
def make_bag_job(running: Running, order_id: UUID) -> None:
    """Make the bag of one order."""
    make(running.works, order_id)


def make(works: Works, order_id: UUID) -> None:
    """Make a bag. Begun again it begins anew; one that is made stays.

    An order that the one who gave it may not give any more ends with the sentence why.
    """
    try:
        _make(works, order_id)
    except (Forbidden, NotFound) as error:
        _fail(works, order_id, error.sentence)


def _make(works: Works, order_id: UUID) -> None:
    with works.begin(SYSTEM) as work:
        actor = users.actor_with(work, work.session.get_one(BagOrder, order_id).ordered_by)
    with works.begin(actor) as work:
        made = work.session.get_one(BagOrder, order_id, with_for_update=True)
        if made.status not in ("waiting", "making"):
            return
        is_recorded = made.status == "making"
        chosen = _chosen(work, order_id)
        # On record before a byte leaves, and once: the heads of the cases' chains are not held
        # while the bag is written. A later try takes along what has come meanwhile.
        new = bag_export.unrecorded(work, chosen, str(order_id)) if is_recorded else chosen
        bag_export.record(work, new, str(order_id))
        recorded = {document.id for document in chosen.papers}
        facts = {
            "status": "making",
            "papers": len(chosen.papers),
            "papers_done": 0,
            "left_out": chosen.left_out,
        }
        work.session.execute(update(BagOrder).where(BagOrder.id == order_id).values(facts))
    with TemporaryDirectory(prefix="tas-") as place:
        folder, file = Path(place) / "tas", Path(place) / "tas.zip"
        with works.begin(actor) as work:
            again = _chosen(work, order_id)
            papers = [document for document in again.papers if document.id in recorded]
            told = partial(_tell, works, order_id)
            bag_export.write(work, folder, replace(again, papers=papers), str(order_id), told)
            name = name_of(work.session.get_one(BagOrder, order_id))
        _zip(folder, file, name)
        sha256 = hash_of(file)
        if not _will_store(works, order_id, sha256):
            return
        with translated():
            stored = works.blobs.put(file, "application/zip", keep_for=KEPT, sha256=sha256)
    _finish(works, actor, order_id, stored.sha256, stored.size)


def _chosen(work: UnitOfWork, order_id: UUID) -> bag_export.Chosen:
    """What the order means for who gave it, as he is now."""
    check_role(work.actor, BAG_ORDERERS)
    made = work.session.get_one(BagOrder, order_id)
    cases = seen(work, made.case_ids)
    if len(cases) < len(made.case_ids):
        raise NotFound(NOT_ALL_YOURS)
    return bag_export.choose(work, cases, (), min(made.level, clearance(work.actor)))


def _tell(works: Works, order_id: UUID, done: int) -> None:
    with works.begin(SYSTEM) as work:
        work.session.execute(
            update(BagOrder).where(BagOrder.id == order_id).values(papers_done=done)
        )


def _zip(folder: Path, file: Path, name: str) -> None:
    """One file for the browser. Papers are compressed already, so nothing is compressed again; what
    lies in it is taken off the disk.
    """
    with zipfile.ZipFile(file, "x") as out:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            out.write(path, f"{name}/{path.relative_to(folder)}")
            path.unlink()


def _will_store(works: Works, order_id: UUID, sha256: str) -> bool:
    """Remember what is put into the store before it lies there: who is cut off behind that leaves
    nothing that nobody knows. False where another one has ended the order meanwhile.
    """
    with works.begin(SYSTEM) as work:
        made = work.session.get_one(BagOrder, order_id, with_for_update=True)
        if made.status != "making":
            return False
        made.stored = [*made.stored, sha256]
    return True


def _finish(works: Works, actor: Actor, order_id: UUID, sha256: str, size: int) -> None:
    with works.begin(actor) as work:
        made = work.session.get_one(BagOrder, order_id, with_for_update=True)
        if made.status != "making":
            return
        made.status, made.sha256, made.size, made.made_at = "ready", sha256, size, work.clock()
        unit_of_work.record(work, chain_of(order_id), "bag.made", sha256=sha256, papers=made.papers)


def _fail(works: Works, order_id: UUID, sentence: str) -> None:
    with works.begin(SYSTEM) as work:
        made = work.session.get_one(BagOrder, order_id, with_for_update=True)
        if made.status in ("waiting", "making"):
            made.status, made.sentence = "failed", sentence
            unit_of_work.record(work, chain_of(order_id), "bag.failed")
