"""How long the page of a process takes with very many events in its log: over HTTP, one person at a time.

A finished case of the demo is copied over ninety days, each copy with stays of another length; two in a hundred are confined, so that
the Ka SPKT's figures have something taken off. Beside them many running cases stand at one step.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from workflow_app.services.measuring import stay_tallies
from workflow_app.trials import lost_ktp
from workflow_app.trials.finished_cases import MODEL
from workflow_app.trials.notices import Notice, unheard
from workflow_app.trials.officer import Officer, Unexpected
from workflow_app.trials.percentiles import milliseconds
from workflow_app.trials.site import TrialSite, running_site

DAYS = 90
RUNNING = 5_000
CHUNK = 5_000
WARM_UP = 2
READERS = ("kaspkt", "pimpinan", "auditor")
PAGES = {
    "today": "?hari=1",
    "7 days": "?hari=7",
    "30 days": "?hari=30",
    "90 days": "?hari=90",
    "one version": "?hari=90&versi=1",
    "cases of a step": "/langkah/periksa_persyaratan/selesai?hari=90",
    "cases there now": "/langkah/periksa_persyaratan/kini",
}
PER_CASE = """
    select count(*) from case_step s, unnest(s.path) as part join model_part p on p.id = part
    where s.case_id = %s and p.key not like '%%>%%'
"""
STANDING = """
    select id from service_case where closed_at is null and process_key = 'sktlk' and standing <> '{}' order by number limit 1
"""
COPIES = """
    create temp table copied as
    select n, md5('event ' || n)::uuid as id, (n::float8 / %(all)s) * interval '1 day' * %(days)s as earlier,
           exp(3 * random()) as slower
    from generate_series(%(first)s::int, %(last)s::int) n
"""
CASES = """
    insert into service_case (id, number, process_key, definition_id, unit, status, outcome, state, revision, passed, standing,
                              opened_at, opened_by, closed_at, confined_to, data_key)
    select c.id, format(%(name)s, lpad(n::text, 7, '0')), process_key, definition_id, unit, status, outcome, state, revision,
           passed, standing, opened_at - earlier, opened_by, closed_at - earlier,
           case when n %% 50 = 0 then 'piket_propam' end, data_key
    from copied c, service_case m where m.id = %(model)s
"""
STEPS = """
    insert into case_step (case_id, no, at, path, stay_parts, stay_since, stay_ends)
    select c.id, no, at - earlier, path, stay_parts,
           array(select at - earlier - greatest(at - since, interval '20 seconds') * slower * (1 + random())
                 from unnest(stay_since) since),
           stay_ends
    from copied c, case_step s where s.case_id = %(model)s
"""


@dataclass(frozen=True)
class Figures:
    """Waits for one page, in milliseconds."""

    events: int
    running: int
    n: int
    p50_ms: float
    p95_ms: float
    worst_page: str
    worst_page_p50_ms: float
    tally_seconds: float
    """What the job needs to count all days at once."""
    by_page: Mapping[str, float] = field(default_factory=dict)
    """The median of each page by who reads it."""

    def as_dict(self) -> dict[str, object]:
        """As JSON has them."""
        return {name: value for name, value in vars(self).items() if name != "by_page"}


def measure(events: int, *, rounds: int = 10, notice: Notice = unheard) -> Figures:
    """On a throw-away site. Raises `StackError`, `Unexpected`."""
    with running_site({"WEB_WORKERS": "1"}) as site, ExitStack() as hired:
        readers = [hired.enter_context(Officer(site.address, name, site.passwords[name])) for name in READERS]
        for reader in readers:
            reader.sign_in()
        made = fill(site, events, notice)
        began = time.perf_counter()
        with site.works() as works:
            for _ in range(DAYS // stay_tallies.DAYS_AT_ONCE + 1):
                stay_tallies.keep_up(works)
        tallied = time.perf_counter() - began
        _vacuum(site)
        notice(
            f"days are counted in {tallied:.1f} s; {len(READERS)} people read {len(PAGES)} pages {rounds} times"
        )
        waits: dict[str, list[float]] = {}
        for turn in range(WARM_UP + rounds):
            for label, wait in (read for reader in readers for read in _read(reader)):
                if turn >= WARM_UP:
                    waits.setdefault(label, []).append(wait)
    medians = {label: milliseconds(some, 50) for label, some in waits.items()}
    every = [wait for some in waits.values() for wait in some]
    worst = max(medians, key=lambda label: medians[label])
    return Figures(
        made,
        RUNNING,
        len(every),
        milliseconds(every, 50),
        milliseconds(every, 95),
        worst,
        medians[worst],
        round(tallied, 1),
        medians,
    )


def fill(site: TrialSite, events: int, notice: Notice = unheard) -> int:
    """Write so many events at least, and the running cases; returns how many events it were."""
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        model = _one(connection.execute(MODEL))
        per_case = _one(connection.execute(PER_CASE, (model,)))
        count = -(-events // per_case)
        notice(f"{count} cases with {per_case} events each are made")
        _copy(connection, model, "E-2026-%s", 1, count)
        _copy(connection, _one(connection.execute(STANDING)), "R-2026-%s", count + 1, count + RUNNING)
    _vacuum(site)
    return int(count * per_case)


def _copy(connection: psycopg.Connection, model: object, name: str, first: int, last: int) -> None:
    for begin in range(first, last + 1, CHUNK):
        end = min(begin + CHUNK - 1, last)
        with connection.transaction():
            connection.execute(COPIES, {"first": begin, "last": end, "all": last, "days": DAYS})
            connection.execute(CASES, {"model": model, "name": name})
            connection.execute(STEPS, {"model": model})
            connection.execute("drop table copied")


def _one(found: psycopg.Cursor) -> int:
    row = found.fetchone()
    if row is None:
        raise Unexpected("the demo has no such case")
    return row[0]  # type: ignore[no-any-return]  # an id or a count


def _vacuum(site: TrialSite) -> None:
    with psycopg.connect(site.settings().database_dsn, autocommit=True) as connection:
        for table in ("service_case", "case_step", "stay_tally"):
            connection.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(table)))


def _read(officer: Officer) -> Iterator[tuple[str, float]]:
    for label, path in PAGES.items():
        began = time.perf_counter()
        page = officer.get(f"/proses/{lost_ktp.PROCESS}{path}")
        wait = time.perf_counter() - began
        if page.status != 200:
            raise Unexpected(f"{label}: {page.status}")
        yield f"{officer.username} {label}", wait
