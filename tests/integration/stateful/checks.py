"""What must hold after every action, whatever it was. Each check lists what it found wrong."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, text

from tests.integration.stateful.repertoire import PERSONAL
from workflow_app.models.case import Case
from workflow_app.services import audit, consistency_cases
from workflow_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Snapshot:
    """Enough of every table to tell whether anything changed."""

    events: int
    rest: tuple[object, ...]

    @classmethod
    def take(cls, work: UnitOfWork) -> "Snapshot":
        """As it is now."""
        events, *rest = work.session.execute(text(EVERYTHING)).one()
        return cls(events, tuple(rest))


EVERYTHING = """select (select count(*) from audit_event),
    (select array_agg((id, status, assignee_id, done_by)::text order by id) from task),
    (select array_agg((id, status, revision, outcome, next_wake_at, md5(state))::text order by id) from service_case),
    (select count(*) from submission), (select count(*) from sealed_answers), (select count(*) from case_document),
    (select array_agg((id, status, document_id)::text order by id) from letter), (select sum(last) from number_series),
    (select array_agg((task_id, user_id, saved_at)::text order by task_id, user_id) from draft),
    (select count(*) from procrastinate_jobs), (select count(*) from pending_effect), (select count(*) from case_remark),
    (select count(*) from case_waiver), (select array_agg((id, resolved_at)::text order by id) from incident)"""

TWO_LETTERS = "select case_id from letter where status = 'valid' group by case_id having count(*) > 1"

GAPS = """select series, year, count(*), max(sequence) from letter_number group by series, year
    having count(*) <> max(sequence) or min(sequence) <> 1
    union all select s.series, s.year, s.last, 0 from number_series s
    where s.last <> (select count(*) from letter_number n where n.series = s.series and n.year = s.year)"""

FOUR_EYES = """select approved.case_id from submission approved join submission recorded using (case_id)
    where approved.submitted_by = recorded.submitted_by and (
        (approved.element = 'persetujuan' and recorded.position < approved.position and recorded.element in
            ('terima_warga', 'identitas', 'peristiwa', 'uraian', 'periksa_persyaratan', 'lengkapi_persyaratan'))
        or (approved.element = 'putuskan_pengecualian' and recorded.position < approved.position and
            recorded.element in ('periksa_persyaratan', 'lengkapi_persyaratan')))"""

LEFT_OPEN = """select task.id from task join service_case on service_case.id = case_id
    where task.status = 'open' and closed_at is not null
    union all select incident.id from incident join service_case on service_case.id = case_id
    where resolved_at is null and closed_at is not null and operation <> 'reprint'
    union all select task.id from draft join task on task.id = task_id where task.status <> 'open'"""

OTHERS = """select e.case_id from audit_event e join user_account u on u.id = e.actor_id
    where e.case_id is not null and u.unit <> 'spkt'
    union all select t.case_id from task t join user_account u on u.id = t.assignee_id where u.unit <> 'spkt'"""

SPOKEN = """select action || details::text from audit_event
    union all select name || element from task union all select number || coalesce(outcome, '') from service_case
    union all select answers::text from submission union all select args::text from procrastinate_jobs
    union all select sentence || detail from incident union all select frozen::text from letter
    union all select coalesce(void_reason, '') from letter union all select coalesce(void_reason, '') from letter_number"""


def engine_and_rows_agree(work: UnitOfWork) -> list[object]:
    """The task table says what the engine says, every revision has its event, every done task its answers."""
    return [str(fault) for fault in consistency_cases.check(work)]


def one_valid_letter(work: UnitOfWork) -> list[object]:
    """A case has at most one valid numbered letter."""
    return _rows(work, TWO_LETTERS)


def numbers_without_gap(work: UnitOfWork) -> list[object]:
    """Every series counts from one without a gap."""
    return _rows(work, GAPS)


def four_eyes(work: UnitOfWork) -> list[object]:
    """Nobody approved what they had recorded."""
    return _rows(work, FOUR_EYES)


def nothing_left_open(work: UnitOfWork) -> list[object]:
    """A closed case has no open task and no open incident; a task that is over has no draft."""
    return _rows(work, LEFT_OPEN)


def nobody_from_elsewhere(work: UnitOfWork) -> list[object]:
    """Nobody of another unit has acted on a case or holds a task."""
    return _rows(work, OTHERS)


def trail_verifies(work: UnitOfWork) -> list[object]:
    """Every chain of events verifies."""
    return list(audit.verify_chains(work))


def nothing_personal(work: UnitOfWork) -> list[object]:
    """Words of the citizen stand in sealed bytes only."""
    said = json.dumps([row[0] for row in work.session.execute(text(SPOKEN))], ensure_ascii=False)
    states = [zlib.decompress(state).decode() for state in work.session.scalars(select(Case.state))]
    return [word for word in PERSONAL if word in said or any(word in state for state in states)]


def _rows(work: UnitOfWork, query: str) -> list[object]:
    return list(work.session.execute(text(query)).all())


CHECKS: tuple[Callable[[UnitOfWork], list[object]], ...] = (
    engine_and_rows_agree,
    one_valid_letter,
    numbers_without_gap,
    four_eyes,
    nothing_left_open,
    nobody_from_elsewhere,
    trail_verifies,
    nothing_personal,
)
