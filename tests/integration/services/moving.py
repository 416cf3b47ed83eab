"""A small process that an office changes while its cases run."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.integration.deploying import deploy
from tests.integration.open_tasks import task_of
from tests.unit.engine.folder import Folder
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import Case, CaseMove
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.workflow import cases, tasks, version_migration

REASON = "Perbaikan menurut surat edaran, contoh."


def service(*later: str, reminder: str = '"P1D"') -> Folder:
    """mulai -> catat -> setujui (a reminder beside it) -> the steps `later` -> selesai"""
    folder = (
        Folder()
        .start()
        .user("catat", control={"jenis": ["mudah", "sulit"]})
        .user("setujui", "ka_spkt")
    )
    folder.timer("lama", reminder, on="setujui", cancelActivity="false").user("ingatkan").end(
        "diingatkan", None
    )
    for step in later:
        folder.user(step)
    folder.end().flow("mulai", "catat", "setujui", *later, "selesai").flow(
        "lama", "ingatkan", "diingatkan"
    )
    return folder


def without_approval() -> Folder:
    """The step at which cases wait is gone."""
    return (
        Folder()
        .start()
        .user("catat", control={"jenis": ["mudah", "sulit"]})
        .end()
        .flow("mulai", "catat", "selesai")
    )


def put_up(works: Works, root: Path, *versions: Folder) -> None:
    """Deploy versions of the process, each in a folder of its own."""
    for version in versions:
        deploy(works, root / uuid4().hex, version)


def begin(works: Works, who: Actor, *, recorded: bool = True) -> UUID:
    """A case that waits for approval, or still for its record."""
    with works.begin(who) as work:
        case_id = cases.start(work, "uji", str(uuid4())).case_id
    if recorded:
        complete(works, who, case_id, {"jenis": "mudah", "catatan": "Contoh catatan"})
    return case_id


def complete(
    works: Works,
    who: Actor,
    case_id: UUID,
    given: Answers | None = None,
    element: str | None = None,
) -> None:
    """Take the open task of a case and complete it."""
    task = task_of(works, case_id, element)
    with works.begin(who) as work:
        tasks.claim(work, task.id)
        tasks.complete(work, task.id, given or {"catatan": "Contoh catatan"}, str(uuid4()))


def move(works: Works, who: Actor, version: int, *case_ids: UUID) -> UUID:
    """Order a move and have it done."""
    with works.begin(who) as work:
        order = version_migration.order(
            work, "uji", version, case_ids or None, REASON, str(uuid4())
        )
    version_migration.carry_out(works, order)
    return order


def move_back(works: Works, who: Actor, order: UUID, *case_ids: UUID) -> UUID:
    """Take it back and have that done."""
    with works.begin(who) as work:
        back = version_migration.order_back(work, order, case_ids or None, REASON, str(uuid4()))
    version_migration.carry_out(works, back)
    return back


def row(works: Works, case_id: UUID) -> Case:
    """The case as it is stored."""
    with works.begin(SYSTEM) as work:
        found = work.session.get_one(Case, case_id, populate_existing=True)
        work.session.expunge(found)
        return found


def settled(works: Works, order: UUID, case_id: UUID) -> tuple[str, str]:
    """What became of one case of an order, and why not."""
    with works.begin(SYSTEM) as work:
        found = work.session.get_one(CaseMove, (order, case_id), populate_existing=True)
        return found.status, found.sentence


@pytest.fixture
def case_id(works: Works, tmp_path: Path, budi: Actor) -> UUID:
    """Waits for approval under version 1; version 2 has a step more."""
    put_up(works, tmp_path, service())
    waiting = begin(works, budi)
    put_up(works, tmp_path, service("periksa"))
    return waiting
