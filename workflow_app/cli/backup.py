"""`backup` and `restore`: the whole installation to another disk, and back into an empty place."""

import base64
import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from workflow_app.backup import runs, snapshots
from workflow_app.backup.database import Programs
from workflow_app.backup.snapshots import BackupError, BackupFolder, Keys, Snapshot
from workflow_app.cli.site import choose_data_dir, connected, data_dir, is_embedded, settings
from workflow_app.domain import SentraError, Unavailable
from workflow_app.tools.embedded import object_store
from workflow_app.tools.embedded.postgres import client_programs
from workflow_app.tools.embedded.server_processes import StackError

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
KEYS = ("IDENTITY_KEY", "AUDIT_SIGNING_KEY")
SNAPSHOT = click.option(
    "--snapshot", "name", default="", help="Which snapshot.  [default: the newest]"
)


@click.command()
@FOLDER
@click.option(
    "--verify",
    is_flag=True,
    help=(
        "Take none; read one again, compare it with what was written, and set damaged objects "
        "aside."
    ),
)
@click.option("--list", "as_list", is_flag=True, help="Take none; list the snapshots in DIR.")
@SNAPSHOT
def backup(folder: Path, verify: bool, as_list: bool, name: str) -> None:
    """Back up database and objects into DIR, while the site works.

    Every run makes its own snapshot; objects that an earlier run kept are not copied again. The
    keys of the site are never included.
    """
    into = BackupFolder(folder)
    with _failing_plainly(into.path):
        if as_list:
            _list(into)
        elif verify:
            _verify(into, name)
        else:
            _take(into)


@click.command()
@FOLDER
@SNAPSHOT
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Where embedded servers will keep the data: a new folder.",
)
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(path_type=Path),
    help="secrets.env of the site that was backed up.",
)
@click.option(
    "--despite-damage",
    is_flag=True,
    help="Leave damaged objects out, name them, and put back all others.",
)
def restore(
    folder: Path, name: str, data: Path | None, keys_file: Path | None, despite_damage: bool
) -> None:
    """Restore a backup from DIR into an empty place, and verify it there; exit 1 when a check
    fails.
    """
    source = BackupFolder(folder)
    if data:
        choose_data_dir(data.expanduser().absolute())
    with _failing_plainly(source.path):
        snapshot = source.snapshot(name)
        click.echo(_line(snapshot))
        runs.refuse_newer(snapshot.manifest)
        if is_embedded():
            _place_keys(snapshot, keys_file)
        elif data or keys_file:
            raise BackupError(
                "DATABASE_URL and S3_ENDPOINT name the servers to restore to, and the keys "
                "come from the "
                "environment too: leave out --data and --keys, or unset them."
            )
        target = runs.Target(
            connected(), settings().database_dsn, settings().sqlalchemy_url, _keys()
        )
        verdict = runs.restore(
            target,
            source,
            snapshot,
            Programs(client_programs()),
            click.echo,
            despite_damage=despite_damage,
        )
    for finding in verdict.findings:
        click.echo(f"  {finding}")
    click.echo(
        (
            f"{verdict.events} events ({verdict.anchored} under signed checkpoints) and "
            f"{verdict.blobs} blobs verified: "
        )
        + (
            "the restored site is sound"
            if verdict.is_sound
            else f"{len(verdict.findings)} findings, NOT SOUND"
        )
    )
    if is_embedded() and (verdict.is_sound or despite_damage):
        click.echo(f"Start it with: ./spkt run --data {data_dir()}")
    if not verdict.is_sound:
        raise click.exceptions.Exit(1)


def _take(into: BackupFolder) -> None:
    began = time.monotonic()
    if is_embedded():
        _refuse_inside(into.path, data_dir().expanduser().resolve())
    report = runs.take(
        connected(), into, settings().database_dsn, _keys(), Programs(client_programs()), click.echo
    )
    manifest = report.snapshot.manifest
    seconds = time.monotonic() - began
    click.echo(_line(report.snapshot))
    click.echo(
        f"{report.tally.copied} objects ({report.tally.copied_bytes / 1e6:.1f} MB) copied, "
        f"the others were there; {seconds:.1f} s"
    )
    if report.tally.only_kept:
        click.echo(
            f"GONE FROM THE STORE, kept by an earlier run: {len(report.tally.only_kept)} "
            "objects. Run: ./spkt archive verify"
        )
    if manifest.lost:
        click.echo(
            f"LOST: the store has no right bytes for {len(manifest.lost)} objects, and no "
            "earlier run has them:"
        )
        for sha256 in manifest.lost[:20]:
            click.echo(f"  {sha256}")
    where = (
        f"in {data_dir() / object_store.FILE_NAME}"
        if is_embedded()
        else "in the environment of the site"
    )
    click.echo(
        f"NOT IN THE BACKUP: the keys, {where}. Without IDENTITY_KEY and AUDIT_SIGNING_KEY it "
        "cannot be restored:"
    )
    click.echo("keep a copy of them in a safe place, apart from the backup.")
    if manifest.lost:
        raise click.exceptions.Exit(1)


