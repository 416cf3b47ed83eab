"""`bench`: speed on throw-away sites of this machine. Figures are printed, never judged, because
machines differ. `chaos`: whether anything is lost when processes are killed at random moments.
"""

import json
import secrets
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from types import FrameType

import click
from click.core import ParameterSource

from workflow_app.tools.chaos import trial
from workflow_app.tools.embedded.server_processes import StackError
from workflow_app.tools.load import corpus as load_corpus
from workflow_app.tools.load import ocr as load_ocr
from workflow_app.tools.load import pages
from workflow_app.tools.load import rework as load_rework
from workflow_app.tools.load import search as load_search
from workflow_app.tools.load import tasks as load_tasks
from workflow_app.tools.load.officer import Unexpected

WANTED = 1.5
"""Largest acceptable ratio of the waits with very many tasks, or after very many loops."""
FAULTS = (StackError, Unexpected, load_ocr.NothingToRead, load_ocr.NotThere)


@click.group()
def bench() -> None:
    """Measure speed on a throw-away site of this machine."""


@dataclass(frozen=True)
class Report:
    """Result of a run: the figures for programs, and the lines for people."""

    figures: Mapping[str, object]
    lines: Sequence[str]


def reported(measure: Callable[..., Report]) -> Callable[..., None]:
    """Add the option `--json` and the conversion of faults to a measuring command."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
    @wraps(measure)
    def report(*, as_json: bool, **asked: object) -> None:
        try:
            found = measure(**asked)
        except FAULTS as error:
            raise click.ClickException(str(error)) from error
        click.echo(json.dumps(found.figures) if as_json else "\n".join(found.lines))

    return report


@bench.command()
@click.option(
    "--officers", default=8, show_default=True, type=click.IntRange(1, 64), help="Sessions at once."
)
@click.option(
    "--cases",
    default=40,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Cases per officer.",
)
@click.option("--pages", is_flag=True, help="Officers open every form before they send it.")
@click.option(
    "--finished",
    default=0,
    show_default=True,
    type=click.IntRange(0, 1_000_000),
    help="Finished cases that are there already.",
)
@reported
def tasks(officers: int, cases: int, pages: bool, finished: int) -> Report:
    """Officers list and complete tasks over HTTP, all in parallel.

    For each case an officer reads the list once and then sends the five forms of the desk, to which
    the site leads one after the other. JSON has the figures of a run; the lines also explain them.
    """
    found = load_tasks.measure_task_bench(
        officers=officers, cases=cases, with_pages=pages, finished=finished, notice=_notice
    )
    return Report(found.as_dict(), _table(found.as_dict() | found.details()))


@bench.command()
@click.option(
    "--open",
    "open_tasks",
    default=10_000,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="Open tasks.",
)
@reported
def inbox(open_tasks: int) -> Report:
    """Read the lists with N open and 10 N finished tasks, and for comparison with
    1,000 open ones.
    """
    small, large = pages.measure(open_tasks, notice=_notice)
    growth = pages.growth(small, large)
    ratios = {
        "p95_ratio": growth.all_lists,
        "worst_list": growth.which,
        "worst_list_p50_ratio": growth.one_list,
    }
    lines = [
        f"{one.open} open, {one.finished} finished: p50 {one.p50_ms} ms, p95 {one.p95_ms} ms, "
        f"p99 {one.p99_ms} ms; "
        f"slowest list: {one.slowest} (p50 {one.slowest_p50_ms} ms)"
        for one in (small, large)
    ]
    lines += [
        (
            f"all lists: p95 at {large.open} is {growth.all_lists} times that at {small.open} "
            f"(wanted: at most {WANTED})"
        ),
        f"the list that grew most: {growth.which}, {growth.one_list} times",
    ]
    return Report({**asdict(large), **ratios, "with_1000": asdict(small)}, lines)


@bench.command()
@click.option(
    "--open",
    "open_cases",
    default=5000,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="Running cases.",
)
@click.option(
    "--finished",
    default=20_000,
    show_default=True,
    type=click.IntRange(0, 1_000_000),
    help="Finished cases beside them.",
)
@reported
def board(open_cases: int, finished: int) -> Report:
    """Read the board of all running cases, whole and when nothing is new, and the lists behind its
    figures.
    """
    found = pages.measure_board_bench(open_cases, finished=finished, notice=_notice)
    return Report(found.as_dict(), _table(found.as_dict() | found.details()))


@bench.command()
@click.option(
    "--loops",
    default=1000,
    show_default=True,
    type=click.IntRange(60, 1900),
    help="Loops of the old case.",
)
@reported
def rework(loops: int) -> Report:
    """Complete steps in a case that was sent back N times, alternating with the same steps in a new
    case.
    """
    found = load_rework.measure(loops, notice=_notice)
    lines = [
        f"{name} completions: {cost.completion_ms} ms; a round asks {cost.statements} "
        f"statements for {cost.rows} rows "
        f"({cost.bytes} bytes), the engine keeps {cost.state_bytes} bytes"
        for name, cost in (("first", found.first), ("last", found.last))
    ]
    lines.append(
        f"after {found.loops} loops: {found.ratio} times as long (wanted: at most {WANTED})"
    )
    return Report({**asdict(found), "ratio": found.ratio}, lines)


@bench.command()
@click.option(
    "--rounds",
    default=3,
    show_default=True,
    type=click.IntRange(1, 50),
    help="Starts on existing data.",
)
@reported
def start(rounds: int) -> Report:
    """Time from the command to the first page, on a new site and on its data afterwards."""
    found = asdict(pages.measure_start_bench(rounds))
    return Report(found, _table(found))


@bench.command()
@click.option(
    "--pages",
    default=10,
    show_default=True,
    type=click.IntRange(1, 300),
    help="Pages of each paper.",
)
@click.option(
    "--papers", default=3, show_default=True, type=click.IntRange(1, 100), help="Papers uploaded."
)
@reported
def ingest(pages: int, papers: int) -> Report:
    """Upload scanned documents over HTTP, one after the other, until the search finds them: pages
    per minute, seconds to the first readable page.
    """
    found = load_ocr.measure_ingest_bench(pages=pages, papers=papers, notice=_notice).as_dict()
    return Report(found, _table(found))


@bench.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--ocrmypdf",
    "program",
    envvar="OCRMYPDF",
    default="ocrmypdf",
    show_default=True,
    help="OCRmyPDF to compare with, a path or a name; also the variable OCRMYPDF.",
)
@reported
def ocr(folder: Path, program: str) -> Report:
    """Read all pictures and PDFs of FOLDER with our reader and OCRmyPDF in turn.

    If NAME.txt is beside a document, its text is compared. OCRmyPDF is used when it is installed
    (in an environment of its own, see docs/how-to/measure-speed.md). `bench corpus` makes documents
    to read.
    """
    is_named = (
        click.get_current_context().get_parameter_source("program") is not ParameterSource.DEFAULT
    )
    found = load_ocr.measure(folder, program=program, must_compare=is_named, notice=_notice)
    return Report(found.as_dict(), _table(found.as_dict() | found.details()))


@bench.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--per-kind",
    default=5,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Papers of each kind.",
)
@click.option(
    "--seed",
    default=load_corpus.SEED,
    show_default=True,
    help="The same seed makes the same papers.",
)
def corpus(folder: Path, per_kind: int, seed: int) -> None:
    """Write invented Indonesian documents and their text into FOLDER: letters, tables, cards; worn,
    turned, photographed.
    """
    count = sum(1 for _ in load_corpus.write(folder, per_kind=per_kind, seed=seed))
    click.echo(f"{count} papers of {len(load_corpus.KINDS)} kinds in {folder}")


@bench.command()
@click.option(
    "--pages",
    default=20_000,
    show_default=True,
    type=click.IntRange(200, 5_000_000),
    help="Invented pages to search.",
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the pages there and leave them; the next time they are only searched.",
)
@reported
def search(pages: int, keep: Path | None) -> Report:
    """Search among N pages as three people see them: frequent and rare words, phrases, letter
    numbers, NIK, plates, dates.
    """
    found = load_search.measure(pages, keep=keep, notice=_notice)
    return Report(found.as_dict(), _table(found.as_dict() | found.details()))


@bench.command()
@click.option(
    "--events",
    default=1_000_000,
    show_default=True,
    type=click.IntRange(1_000, 20_000_000),
    help="Events in the log.",
)
@reported
def heatmap(events: int) -> Report:
    """Read the page of a process with N events in its log, for several periods and readers, and the
    lists behind its figures.
    """
    found = load_search.measure_heatmap_bench(events, notice=_notice)
    return Report(found.as_dict(), _table({**found.as_dict(), **found.by_page}))


def _notice(text: str) -> None:
    click.echo(f"  {text}", err=True)


def _table(figures: Mapping[str, object]) -> list[str]:
    return [f"{name:<24} {value}" for name, value in figures.items()]


MANY = 10
"""Faults shown as sentences; the others are counted."""


@click.command()
@click.option(
    "--kills",
    default=10,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="How many processes die.",
)
@click.option("--seed", type=int, help="Repeats an order of targets.  [default: by chance]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
def chaos(kills: int, seed: int | None, as_json: bool) -> None:
    """Kill web server, worker, database and object store of a throw-away site under load, then
    audit it.

    Exit 1 when anything that was acknowledged is lost, anything was done twice, the site disagrees
    with itself, or too little was done to prove anything.
    """
    signal.signal(signal.SIGTERM, _stop)
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    try:
        report = trial.run(kills, chosen, lambda sentence: click.echo(f"  {sentence}", err=as_json))
    except StackError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(report.as_dict()) if as_json else _told(report))
    if not report.is_clean:
        raise click.exceptions.Exit(1)


def _told(report: trial.Report) -> str:
    targets = ", ".join(f"{target} {count}" for target, count in sorted(report.by_target.items()))
    lines = [
        f"{report.kills} kills in {report.seconds:.0f} s (seed {report.seed}): {targets}",
        f"{report.cases} cases, {report.letters} letters, {report.handed_over} handed over, "
        f"{report.acknowledged} acknowledgements, {report.retried} requests repeated",
        f"well again after {report.recovery_p50_s:.1f} s (p50), {report.recovery_p95_s:.1f} s "
        "(p95), "
        f"{report.recovery_max_s:.1f} s at most; the last job ended after {report.drain_s:.1f} s",
        (
            f"{report.lost} lost, {report.doubled} doubled, {report.gaps} gaps, "
            f"{len(report.faults)} faults in all"
        ),
    ]
    lines += [
        f"  {fault['kind']}: {fault['where']}: {fault['sentence']}"
        for fault in report.faults[:MANY]
    ]
    lines += [f"  complaint: {complaint}" for complaint in report.complaints[:MANY]]
    if not report.is_telling:
        lines.append("  too little was done under these deaths to prove anything")
    return "\n".join(lines)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
