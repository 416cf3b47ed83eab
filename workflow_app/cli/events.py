"""`events export`: the event log for tools of process mining."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from workflow_app.cli.site import connected
from workflow_app.errors import SentraError
from workflow_app.services.measuring import event_files
from workflow_app.services.measuring.event_export import Selection
from workflow_app.services.measuring.process_heat import Period
from workflow_app.types import SYSTEM, WITA

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def events() -> None:
    """The event log: which element of which case was entered and left when."""


@events.command()
@click.option(
    "--format", "form", type=click.Choice(list(event_files.FORMS)), default="xes", show_default=True
)
@click.option(
    "--process", "processes", multiple=True, help="Key of a process; may be repeated. All by default."
)
@click.option("--from", "first", type=DAY, help="First day (WITA) on which the cases began.")
@click.option("--to", "last", type=DAY, help="Last such day.")
@click.option("--all", "everything", is_flag=True, help="Also confined cases and those behind a wall.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(
    form: str,
    processes: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    everything: bool,
    file: Path,
) -> None:
    """Write the log to FILE: XES (IEEE 1849) or OCEL 2.0 (JSON). No persons, no answers; memory does not grow.

    FILE is complete or not there. The export is on record.
    """
    period = None
    if first is not None or last is not None:
        today = datetime.now(WITA).date()
        period = Period(first.date() if first else date(2000, 1, 1), last.date() if last else today)
        if period.last < period.first or period.last > today + timedelta(days=1):
            raise click.UsageError("--to is before --from, or in the future")
    beside = file.with_name(f".{file.name}.part")
    try:
        with connected().begin(SYSTEM) as work, beside.open("wb") as out:
            out.writelines(event_files.export(work, Selection(processes, period, everything), form))
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)
    click.echo(f"{file}: {file.stat().st_size} bytes")