def _list(source: BackupFolder) -> None:
    for name in source.names():
        try:
            click.echo(_line(source.snapshot(name)))
        except BackupError as error:
            click.echo(f"snapshot {name}: {error}")


def _verify(source: BackupFolder, name: str) -> None:
    snapshot = source.snapshot(name)
    wrong = list(snapshots.check_files(snapshot))
    for problem in wrong:
        click.echo(f"  {problem}")
    damaged = []
    for entry, problem in () if wrong else source.damaged(snapshot):
        damaged.append(entry)
        click.echo(f"  object {entry.sha256} {problem}")
    if damaged:
        moved = source.set_aside(damaged)
        click.echo(f"{moved} damaged objects were moved to {source.aside}.")
        click.echo(
            "The next run copies what is missing again, while the site has it: ./spkt backup DIR"
        )
    count = len(wrong) + len(damaged)
    click.echo(
        f"{_line(snapshot)}: "
        + (f"{count} PARTS ARE NOT WHAT THEY WERE" if count else "all of it is what was written")
    )
    if count or snapshot.manifest.lost:
        raise click.exceptions.Exit(1)


def _line(snapshot: Snapshot) -> str:
    manifest = snapshot.manifest
    lost = f", {len(manifest.lost)} LOST" if manifest.lost else ""
    size = (manifest.object_bytes + sum(file.size for file in manifest.files.values())) / 1e6
    return (
        f"snapshot {snapshot.name}: revision {manifest.revision}, {manifest.objects} objects, "
        f"{size:.1f} MB{lost}"
    )


def _keys() -> Keys:
    found = settings()
    return Keys(found.identity_key_bytes, found.audit_signing_key_bytes)


def _refuse_inside(folder: Path, data: Path) -> None:
    if folder == data or data in folder.parents:
        raise BackupError(
            f"{folder} lies inside the data directory {data}: both would be lost together. "
            "Choose another disk."
        )


def _place_keys(snapshot: Snapshot, keys_file: Path | None) -> None:
    """Check and place the keys before a server starts, because it would create new ones that do not
    fit.
    """
    path = data_dir() / object_store.FILE_NAME
    if keys_file and path.exists():
        raise BackupError(f"{path} is there already. Leave out --keys, or choose another --data.")
    if keys_file and not keys_file.is_file():
        raise BackupError(f"{keys_file} is no file.")
    known = object_store.read(keys_file or path)
    missing = [
        name
        for name in KEYS
        if not (known.get(name) or os.environ.get(name) or os.environ.get(f"{name}_FILE"))
    ]
    if missing:
        raise BackupError(
            f"The backup holds no keys, and {path} does not give {' and '.join(missing)}. "
            "Name the secrets.env of the site that was backed up: --keys FILE."
        )
    if all(known.get(name) for name in KEYS):
        try:
            identity, signing = (base64.b64decode(known[name], validate=True) for name in KEYS)
            Keys(identity, signing).check(snapshot.manifest)
        except ValueError as error:
            raise BackupError(f"{keys_file or path} holds keys that are none.") from error
    if keys_file:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        object_store.write_private(path, keys_file.read_text(encoding="utf-8"))


@contextmanager
def _failing_plainly(place: Path) -> Iterator[None]:
    try:
        yield
    except (BackupError, StackError) as error:
        raise click.ClickException(str(error)) from error
    except Unavailable as error:
        raise click.ClickException(
            f"The database or the object store does not answer ({error.detail}). Nothing was "
            "finished; run it again."
        ) from error
    except SentraError as error:
        raise click.ClickException(f"{error.sentence} ({error.detail})") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise click.ClickException(
                f"The disk of {place} is full. No snapshot was made; what was copied is used "
                "by the next run."
            ) from error
        raise click.ClickException(f"{error.filename or place}: {error.strerror}") from error
