"""Publishing how many complaints there are and what became of them (R40): made by the clock, kept
as it was told.

A publication holds exactly what the public reads. Cases that somebody is kept from (R79) are
counted in the total of their year, and whatever becomes of them beside those that are still
handled; small numbers are left out (`small_numbers`). Pages read the newest publication, never the
cases.

Counting the cases of a process for the public: one pass over the tables, as groups that name nobody
(R40). Counts that can be published: small ones are not told, and nothing that is told lets one work
them out. Pure.

A total is told exactly and divided up once or more; each division stands for itself, because all of
them have nothing in common but the total. In a division small counts read "<5", and what they hold
together, with everything that is counted in the total only, is one remainder. The first by name of
the other counts joins it, so that a reader who adds and subtracts learns neither a small count nor
whether anything is counted in the total only. The reader knows these rules: which count joins must
not depend on how small the small ones are, and where one would not suffice, no part is told.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import func, select, text

from workflow_app.domain import SYSTEM, WITA
from workflow_app.engine.definitions import Counting, Definition
from workflow_app.models import Publication
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.formatting import MONTHS
from workflow_app.services.core.jobs import COUNTER, Running, periodic
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of

RECEIVED = """
    select c.id, c.outcome, c.closed_at, k.started_at, k.stopped_at, k.due_at,
           c.confined_to is not null or exists (select from case_wall w where w.case_id = c.id) as
               is_hidden,
           (k.started_at at time zone 'Asia/Makassar') as local_at
    from service_case c
    join case_clock k on k.case_id = c.id and k.name = :clock
    where c.process_key = :process_key and c.outcome is distinct from 'dibatalkan'
      and exists (select from letter l where l.case_id = c.id and l.kind = :letter)
"""
"""Every case that has the letter, received when its clock began. Hidden ones are those that
somebody is kept from (R79).
"""

GROUPS = text(f"""
    with received as materialized ({RECEIVED}),
    came as (
        select distinct on (s.case_id) s.case_id, s.answers ->> m.field as channel
        from submission s
        join unnest(cast(:elements as text[]), cast(:fields as text[])) as m (element, field) on
            m.element = s.element
        where s.answers ? m.field
        order by s.case_id, s.position desc
    )
    select extract(year from local_at)::int as year, extract(month from local_at)::int as month,
        is_hidden,
           coalesce(outcome, 'proses') as outcome,
           case when coalesce(stopped_at, :now) <= coalesce(due_at, 'infinity')
                then case when stopped_at is null then 'menunggu' else 'dalam_batas' end
                else case when stopped_at is null then 'belum' else 'lewat_batas' end end as
                    response,
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


def count(
    work: UnitOfWork, process_key: str, letter: str, counting: Counting
) -> dict[int, YearCounts]:
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


Mark = Literal["exact", "small", "withheld"]

FEWEST = 4
"""Names of a division that tells its parts; of fewer, even that nothing is told would tell of the
small ones.
"""
FEWEST_BESIDE_UNDIVIDED = 3
"""The same where something may belong to none of the names."""


@dataclass(frozen=True)
class Figure:
    """One count as it is told."""

    mark: Mark
    count: int | None
    """None where it is not told."""


@dataclass(frozen=True)
class Division:
    """A total divided up."""

    figures: Mapping[str, Figure]
    remainder: int
    """What the figures that are not told hold together, with what belongs to none; told where the
    total is.
    """


def published_total(count: int, threshold: int) -> Figure:
    """A total by itself. Zero tells of nobody."""
    return Figure("small", None) if 0 < count < threshold else Figure("exact", count)


def divide(counts: Mapping[str, int], undivided: int | None, threshold: int) -> Division:
    """Divide the sum of `counts` and `undivided` by the names of `counts`; `undivided` belongs to
    none of them.

    Where there can be nothing undivided, and the reader knows that, it is None.
    """
    whole = sum(counts.values()) + (undivided or 0)
    small = {name for name, count in counts.items() if 0 < count < threshold}
    others = sorted(name for name, count in counts.items() if count >= threshold)
    is_all_told = not small and undivided is None
    withheld = set() if is_all_told else set(others[:1])
    remainder = (undivided or 0) + sum(counts[name] for name in small | withheld)
    is_hiding = bool(withheld) and remainder >= _least(len(small), threshold)
    fewest = FEWEST if undivided is None else FEWEST_BESIDE_UNDIVIDED
    if whole < threshold or len(counts) < fewest or not (is_all_told or is_hiding):
        return _nothing(counts, whole)
    return Division(
        {name: _figure(name, count, small, withheld) for name, count in counts.items()}, remainder
    )


