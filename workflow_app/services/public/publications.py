"""Publishing how many complaints there are and what became of them (R40): made by the clock, kept as it was told.

A publication holds exactly what the public reads. Cases that somebody is kept from (R79) are counted in the total of their year,
and whatever becomes of them beside those that are still handled; small numbers are left out (`small_numbers`). Pages read the newest publication, never the cases.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from workflow_app.engine.definitions import Definition
from workflow_app.models.publication import Publication
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration, offers
from workflow_app.services.office.readable import MONTHS
from workflow_app.services.public import case_counts, small_numbers
from workflow_app.services.public.case_counts import YearCounts
from workflow_app.services.public.small_numbers import Figure
from workflow_app.services.sop import processes
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import WITA

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
    """Publish when it is time: on the first look of a day, so many days after the last one. Returns whether it was."""
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
    """Count, leave out what is small, and keep it. False where the process is not there or its cases are not published."""
    if process_key not in {deployed.key for deployed in processes.list_current(work)}:
        return False
    definition = definition_of(work, processes.current(work, process_key).id)
    source = next((item for item in definition.letters.items() if item[1].counting is not None), None)
    if source is None or source[1].counting is None:
        return False
    threshold = int(configuration.value(work, "publikasi.ambang"))
    counted = case_counts.count(work, process_key, source[0], source[1].counting)
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
    work.session.add(Publication(id=uuid4(), process_key=process_key, made_at=work.clock(), figures=figures))
    written = json.dumps(figures, sort_keys=True, ensure_ascii=False).encode()
    audit.record(
        work,
        f"publication:{process_key}",
        "publication.made",
        process=process_key,
        sha256=hashlib.sha256(written).hexdigest(),
    )
    work.session.flush()
    return True


def rows(published: Published) -> Iterator[tuple[str, str, str, str, str]]:
    """Everything as lines of a table: year, division, name, count and, where it is not told, why."""
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
    total = small_numbers.total(counts.received, threshold)
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
        divided = small_numbers.divide(case_counts.complete(found, names), undivided, threshold)
        rest = Figure("exact", divided.remainder) if total.mark == "exact" else Figure("withheld", None)
        divisions.append(
            {
                "kunci": key,
                "judul": title,
                "butir": [
                    {"kunci": name, "nama": names.get(name, UNNAMED), "nilai": _told(figure, threshold)}
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


def _channels(work: UnitOfWork, definition: Definition, counted: Iterable[YearCounts]) -> dict[str, str]:
    """The ways the office lists, by its words and in its order; then those by which cases came before, in the words of the form."""
    listed = offers.words(work, offers.CHANNELS)
    came = {code for counts in counted for code in counts.by_channel}
    marks = [
        mark for letter in definition.letters.values() if letter.counting for mark in letter.counting.channel
    ]
    options = (definition.form(mark.element).fields[mark.field].options.items() for mark in marks)
    return listed | {
        code: words for pairs in options for code, words in pairs if code in came and code not in listed
    }


def _day(instant: datetime) -> date:
    return instant.astimezone(WITA).date()
