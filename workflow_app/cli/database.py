"""`db upgrade|current|beats|jobs|verify` and `seed`: the tables, their first contents, and their
consistency. `audit verify|checkpoint`: the audit log. `events export`: the event log for process
mining tools.
"""

import json
import os
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from workflow_app.cli.site import connected, settings
from workflow_app.domain import SYSTEM, WITA, SentraError
from workflow_app.migrations import commands
from workflow_app.services.core import figures, jobs
from workflow_app.services.core.jobs import Job
from workflow_app.services.core.unit_of_work import verify_chains
from workflow_app.services.demo import seeding
from workflow_app.services.exports import event_log
from workflow_app.services.exports.event_log import Selection
from workflow_app.services.operations import checkpoints, consistency, health
from workflow_app.services.reporting.process_figures import Period


@click.group("db")
def database() -> None:
    """The database's tables."""


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest revision."""
    commands.upgrade(settings().sqlalchemy_url)
    click.echo(f"database is at revision {commands.head()}")


@database.command("current")
def current() -> None:
    """Revision of the database and of this code."""
    click.echo(
        f"database {commands.current(settings().sqlalchemy_url) or 'empty'}, code {commands.head()}"
    )


@database.command("beats")
def beats() -> None:
    """Heartbeats of the background process. Exit 1 when one of its parts stands still."""
    try:
        with connected().begin(SYSTEM) as work:
            parts = [part for part in health.beats(work) if part.name in health.BEATS]
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    for part in parts:
        seconds = part.facts["age_seconds"]
        click.echo(
            f"{part.name}: {part.state}, {'never seen' if seconds is None else f'{seconds} s ago'}"
        )
    if any(part.state != health.OK for part in parts):
        raise click.exceptions.Exit(1)


@database.command("jobs")
def show_jobs() -> None:
    """Every background job: when it runs, when it is retried, how many wait or failed."""
    try:
        with connected().begin(SYSTEM) as work:
            found = figures.jobs_by_name(work)
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    declared = jobs.all_jobs()
    for name, count in found.items():
        counted = f"{count.due} due, {count.later} later, {count.failed} failed"
        if name in declared:
            line = f"{_when(declared[name]):<44} {counted:<28} {declared[name].label}"
        else:
            line = f"{'not known to this release':<44} {counted}"
        click.echo(f"{name:<15} {line}")


def _when(declared: Job) -> str:
    """Return the queue of a job, and when it runs or is retried."""
    if declared.retry is None:
        return f"{declared.queue}, at {declared.cron}"
    retry = declared.retry
    return f"{declared.queue}, {retry.tries} tries {retry.first} to {retry.longest} s apart"


@database.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
def verify(as_json: bool) -> None:
    """Check the consistency of the installation: cases, jobs, numbers, bytes, audit log. Exit 1
    with the faults.
    """
    key = checkpoints.public_key_of(settings().audit_signing_key_bytes)
    try:
        faults = consistency.check_site(connected(), key)
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    if as_json:
        click.echo(json.dumps({"faults": [asdict(fault) for fault in faults]}))
    else:
        for fault in faults:
            click.echo(f"{fault.kind}: {fault.where}: {fault.sentence}")
        click.echo(f"{len(faults)} faults" if faults else "everything agrees")
    if faults:
        raise click.exceptions.Exit(1)


@click.command("seed")
@click.option(
    "--demo/--no-demo",
    default=False,
    help="Also make demo accounts and cases, on an empty database.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
def seed(demo: bool, as_json: bool) -> None:
    """Deploy the processes that come with the release; with --demo also invented people and
    cases.
    """
    works = connected()
    works.blobs.ensure_bucket()
    with works.begin(SYSTEM) as work:
        deployed = seeding.deploy_all(work, settings().processes_dir)
    found = settings()
    logins = seeding.demo(works, found.processes_dir, found.public_url) if demo else []
    if as_json:
        click.echo(
            json.dumps(
                {
                    "processes": [f"{item.key} v{item.version}" for item in deployed],
                    "logins": [
                        {"username": login.username, "password": login.password, "role": login.role}
                        for login in logins
                    ],
                }
            )
        )
        return
    for item in deployed:
        click.echo(f"process {item.key}: version {item.version}{' (new)' if item.is_new else ''}")
    for login in logins:
        click.echo(f"demo login {login.username:<16} {login.password}   {login.role}")


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
def verify_audit() -> None:
    """Recompute all chains and all signed checkpoints; exit 1 with the faults."""
    public_key = checkpoints.public_key_of(settings().audit_signing_key_bytes)
    wrong = 0
    try:
        with connected().begin(SYSTEM) as work:
            for check in (verify_chains(work), checkpoints.verify_checkpoints(work, public_key)):
                for finding in check:
                    wrong += 1
                    click.echo(f"{finding.chain} at {finding.position}: {finding.reason}")
            covered = checkpoints.coverage(work)
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    click.echo(
        (
            f"{covered.events} events, {covered.anchored} under {covered.checkpoints} signed "
            "checkpoints: "
        )
        + (f"{wrong} findings" if wrong else "nothing was changed")
    )
    if wrong:
        raise click.exceptions.Exit(1)


@audit.command("checkpoint")
def checkpoint() -> None:
    """Sign the events since the last checkpoint."""
    key = settings().audit_signing_key_bytes
    try:
        with connected().begin(SYSTEM) as work:
            made = checkpoints.make_checkpoint(work, key)
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    if made is None:
        click.echo("no new events")
    else:
        click.echo(f"checkpoint {made.id}: {made.events} events, root {made.root.hex()}")


DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def events() -> None:
    """The event log: which element of which case was entered and left when."""


@events.command()
@click.option(
    "--format", "form", type=click.Choice(list(event_log.FORMS)), default="xes", show_default=True
)
@click.option(
    "--process",
    "processes",
    multiple=True,
    help="Key of a process; may be repeated. All by default.",
)
@click.option("--from", "first", type=DAY, help="First day (WITA) on which the cases began.")
@click.option("--to", "last", type=DAY, help="Last such day.")
@click.option(
    "--all", "everything", is_flag=True, help="Also confined cases and those behind a wall."
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(
    form: str,
    processes: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    everything: bool,
    file: Path,
) -> None:
    """Write the log to FILE: XES (IEEE 1849) or OCEL 2.0 (JSON). No persons, no answers.

    Memory does not grow. FILE is complete or absent. The export is on record.
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
            out.writelines(event_log.export(work, Selection(processes, period, everything), form))
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
