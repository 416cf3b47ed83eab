"""Enough of every table to tell whether anything changed."""

from dataclasses import dataclass

from sqlalchemy import text

from workflow_app.services.core.unit_of_work import UnitOfWork

EVERYTHING = """select (select count(*) from audit_event),
    (select array_agg((id, status, assignee_id, done_by)::text order by id) from task),
    (select array_agg((id, status, revision, outcome, next_wake_at, confined_to, md5(state))::text
        order by id) from service_case),
    (select array_agg((case_id, name, started_at, due_at, stopped_at)::text order by case_id, name)
        from case_clock),
    (select count(*) from submission), (select count(*) from sealed_answers), (select count(*) from
        case_document),
    (select array_agg((id, status, document_id)::text order by id) from letter), (select sum(last)
        from number_series),
    (select array_agg((task_id, user_id, saved_at)::text order by task_id, user_id) from draft),
    (select count(*) from procrastinate_jobs), (select count(*) from pending_effect), (select
        count(*) from case_remark),
    (select array_agg((id, status, channel)::text order by id) from message), (select count(*) from
        time_correction),
    (select count(*) from case_wall), (select count(*) from case_kinship),
    (select count(*) from box_opening), (select count(*) from box_sheet),
    (select count(*) from case_waiver), (select array_agg((id, resolved_at)::text order by id) from
        incident)"""


@dataclass(frozen=True)
class Snapshot:
    """How everything is at one moment."""

    events: int
    rest: tuple[object, ...]

    @classmethod
    def take(cls, work: UnitOfWork) -> "Snapshot":
        """As it is now."""
        events, *rest = work.session.execute(text(EVERYTHING)).one()
        return cls(events, tuple(rest))
