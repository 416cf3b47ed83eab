"""Many cases at the same point, without playing each of them: copies of one, with ids and keys of
their own.
"""

import re
import zlib
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import inspect, select

from workflow_app.models import Case, CaseClock, SealedAnswers, Submission, Task
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork

UUIDS = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Ids(dict[UUID, UUID]):
    """Old id to new id; made when first asked for."""

    def __missing__(self, old: UUID) -> UUID:
        self[old] = uuid4()
        return self[old]


def copy_case(work: UnitOfWork, case_id: UUID) -> tuple[UUID, UUID]:
    """A second case exactly where the first stands; its id and that of its open task."""
    ids = Ids()
    case = work.session.get_one(Case, case_id)
    key = work.vault.new_key()
    state = UUIDS.sub(
        lambda found: str(ids[UUID(found[0].decode())]).encode(), zlib.decompress(case.state)
    )
    new = _copy(case, id=ids[case.id], number=f"{case.number}/{uuid4().hex[:6]}", start_token=None)
    new.state, new.data_key, new.next_wake_at = zlib.compress(state), key, None
    work.session.add(new)
    work.session.flush()
    unit_of_work.record_case(work, new.id, "case.opened", number=new.number)
    opened = None
    for task in work.session.scalars(select(Task).where(Task.case_id == case_id)):
        work.session.add(_copy(task, id=ids[task.id], case_id=new.id))
        opened = ids[task.id] if task.status == "open" else opened
    for clock in work.session.scalars(select(CaseClock).where(CaseClock.case_id == case_id)):
        work.session.add(_copy(clock, case_id=new.id))
    work.session.flush()
    query = select(Submission).where(Submission.case_id == case_id).order_by(Submission.position)
    for submission in work.session.scalars(query).all():
        twin = _copy(
            submission, id=ids[submission.id], case_id=new.id, task_id=ids[submission.task_id]
        )
        twin.token = str(uuid4())
        work.session.add(twin)
        work.session.flush()
        sealed_ones = select(SealedAnswers).where(SealedAnswers.submission_id == submission.id)
        for sealed in work.session.scalars(sealed_ones).all():
            where = f"answers:{submission.id}:{sealed.field_group}"
            plain = work.vault.open(case.data_key, sealed.sealed, where)
            where = f"answers:{twin.id}:{sealed.field_group}"
            work.session.add(
                _copy(sealed, submission_id=twin.id, sealed=work.vault.seal(key, plain, where))
            )
    assert opened is not None
    return new.id, opened


def _copy(row: Any, **changes: Any) -> Any:
    columns = [column.key for column in inspect(type(row)).column_attrs if column.key != "position"]
    return type(row)(**{**{name: getattr(row, name) for name in columns}, **changes})