def _least(small: int, threshold: int) -> int:
    """The smallest remainder, of so many small counts and one that joins, in which each small one
    may have any small value.
    """
    return (threshold - 1) + (small - 1) + threshold if small else threshold


def _figure(name: str, count: int, small: set[str], withheld: set[str]) -> Figure:
    if name in small:
        return Figure("small", None)
    return Figure("withheld", None) if name in withheld else Figure("exact", count)


def _nothing(counts: Mapping[str, int], whole: int) -> Division:
    """No part is told, not even which are small; where there is nothing at all, that is told."""
    mark: Mark = "withheld" if whole else "exact"
    return Division({name: Figure(mark, None if whole else 0) for name in counts}, whole)


PROCESS = "complaint"
OUTCOMES = {
    "proses": "Masih ditangani atau dirahasiakan",
    "selesai": "Selesai ditangani",
    "dirujuk": "Diteruskan kepada yang berwenang",
    "diabaikan": "Disisihkan menurut aturan anonim",
}
HIDDEN = "proses"
"""Where cases are counted that somebody is kept from, whatever became of them."""
RESPONSES = {
    "dalam_batas": "Ditanggapi atau dicoba dihubungi, dalam batas waktu",
    "lewat_batas": "Ditanggapi atau dicoba dihubungi, sesudah batas waktu",
    "menunggu": "Belum ditanggapi, batas waktu belum lewat",
    "belum": "Belum ditanggapi, batas waktu sudah lewat",
}
UNNAMED = "Lainnya"
GRACE = timedelta(days=1)
"""A publication that is later than this is said to be late."""


@dataclass(frozen=True)
class Published:
    """The newest publication, for pages and files."""

    made_at: datetime
    figures: Mapping[str, Any]
    is_late: bool

    @property
    def years(self) -> list[Mapping[str, Any]]:
        """What is told of each year, the newest first."""
        return list(self.figures["tahun"])


def newest(work: UnitOfWork, process_key: str = PROCESS) -> Published | None:
    """What was published last; None before the first time."""
    query = select(Publication).where(Publication.process_key == process_key)
    found = work.session.scalars(query.order_by(Publication.made_at.desc()).limit(1)).first()
    if found is None:
        return None
    pause = timedelta(days=int(configuration.value(work, "publikasi.selang_hari")))
    return Published(found.made_at, found.figures, work.clock() - found.made_at > pause + GRACE)


def publish_due(work: UnitOfWork, process_key: str = PROCESS) -> bool:
    """Publish when it is time: on the first look of a day, so many days after the last one. Returns
    whether it was.
    """
    work.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"publish:{process_key}", 0)))
    )
    query = select(func.max(Publication.made_at)).where(Publication.process_key == process_key)
    last = work.session.scalar(query)
    pause = int(configuration.value(work, "publikasi.selang_hari"))
    if last is not None and (_day(work.clock()) - _day(last)).days < pause:
        return False
    return publish(work, process_key)


def publish(work: UnitOfWork, process_key: str = PROCESS) -> bool:
    """Count, leave out what is small, and keep it. False where the process is not there or its
    cases are not published.
    """
    if process_key not in {deployed.key for deployed in definitions.list_current(work)}:
        return False
    definition = definition_of(work, definitions.current(work, process_key).id)
    source = next(
        (item for item in definition.letters.items() if item[1].counting is not None), None
    )
    if source is None or source[1].counting is None:
        return False
    threshold = int(configuration.value(work, "publikasi.ambang"))
    counted = count(work, process_key, source[0], source[1].counting)
    this_year = _day(work.clock()).year
    counted.setdefault(this_year, YearCounts())
    channels = _channels(work, definition, counted.values())
    figures = {
        "ambang": threshold,
        "tahun": [
            _year(
                year,
                counted[year],
                channels,
                threshold,
                _day(work.clock()).month if year == this_year else 12,
            )
            for year in sorted(counted, reverse=True)
        ],
    }
    work.session.add(
        Publication(id=uuid4(), process_key=process_key, made_at=work.clock(), figures=figures)
    )
    written = json.dumps(figures, sort_keys=True, ensure_ascii=False).encode()
    unit_of_work.record(
        work,
        f"publication:{process_key}",
        "publication.made",
        process=process_key,
        sha256=hashlib.sha256(written).hexdigest(),
    )
    work.session.flush()
    return True


