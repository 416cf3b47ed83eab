"""Many finished cases at once, for benches: a finished case of the demo, copied row by row inside the database.

Cases, tasks, steps, answers, clocks and the trail are copied with ids of their own and earlier times. The trail of each is chained anew,
so that what audits a site finds nothing wrong. Letters and papers stay with the case they belong to, and so do their events.
Sealed answers keep their size; the key that opens them is bound to the answers of the case they were copied from.
"""

import json
from typing import Any

import psycopg
from psycopg import sql

from workflow_app.trials.notices import Notice, unheard
from workflow_app.trials.officer import Unexpected
from workflow_app.trials.site import TrialSite

CHUNK = 10_000
TABLES = (
    "service_case",
    "task",
    "case_step",
    "submission",
    "sealed_answers",
    "case_clock",
    "audit_event",
    "audit_chain",
)

MODEL = """
    select id from service_case
    where process_key = 'sktlk' and outcome = 'selesai' and number like 'B-%%' order by number limit 1
"""
COPIES = """
    create temp table copied as
    select n, md5('case ' || n)::uuid as id, n * interval '5 minutes' as earlier
    from generate_series(%(first)s::int, %(last)s::int) n
"""
ROWS = (
    """
    insert into service_case (id, number, process_key, definition_id, unit, status, outcome, state, revision, passed, standing,
                              opened_at, opened_by, closed_at, data_key)
    select c.id, format('S-2026-%%s', lpad(n::text, 7, '0')), process_key, definition_id, unit, status, outcome, state, revision,
           passed, standing, opened_at - earlier, opened_by, closed_at - earlier, data_key
    from copied c, service_case m where m.id = %(model)s
    """,
    """
    insert into task (id, case_id, element, name, unit, role, begun_by, assignee_id, status, due_at, created_at, sent_by, done_at,
                      done_by)
    select md5(n || ' ' || t.id)::uuid, c.id, element, name, unit, role, begun_by, assignee_id, status, due_at - earlier,
           created_at - earlier, sent_by, done_at - earlier, done_by
    from copied c, task t where t.case_id = %(model)s
    """,
    """
    insert into case_step (case_id, no, at, path, stay_parts, stay_since, stay_ends)
    select c.id, no, at - earlier, path, stay_parts, array(select since - earlier from unnest(stay_since) since), stay_ends
    from copied c, case_step s where s.case_id = %(model)s
    """,
    """
    insert into submission (id, task_id, case_id, element, token, answers, submitted_at, submitted_by)
    select md5(n || ' ' || s.id)::uuid, md5(n || ' ' || s.task_id)::uuid, c.id, element, n || ' ' || token, answers,
           submitted_at - earlier, submitted_by
    from copied c, submission s where s.case_id = %(model)s order by n, s.position
    """,
    """
    insert into sealed_answers (submission_id, field_group, sealed)
    select md5(n || ' ' || s.id)::uuid, field_group, sealed
    from copied c, submission s join sealed_answers a on a.submission_id = s.id where s.case_id = %(model)s
    """,
    """
    insert into case_clock (case_id, name, round, started_at, due_at, target_minutes, target_working_days, calendar,
                            calendar_valid_from, stopped_at)
    select c.id, name, round, started_at - earlier, due_at - earlier, target_minutes, target_working_days, calendar,
           calendar_valid_from, stopped_at - earlier
    from copied c, case_clock k where k.case_id = %(model)s
    """,
    "insert into audit_chain (name, length, head) select 'case:' || id, 0, decode(repeat('00', 32), 'hex') from copied",
)
EVENTS = """
    select id, details from audit_event
    where case_id = %(model)s and action !~ '^(letter|document)[.]' and action <> 'case.archived' order by position
"""


def _part(text: str) -> str:
    """A field of an event as its digest takes it: the length before it."""
    return f"int8send(octet_length(convert_to({text}, 'UTF8'))::int8) || convert_to({text}, 'UTF8')"


_FIELDS = (
    "h.name", "%(position)s::text", """to_char((e.at - earlier) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00'""",
    "coalesce(e.actor_id::text, '')", "e.actor_name", "e.action", "c.id::text", "coalesce(e.element, '')", "%(details)s::text",
)  # fmt: skip
LINK = f"""
    with linked as (
        insert into audit_event (chain, position, at, actor_id, actor_name, action, case_id, element, details, previous, digest)
        select h.name, %(position)s, e.at - earlier, e.actor_id, e.actor_name, e.action, c.id, e.element, e.details, h.head,
               sha256(h.head || {" || ".join(map(_part, _FIELDS))})
        from copied c join audit_chain h on h.name = 'case:' || c.id, audit_event e where e.id = %(event)s
        returning chain, digest
    )
    update audit_chain set length = %(position)s, head = linked.digest from linked where name = linked.chain
"""  # noqa: S608 - put together from the constants above


def fill(site: TrialSite, count: int, notice: Notice = unheard) -> None:
    """Make `count` finished cases on a site with the cases of the demo; the planner is told. Raises `Unexpected`."""
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        copy(connection, count, notice)
        for table in TABLES:
            connection.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(table)))


def copy(connection: psycopg.Connection[Any], count: int, notice: Notice = unheard) -> None:
    """Copy the first finished case so many times. Raises `Unexpected` when there is none."""
    found = connection.execute(MODEL).fetchone()
    if found is None:
        raise Unexpected("there is no finished case")
    values: dict[str, Any] = {"model": found[0]}
    events = connection.execute(EVENTS, values).fetchall()
    for first in range(1, count + 1, CHUNK):
        last = min(first + CHUNK - 1, count)
        with connection.transaction():
            connection.execute(COPIES, {"first": first, "last": last})
            connection.execute("analyze copied")
            for statement in ROWS:
                connection.execute(statement, values)
            for position, (event, details) in enumerate(events, start=1):
                told = json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
                connection.execute(LINK, {"position": position, "event": event, "details": told})
            connection.execute("drop table copied")
        notice(f"{last} finished cases are there")
