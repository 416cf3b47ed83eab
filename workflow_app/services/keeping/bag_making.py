"""The job that makes a bag that was asked for in the browser. Who ordered it is judged again as he is when it is made: what he may
not see any more is not given away.
"""

import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import update

from archive.blobs import hash_of
from workflow_app.errors import Away, Busy, Forbidden, NotFound, Unavailable
from workflow_app.models.bag_order import BagOrder
from workflow_app.permissions import BAG_ORDERERS, check_role, clearance
from workflow_app.services.accounts import users
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.keeping import bag_export, bag_orders
from workflow_app.types import SYSTEM, Actor

FAILED = "Tas arsip tidak dapat dibuat. Coba lagi; bila tetap gagal, hubungi admin."


def make(works: Works, order_id: UUID, *, is_last_try: bool = False) -> None:
    """Make the bag (a job). Begun again it begins anew; one that is made stays. What will not pass by itself, or has not passed at
    the last try, ends the order.
    """
    try:
        _make(works, order_id)
    except (Busy, Unavailable) as error:
        if is_last_try and not isinstance(error, Away):
            give_up(works, order_id)
        raise
    except (Forbidden, NotFound) as error:
        _fail(works, order_id, error.sentence)
    except Exception:
        give_up(works, order_id)
        raise


def give_up(works: Works, order_id: UUID) -> None:
    """Nobody tries again: who ordered it reads so."""
    _fail(works, order_id, FAILED)


def _make(works: Works, order_id: UUID) -> None:
    with works.begin(SYSTEM) as work:
        actor = users.actor_with(work, work.session.get_one(BagOrder, order_id).ordered_by)
    with works.begin(actor) as work:
        made = work.session.get_one(BagOrder, order_id, with_for_update=True)
        if made.status not in ("waiting", "making"):
            return
        is_recorded = made.status == "making"
        chosen = _chosen(work, order_id)
        # On record before a byte leaves, and once: the heads of the cases' chains are not held while the bag is written.
        # A later try takes along what has come meanwhile.
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
            name = bag_orders.name_of(work.session.get_one(BagOrder, order_id))
        _zip(folder, file, name)
        sha256 = hash_of(file)
        if not _will_store(works, order_id, sha256):
            return
        with translated():
            stored = works.blobs.put(file, "application/zip", keep_for=bag_orders.KEPT, sha256=sha256)
    _finish(works, actor, order_id, stored.sha256, stored.size)


def _chosen(work: UnitOfWork, order_id: UUID) -> bag_export.Chosen:
    """What the order means for who gave it, as he is now."""
    check_role(work.actor, BAG_ORDERERS)
    made = work.session.get_one(BagOrder, order_id)
    cases = bag_orders.seen(work, made.case_ids)
    if len(cases) < len(made.case_ids):
        raise NotFound(bag_orders.NOT_ALL_YOURS)
    return bag_export.choose(work, cases, (), min(made.level, clearance(work.actor)))


def _tell(works: Works, order_id: UUID, done: int) -> None:
    with works.begin(SYSTEM) as work:
        work.session.execute(update(BagOrder).where(BagOrder.id == order_id).values(papers_done=done))


def _zip(folder: Path, file: Path, name: str) -> None:
    """One file for the browser. Papers are compressed already, so nothing is compressed again; what lies in it is taken off the disk."""
    with zipfile.ZipFile(file, "x") as out:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            out.write(path, f"{name}/{path.relative_to(folder)}")
            path.unlink()


def _will_store(works: Works, order_id: UUID, sha256: str) -> bool:
    """Remember what is put into the store before it lies there: who is cut off behind that leaves nothing that nobody knows. False
    where another one has ended the order meanwhile.
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
        audit.record(work, bag_orders.chain_of(order_id), "bag.made", sha256=sha256, papers=made.papers)


def _fail(works: Works, order_id: UUID, sentence: str) -> None:
    with works.begin(SYSTEM) as work:
        made = work.session.get_one(BagOrder, order_id, with_for_update=True)
        if made.status in ("waiting", "making"):
            made.status, made.sentence = "failed", sentence
            audit.record(work, bag_orders.chain_of(order_id), "bag.failed")
