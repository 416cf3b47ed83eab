"""Counting the cases of a process for the public: one pass over the tables, as groups that name nobody (R40)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import text

from workflow_app.engine.publication import Counting
from workflow_app.services.ground.unit_of_work import UnitOfWork

RECEIVED = """
    select c.id, c.outcome, c.closed_at, k.started_at, k.stopped_at, k.due_at,
           c.confined_to is not null or exists (select from case_wall w where w.case_id = c.id) as is_hidden,
           (k.started_at at time zone 'Asia/Makassar') as local_at
    from service_case c
    join case_clock k on k.case_id = c.id and k.name = :clock
    where c.process_key = :process_key and c.outcome is distinct from 'dibatalkan'
      and exists (select from letter l where l.case_id = c.id and l.kind = :letter)
"""
"""Every case that has the letter, received when its clock began. Hidden ones are those that somebody is kept from (R79)."""

GROUPS = text(f"""
    with received as materialized ({RECEIVED}),
    came as (
        select distinct on (s.case_id) s.case_id, s.answers ->> m.field as channel
        from submission s
        join unnest(cast(:elements as text[]), cast(:fields as text[])) as m (element, field) on m.element = s.element
        where s.answers ? m.field
        order by s.case_id, s.position desc
    )
    select extract(year from local_at)::int as year, extract(month from local_at)::int as month, is_hidden,
           coalesce(outcome, 'proses') as outcome,
           case when coalesce(stopped_at, :now) <= coalesce(due_at, 'infinity')
                then case when stopped_at is null then 'menunggu' else 'dalam_batas' end
                else case when stopped_at is null then 'belum' else 'lewat_batas' end end as response,
           coalesce(channel, '') as channel, count(*) as cases
    from received left join came on came.case_id = received.id group by 1, 2, 3, 4, 5, 6
""")  # noqa: S608 - put together from the constant above; values are bound

MEDIANS = text(f"""
    with received as materialized ({RECEIVED})
    select extract(year from local_at)::int as year,
           count(*) filter (where stopped_at is not null) as responded,
           percentile_cont(0.5) within group (order by stopped_at - started_at) as response,
           count(closed_at) as ended,
           percentile_cont(0.5) within group (order by closed_at - started_at) as ending
    from received where not is_hidden group by 1
""")  # noqa: S608 - as above


@dataclass
class YearCounts:
    """The cases received in one year."""

    received: int = 0
    hidden: int = 0
    """Counted in the total, and by nothing else."""
    by_month: Counter[str] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    by_outcome: Counter[str] = field(default_factory=Counter)
    by_response: Counter[str] = field(default_factory=Counter)
    days_to_response: tuple[int, float] = (0, 0.0)
    """How many, and their median; without hidden cases."""
    days_to_end: tuple[int, float] = (0, 0.0)


def count(work: UnitOfWork, process_key: str, letter: str, counting: Counting) -> dict[int, YearCounts]:
    """The cases of a process by the year in which they were received."""
    given = {
        "process_key": process_key,
        "letter": letter,
        "clock": counting.clock,
        "now": work.clock(),
        "elements": [mark.element for mark in counting.channel],
        "fields": [mark.field for mark in counting.channel],
    }
    years: dict[int, YearCounts] = {}
    for row in work.session.execute(GROUPS, given):
        year = years.setdefault(row.year, YearCounts())
        year.received += row.cases
        if row.is_hidden:
            year.hidden += row.cases
            continue
        year.by_month[str(row.month)] += row.cases
        year.by_channel[row.channel] += row.cases
        year.by_outcome[row.outcome] += row.cases
        year.by_response[row.response] += row.cases
    needed = {"process_key", "letter", "clock"}
    for row in work.session.execute(MEDIANS, {name: given[name] for name in needed}):
        years[row.year].days_to_response = _days(row.responded, row.response)
        years[row.year].days_to_end = _days(row.ended, row.ending)
    return years


def complete(found: Counter[str], names: Iterable[str]) -> dict[str, int]:
    """The counts under these names in their order, and what else there is behind them."""
    ordered = list(names)
    return {name: found[name] for name in [*ordered, *sorted(found.keys() - set(ordered))]}


def _days(cases: int, median: object) -> tuple[int, float]:
    seconds = getattr(median, "total_seconds", lambda: 0.0)()
    return cases, seconds / 86400
