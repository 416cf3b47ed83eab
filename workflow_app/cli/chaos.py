"""`chaos`: does anything get lost when processes die at random moments? A trial on a throw-away site."""

import json
import secrets
import signal
from types import FrameType

import click

from workflow_app.local_stack import StackError
from workflow_app.trials import chaos as trial

MANY = 10
"""Faults shown as sentences; the rest is counted."""


@click.command()
@click.option(
    "--kills", default=10, show_default=True, type=click.IntRange(1, 10_000), help="How many processes die."
)
@click.option("--seed", type=int, help="Repeats an order of targets.  [default: by chance]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
def chaos(kills: int, seed: int | None, as_json: bool) -> None:
    """Kill web server, worker, database and object store of a throw-away site under load, then audit it.

    Exit 1 when anything that was acknowledged is lost, anything was done twice, the site disagrees with itself, or too
    little was done to prove anything.
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
        f"well again after {report.recovery_p50_s:.1f} s (p50), {report.recovery_p95_s:.1f} s (p95), "
        f"{report.recovery_max_s:.1f} s at most; the last job ended after {report.drain_s:.1f} s",
        f"{report.lost} lost, {report.doubled} doubled, {report.gaps} gaps, {len(report.faults)} faults in all",
    ]
    lines += [f"  {fault['kind']}: {fault['where']}: {fault['sentence']}" for fault in report.faults[:MANY]]
    lines += [f"  complaint: {complaint}" for complaint in report.complaints[:MANY]]
    if not report.is_telling:
        lines.append("  too little was done under these deaths to prove anything")
    return "\n".join(lines)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
