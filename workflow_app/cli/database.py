"""`db upgrade|current|beats|verify` and `seed`: the tables, what `./spkt run` puts there first, and whether all of it agrees."""

import json
from dataclasses import asdict

import click

from workflow_app.cli.site import connected, settings
from workflow_app.errors import SentraError
from workflow_app.migrations import commands
from workflow_app.services.running import seeding
from workflow_app.services.watching import checkpoints, consistency, health
from workflow_app.types import SYSTEM


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
    click.echo(f"database {commands.current(settings().sqlalchemy_url) or 'empty'}, code {commands.head()}")


@database.command("beats")
def beats() -> None:
    """Signs of life of the background process. Exit 1 when one of its parts stands still."""
    try:
        with connected().begin(SYSTEM) as work:
            parts = [part for part in health.beats(work) if part.name in health.BEATS]
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    for part in parts:
        seconds = part.facts["age_seconds"]
        click.echo(f"{part.name}: {part.state}, {'never seen' if seconds is None else f'{seconds} s ago'}")
    if any(part.state != health.OK for part in parts):
        raise click.exceptions.Exit(1)


@database.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
def verify(as_json: bool) -> None:
    """Whether the installation agrees with itself: cases, jobs, numbers, bytes, trail. Exit 1 with what does not hold."""
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
    "--demo/--no-demo", default=False, help="Also make demo accounts and cases, on an empty database."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
def seed(demo: bool, as_json: bool) -> None:
    """Deploy the processes that come with the release; with --demo also invented people and cases."""
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
