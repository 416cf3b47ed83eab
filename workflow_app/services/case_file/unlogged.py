"""Cases of before the event log: what their task rows still tell is written into it, once.

Steps of people are known with their beginning and end. Gateways, timers and the system's own steps were never written down and
stay unknown, as does when an interrupted task was left.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text

from workflow_app.errors import InvalidDefinition
from workflow_app.models.case import Case
from workflow_app.models.event_log import CaseStep
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop import model_parts
from workflow_app.services.sop.processes import definition_of

BATCH = 500
STEPS = text("""
    insert into case_step (case_id, no, at, path, stay_parts, stay_since, stay_ends)
    select t.case_id,
           row_number() over (partition by t.case_id order by t.done_at, t.created_at, t.id)
               - count(*) over (partition by t.case_id) - 1,
           t.done_at, array[p.id], array[p.id], array[t.created_at],
           array[case when t.due_at is null then 0 when t.done_at > t.due_at then 3 else 1 end]
    from task t join service_case c on c.id = t.case_id
         join model_part p on p.definition_id = c.definition_id and p.key = t.element
    where t.case_id = any(:cases) and t.status = 'done' and c.standing is null
    on conflict do nothing
""")
STANDING = text("""
    update service_case c set is_logged = true, standing = coalesce(c.standing, (
        select jsonb_object_agg(w.id, jsonb_build_array(p.id, w.since))
        from (select t.id, t.element, t.created_at as since from task t where t.case_id = c.id and t.status = 'open'
              union all
              select e.task_id, e.element, e.deferred_at from pending_effect e where e.case_id = c.id) w
        join model_part p on p.definition_id = c.definition_id and p.key = w.element), '{}')
    where c.id = any(:cases) and (c.standing is null or not c.is_logged)
""")


def fill_some(work: UnitOfWork) -> int:
    """Fill some cases of before; those that somebody works on write their own. Returns how many it were."""
    query = select(Case.id).where(~Case.is_logged).order_by(Case.id).limit(BATCH)
    found = work.session.scalars(query.with_for_update(key_share=True, skip_locked=True)).all()
    if found:
        fill(work, found)
    return len(found)


def is_any(work: UnitOfWork) -> bool:
    """Are there cases of before that are not in the log yet?"""
    return work.session.scalar(select(Case.id).where(~Case.is_logged).limit(1)) is not None


def fill(work: UnitOfWork, case_ids: Sequence[UUID]) -> None:
    """Write what the task rows of these locked cases tell; nothing where their version cannot be read any more."""
    versions = select(Case.definition_id).where(Case.id.in_(case_ids)).distinct()
    for definition_id in work.session.scalars(versions).all():
        with suppress(InvalidDefinition):
            model_parts.numbers(work, definition_id, definition_of(work, definition_id))
    work.session.execute(STEPS, {"cases": list(case_ids)})
    work.session.execute(STANDING, {"cases": list(case_ids)})
    for case in work.session.identity_map.values():
        if isinstance(case, Case) and case.id in case_ids:
            work.session.refresh(case, ["standing", "is_logged"])


def whole_since(work: UnitOfWork) -> datetime | None:
    """The last instant of which only task rows tell; None where every case was in the log from its beginning."""
    return work.session.scalar(select(func.max(CaseStep.at)).where(CaseStep.no < 0))
