"""What must hold after every action, whatever it was and whatever the process. Each check lists
what it found wrong.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select, text

from tests.integration.stateful import privacy, sop
from workflow_app.models import Case, Submission
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.operations import consistency_cases
from workflow_app.services.processes.definitions import definition_of

Check = Callable[[UnitOfWork], list[object]]

TWO_LETTERS = """select l.case_id, kind from letter l join letter_number n on n.id = l.number_id
    where status = 'valid' group by l.case_id, kind
    having count(*) > case max(series) when 'RUJUKAN' then 1 + (select count(*) from audit_event e
        where e.case_id = l.case_id and e.action = 'task.completed' and e.element =
            'rujukan_keperluan')
        when 'NOTA_DINAS' then (select count(*) from audit_event e where e.case_id = l.case_id
            and e.action = 'task.completed' and e.element in ('minta', 'minta_fungsi', 'tutup',
                'jawab', 'setujui')) else 1 end"""
"""A letter that its addressee sent back was really sent and holds (referral, interpretation 11):
one for each choice of a place. So does a nota dinas of a request that was asked or answered again.
"""

GAPS = """select series, year, count(*), max(sequence) from letter_number group by series, year
    having count(*) <> max(sequence) or min(sequence) <> 1 or count(distinct number) <> count(*)
    union all select s.series, s.year, s.last, 0 from number_series s
    where s.last <> (select count(*) from letter_number n where n.series = s.series and n.year =
        s.year)
    union all select n.series, n.year, n.sequence, 0 from letter_number n where 1 <>
        (select count(*) from service_case c where c.number = n.number)
        + (select count(*) from letter l where l.number_id = n.id and l.number = n.number)"""

LEFT_OPEN = """select task.id from task join service_case on service_case.id = case_id
    where task.status = 'open' and closed_at is not null
    union all select incident.id from incident join service_case on service_case.id = case_id
    where resolved_at is null and closed_at is not null and operation not in ('reprint', 'message')
    union all select task.id from draft join task on task.id = task_id where task.status <>
        'open'"""

LIFELESS = """select number from service_case where closed_at is null and next_wake_at is null
    and not exists (select from task where case_id = service_case.id and status = 'open')
    and not exists (select from pending_effect where case_id = service_case.id)
    and not exists (select from incident where case_id = service_case.id and resolved_at is null)"""

OTHERS = """select e.case_id from audit_event e join user_account u on u.id = e.actor_id
    where e.case_id is not null and u.unit <> 'spkt'
    union all select t.case_id from task t join user_account u on u.id = t.assignee_id where u.unit
        <> 'spkt'
    union all select t.case_id from task t join case_wall w on w.case_id = t.case_id and w.user_id
        = t.assignee_id
    where t.status = 'open'"""

OUT_OF_PLACE = """select s.id from submission s where s.on_behalf_of is not null and (
    not exists (select from absence a where a.user_id = s.on_behalf_of and a.substitute_id =
        s.submitted_by
        and a.starts_at <= s.submitted_at and s.submitted_at < a.ends_at
        and coalesce(s.submitted_at <= a.ended_at, true))
    or exists (select from case_wall w where w.case_id = s.case_id and w.since < s.submitted_at
        and w.user_id in (s.on_behalf_of, s.submitted_by)))"""

CHAINS = """with away as (select id, user_id, substitute_id, starts_at,
        least(ends_at, coalesce(ended_at, ends_at)) as over_at from absence)
    select a.id from away a join away b on a.id <> b.id and a.starts_at < b.over_at and b.starts_at
        < a.over_at
        and a.starts_at < a.over_at and b.starts_at < b.over_at
    where a.user_id in (b.user_id, b.substitute_id)"""

ONE_SIDED = """select child_id from case_kinship k where 1 <> (select count(*) from audit_event e
        where e.case_id = k.parent_id and e.action = 'kinship.child' and e.details->>'case' =
            cast(k.child_id as text))
    or 1 <> (select count(*) from audit_event e
        where e.case_id = k.child_id and e.action = 'kinship.parent' and e.details->>'case' =
            cast(k.parent_id as text))"""


def engine_and_rows_agree(work: UnitOfWork) -> list[object]:
    """The task table says what the engine says, every revision has its event, every done task its
    answers.
    """
    return [str(fault) for fault in consistency_cases.check_consistency_case(work)]


def one_valid_letter(work: UnitOfWork) -> list[object]:
    """A case has at most one valid letter of a kind; to other offices one each."""
    return _rows(work, TWO_LETTERS)


def numbers_without_gap(work: UnitOfWork) -> list[object]:
    """Every series counts from one without a gap, and each number belongs to one case or letter."""
    return _rows(work, GAPS)


def four_eyes(work: UnitOfWork) -> list[object]:
    """Nobody did a step after recording what it is there to look at by other eyes, whoever gave it
    to him.
    """
    found: list[object] = []
    recorded: dict[tuple[UUID, str], set[UUID | None]] = {}
    query = (
        select(Submission, Case.definition_id)
        .join(Case)
        .order_by(Submission.case_id, Submission.position)
    )
    for done, definition_id in work.session.execute(query):
        properties = definition_of(work, definition_id).elements[done.element].properties
        for named in properties.get("fourEyes", "").split():
            if {done.submitted_by, done.on_behalf_of} & recorded.get((done.case_id, named), set()):
                found.append((done.case_id, named, done.element))
        both = {done.submitted_by, done.on_behalf_of} - {None}
        recorded.setdefault((done.case_id, done.element), set()).update(both)
    return found


def substitutes_in_their_time(work: UnitOfWork) -> list[object]:
    """What was done in somebody's place was done by his substitute while he was away, and neither
    was behind a wall.
    """
    return _rows(work, OUT_OF_PLACE)


def absences_without_chains(work: UnitOfWork) -> list[object]:
    """At no time is somebody away twice, or away and a substitute."""
    return _rows(work, CHAINS)


def an_outcome_at_the_end(work: UnitOfWork) -> list[object]:
    """R8: a case has ended exactly when it has an outcome, one that its model knows, and its trail
    says so.
    """
    found: list[object] = []
    told: dict[UUID, list[str]] = dict(
        work.session.execute(
            text(
                "select case_id, array_agg(details->>'outcome') from audit_event where action "
                "= 'case.closed' group by 1"
            )
        ).all()
    )
    for case in work.session.scalars(select(Case)):
        ends = {
            e.properties.get("outcome")
            for e in definition_of(work, case.definition_id).elements.values()
        }
        expected = [] if case.outcome is None else [case.outcome]
        is_known = case.outcome is None or case.outcome in ends
        if (
            not is_known
            or (case.closed_at is None) != (case.outcome is None)
            or told.get(case.id, []) != expected
        ):
            found.append((case.number, case.outcome, told.get(case.id)))
    return found


def nothing_left_open(work: UnitOfWork) -> list[object]:
    """A closed case has no open task and no open incident; a task that is over has no draft."""
    return _rows(work, LEFT_OPEN)


def something_moves(work: UnitOfWork) -> list[object]:
    """Every open case has an open task, a live timer, work under way or an incident that somebody
    sees.
    """
    return _rows(work, LIFELESS)


def nobody_from_elsewhere(work: UnitOfWork) -> list[object]:
    """Nobody of another unit has acted on a case or holds a task, and nobody behind a wall holds
    one.
    """
    return _rows(work, OTHERS)


def kin_on_both_sides(work: UnitOfWork) -> list[object]:
    """A case that continues another is told of in both trails, once."""
    return [*_rows(work, ONE_SIDED), *map(str, consistency_cases.check_consistency_kinship(work))]


def trail_verifies(work: UnitOfWork) -> list[object]:
    """Every chain of events verifies."""
    return list(unit_of_work.verify_chains(work))


def nothing_personal(work: UnitOfWork) -> list[object]:
    """Words of the citizen stand in sealed bytes only."""
    return [
        *privacy.told_in_tables(work),
        *privacy.told_in_states(work),
        *privacy.told_in_jobs(work),
    ]


def _rows(work: UnitOfWork, query: str) -> list[object]:
    return list(work.session.execute(text(query)).all())


CHECKS: tuple[Check, ...] = (
    engine_and_rows_agree,
    one_valid_letter,
    numbers_without_gap,
    four_eyes,
    substitutes_in_their_time,
    absences_without_chains,
    an_outcome_at_the_end,
    nothing_left_open,
    something_moves,
    nobody_from_elsewhere,
    kin_on_both_sides,
    trail_verifies,
    nothing_personal,
    *sop.RULES,
)