def rows(published: Published) -> Iterator[tuple[str, str, str, str, str]]:
    """Everything as lines of a table: year, division, name, count and, where it is not told,
    why.
    """
    yield "tahun", "sebaran", "butir", "jumlah", "tanda"
    for year in published.years:
        yield _row(year, "jumlah", "diterima", year["diterima"])
        for division in year["sebaran"]:
            for item in division["butir"]:
                yield _row(year, division["kunci"], item["kunci"], item["nilai"])
            yield _row(year, division["kunci"], "tidak_dirinci", division["tidak_dirinci"])
        for name, days in year["median_hari"].items():
            yield str(year["tahun"]), "median_hari", name, "" if days is None else str(days), ""


def _row(
    year: Mapping[str, Any], division: str, name: str, told: Mapping[str, Any]
) -> tuple[str, str, str, str, str]:
    count = "" if told["jumlah"] is None else str(told["jumlah"])
    return str(year["tahun"]), division, name, count, told.get("tanda", "")


def _year(
    year: int, counts: YearCounts, channels: Mapping[str, str], threshold: int, months: int
) -> dict[str, Any]:
    total = published_total(counts.received, threshold)
    named_months = {str(number): MONTHS[number - 1] for number in range(1, months + 1)}
    outcomes = counts.by_outcome + Counter({HIDDEN: counts.hidden})
    parts = (
        ("keadaan", "Keadaan sekarang", OUTCOMES, outcomes, None),
        ("tanggapan", "Tanggapan awal", RESPONSES, counts.by_response, counts.hidden),
        ("kanal", "Kanal", channels, counts.by_channel, counts.hidden),
        ("bulan", "Bulan diterima", named_months, counts.by_month, counts.hidden),
    )
    divisions = []
    for key, title, names, found, undivided in parts:
        divided = divide(complete(found, names), undivided, threshold)
        rest = (
            Figure("exact", divided.remainder)
            if total.mark == "exact"
            else Figure("withheld", None)
        )
        divisions.append(
            {
                "kunci": key,
                "judul": title,
                "butir": [
                    {
                        "kunci": name,
                        "nama": names.get(name, UNNAMED),
                        "nilai": _told(figure, threshold),
                    }
                    for name, figure in divided.figures.items()
                ],
                "tidak_dirinci": _told(rest, threshold),
            }
        )
    return {
        "tahun": year,
        "diterima": _told(total, threshold),
        "sebaran": divisions,
        "median_hari": {
            "tanggapan_awal": _median(counts.days_to_response, threshold),
            "selesai": _median(counts.days_to_end, threshold),
        },
    }


def _told(figure: Figure, threshold: int) -> dict[str, Any]:
    if figure.mark == "exact":
        return {"jumlah": figure.count}
    return {"jumlah": None, "tanda": f"<{threshold}" if figure.mark == "small" else "disamarkan"}


def _median(found: tuple[int, float], threshold: int) -> float | None:
    """In days, to a half; of few cases it would be the time of one of them."""
    cases, days = found
    return round(days * 2) / 2 if cases >= threshold else None


def _channels(
    work: UnitOfWork, definition: Definition, counted: Iterable[YearCounts]
) -> dict[str, str]:
    """The ways the office lists, by its words and in its order; then those by which cases came
    before, in the words of the form.
    """
    listed = configuration.words(work, configuration.CHANNELS)
    came = {code for counts in counted for code in counts.by_channel}
    marks = [
        mark
        for letter in definition.letters.values()
        if letter.counting
        for mark in letter.counting.channel
    ]
    options = (definition.form(mark.element).fields[mark.field].options.items() for mark in marks)
    return listed | {
        code: words
        for pairs in options
        for code, words in pairs
        if code in came and code not in listed
    }


def _day(instant: datetime) -> date:
    return instant.astimezone(WITA).date()


@periodic("publish_counts", label="Menerbitkan angka pengaduan", queue=COUNTER, cron="*/10 * * * *")
def publish_counts_job(running: Running) -> None:
    """Publish the counts that are due."""
    with running.works.begin(SYSTEM) as work:
        publish_due(work)
