"""`config list|show|set|withdraw|check|export|import`: the office settings, such as signatory,
letterhead, targets, calendars, numbers and duty roster.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from workflow_app.cli.site import connected
from workflow_app.domain import SYSTEM, WITA, Actor, SentraError
from workflow_app.services.accounts import users
from workflow_app.services.calendars import calendars
from workflow_app.services.letters import letters
from workflow_app.services.office_settings import configuration, configuration_keys
from workflow_app.services.office_settings_admin import configuration_files
from workflow_app.services.roster import rosters

KEY_WIDTH = 28
OWNER_WIDTH = 13
by_member = click.option(
    "--by", metavar="USERNAME", help="Who decides it; must be one of those who may change the key."
)


@click.group()
def config() -> None:
    """Office settings, each with the date from which it applies."""


@config.command("list")
def list_values() -> None:
    """Every key with the responsible role and the value in force."""
    with connected().begin(SYSTEM) as work:
        for entry in configuration.list_values(work):
            answers = configuration.owner(work, entry.key).answers
            click.echo(f"{entry.key:<{KEY_WIDTH}} {answers:<{OWNER_WIDTH}} {_written(entry.value)}")


@config.command("show")
@click.argument("key")
def show(key: str) -> None:
    """Meaning and owner of a key, then all its values, including future ones, oldest first."""
    try:
        with connected().begin(SYSTEM) as work:
            entries = configuration.history(work, key)
            owner = configuration.owner(work, key)
            may = ", ".join(
                configuration.role_label(work, role) for role in sorted(owner.may_change)
            )
            click.echo(configuration_keys.words(key))
            click.echo(
                f"Penanggung jawab: {configuration.role_label(work, owner.answers)}. Boleh "
                f"mengubah: {may}."
            )
            for entry in entries:
                click.echo(f"{_since(entry.valid_from):<{KEY_WIDTH}} {_written(entry.value)}")
    except SentraError as error:
        raise click.ClickException(error.sentence) from error


@config.command("set")
@click.argument("key")
@click.argument("value", metavar="JSON")
@click.option(
    "--from", "start", metavar="ISO-DATETIME", help="Holds from then on (WITA); now when left out."
)
@by_member
def set_value(key: str, value: str, start: str | None, by: str | None) -> None:
    """Set a value from now or from a given instant on. Issued letters keep their values."""
    new, begin = _read(value), _instant(start)
    try:
        with connected().begin(_actor(by)) as work:
            valid_from = begin or work.clock()
            configuration.set_value(work, key, new, valid_from)
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    click.echo(f"{key} {_written(new)} from {_since(valid_from)}")


@config.command("withdraw")
@click.argument("key")
@click.option(
    "--from",
    "start",
    metavar="ISO-DATETIME",
    required=True,
    help="From when on it was to hold (WITA).",
)
@by_member
def withdraw(key: str, start: str, by: str | None) -> None:
    """Withdraw a future value; the one before it stays in force."""
    begin = _instant(start)
    try:
        with connected().begin(_actor(by)) as work:
            configuration.withdraw(work, key, begin or work.clock())
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    click.echo(f"{key} from {start} withdrawn")


@config.command("check")
def check() -> None:
    """List the missing settings. Exit 1 when something is missing."""
    with connected().begin(SYSTEM) as work:
        examples = letters.example_signatories(work)
        gaps = calendars.gaps(work)
        doubts = rosters.doubts(work)
    for key in examples:
        click.echo(
            f"{key}: masih contoh, jadi suratnya tidak terbit. Isi dengan ./spkt config set "
            f"{key} ..."
        )
    for gap in gaps:
        click.echo(
            f"kalender.{gap.name}: hari libur {gap.year} belum dipastikan. Cocokkan dengan "
            "SKB 3 Menteri, isi libur dan "
            f"masuk bila berbeda, lalu tambahkan {gap.year} pada tahun_terverifikasi, berlaku "
            "mulai sekarang."
        )
        for doubt in gap.doubts:
            click.echo(f"  {doubt}")
    for shift in doubts:
        click.echo(shift.sentence)
    if examples or gaps or doubts:
        raise SystemExit(1)
    click.echo("Nothing is missing.")


@config.command("export")
@click.argument(
    "file", type=click.Path(dir_okay=False, writable=True, allow_dash=True), default="-"
)
def export(file: str) -> None:
    """Write all values with their dates as JSON to FILE, or to standard output."""
    with connected().begin(SYSTEM) as work:
        text = configuration_files.export(work)
    with click.open_file(file, "w", encoding="utf-8") as target:
        target.write(text)


@config.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_member
def import_file(file: Path, by: str | None) -> None:
    """Set the values of FILE that are not set yet. Nothing is set when anything in it is wrong."""
    try:
        text = file.read_text(encoding="utf-8")
        with connected().begin(_actor(by)) as work:
            new = configuration_files.take_in(work, text)
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read as UTF-8 text.") from error
    except SentraError as error:
        raise click.ClickException(error.sentence) from error
    for entry in new:
        click.echo(f"{entry.key} {_written(entry.value)} from {_since(entry.valid_from)}")
    click.echo(f"{len(new)} set")


def _actor(username: str | None) -> Actor:
    """Return the named user, or without a name the operator of the server."""
    if username is None:
        return SYSTEM
    with connected().begin(SYSTEM) as work:
        return users.actor_named(work, username)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.ClickException(
            f"{text} is no JSON. Text needs quotes inside of quotes: '\"Kandangan\"'"
        ) from error


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=WITA)
    except ValueError as error:
        raise click.ClickException(
            f"{text} is no ISO date and time, such as 2026-12-01T00:00"
        ) from error


def _since(valid_from: datetime) -> str:
    return valid_from.astimezone(WITA).strftime("%Y-%m-%d %H:%M WITA")


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
