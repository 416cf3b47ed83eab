"""`archive add|verify|look-again|export|import`: documents without a case, their verification, and
their exchange between installations.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import click

from workflow_app.cli.site import connected, settings
from workflow_app.domain import SYSTEM, AccessLevel, SentraError
from workflow_app.permissions import LEVELS
from workflow_app.services.documents import reading
from workflow_app.services.exports import bag_export, bag_import
from workflow_app.services.operations import archive_verification
from workflow_app.services.retention import holdings
from workflow_app.services.retention.holdings import Deposit

MISSING = "File tidak ditemukan."
NOT_A_FILE = "Ini bukan file biasa (perangkat, pipa, atau soket)."
UNREADABLE = "File tidak dapat dibuka. Periksa hak aksesnya."
STATUS_WIDTH = 9


@dataclass(frozen=True)
class _Found:
    """A path that was named or found in a folder; `fault` says why it cannot be read."""

    path: str
    fault: str = ""


@click.group()
def archive() -> None:
    """The archive: documents and their fixity."""


@archive.command("add")
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option(
    "--level",
    type=click.Choice(list(LEVELS)),
    default="biasa",
    show_default=True,
    help="Access level; that of a known paper is raised to it, never lowered.",
)
@click.option(
    "--label",
    type=click.Choice(holdings.LABELS),
    default=holdings.LABEL,
    show_default=True,
    help="What the papers are called.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each file.")
def add(paths: tuple[str, ...], level: str, label: str, as_json: bool) -> None:
    """Add files, and all files below folders. Each is reported: stored, duplicate or refused."""
    limit = settings().max_upload_mb
    with _failing_plainly(), connected().begin(SYSTEM) as work:
        holdings.prepare(work)
    counts = {"stored": 0, "duplicate": 0, "refused": 0}
    for named in paths:
        for found in _files(named):
            answer = _deposit(found, limit, LEVELS[level], label)
            counts[answer.status] += 1
            click.echo(_line(found.path, answer, as_json))
    if not as_json:
        click.echo(", ".join(f"{count} {status}" for status, count in counts.items()))


@archive.command("verify")
def verify() -> None:
    """Read every blob back and hash it again, compare the legal holds, and test the locks of the
    store.

    The result is an event. Holds changed by somebody else are corrected. Exit 1 if anything failed.
    """
    with _failing_plainly():
        for found in archive_verification.verify(connected()):
            if isinstance(found, holdings.Fixity):
                click.echo(f"{found.sha256} {found.state}")
            elif isinstance(found, holdings.Difference):
                click.echo(
                    f"paper {found.document_id} "
                    f"{'was not held' if found.should_be_held else 'was held'}"
                )
            else:
                _conclude(found)


@archive.command("look-again")
def look_again() -> None:
    """Compare the looks of documents that were read before looks were stored, to find
    second scans.
    """
    papers = pages = 0
    with _failing_plainly():
        for _, looked_at in reading.look_again(connected()):
            papers, pages = papers + 1, pages + looked_at
    click.echo(f"{pages} pages of {papers} papers")


@archive.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--case", "numbers", multiple=True, help="Number of a case: all its papers.")
@click.option("--document", "ids", multiple=True, type=click.UUID, help="Id of a paper.")
@click.option(
    "--up-to",
    type=click.Choice(list(LEVELS)),
    default="biasa",
    show_default=True,
    help="Highest access level.",
)
def export(folder: Path, numbers: tuple[str, ...], ids: tuple[UUID, ...], up_to: str) -> None:
    """Write documents into a new FOLDER that opens and verifies without this program (a BagIt bag).
    The export is on record.
    """
    with _failing_plainly(), connected().begin(SYSTEM) as work:
        done = bag_export.export(
            work, folder, case_numbers=numbers, document_ids=ids, up_to=LEVELS[up_to]
        )
    click.echo(
        f"{done.papers} papers in bag {done.bag_id}, {done.left_out} left out by their access level"
    )


@archive.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def take_in(folder: Path) -> None:
    """Verify a bag that was exported elsewhere and add its documents, all or none of them."""
    if faults := bag_import.check(folder):
        raise click.ClickException("\n".join([*faults, "Tas ini tidak diterima."]))
    with _failing_plainly(), connected().begin(SYSTEM) as work:
        holdings.prepare(work)
        taken = bag_import.take_in(work, folder)
    for paper in taken:
        click.echo(
            f"{paper.document_id} {paper.sha256} {'duplicate' if paper.is_duplicate else 'stored'}"
        )
    click.echo(f"{len(taken)} papers taken in")


def _conclude(found: archive_verification.Findings) -> None:
    click.echo(f"{found.read} blobs read, {len(found.wrong)} not intact")
    click.echo(f"{len(found.differences)} legal holds corrected")
    if found.lock is not None:
        verdict = "holds" if found.lock.holds else "DOES NOT HOLD"
        click.echo(f"object lock {verdict}: {_lock_facts(found.lock)}")
    if not found.is_sound:
        raise click.exceptions.Exit(1)


def _lock_facts(lock: holdings.WormVerdict) -> str:
    """Return what was tried on an object made for the test. The keys of a site should not be able
    to bypass the lock.
    """
    return ", ".join(
        f"{tried} {'refused' if is_refused else 'ALLOWED'}"
        for tried, is_refused in (
            ("overwriting", lock.overwrite_kept),
            ("deleting", lock.delete_refused),
            ("shortening", lock.shorten_refused),
            ("bypassing", lock.bypass_refused),
        )
    )


def _files(named: str) -> Iterator[_Found]:
    """Yield the named file, or every file below the folder; links to folders are not followed."""
    path = Path(named)
    try:
        if path.is_dir():
            yield from _below(named)
        elif path.is_file():
            yield _Found(named)
        else:
            yield _Found(named, NOT_A_FILE if os.path.lexists(named) and path.exists() else MISSING)
    except (OSError, ValueError):
        yield _Found(named, UNREADABLE)


def _below(folder: str) -> Iterator[_Found]:
    closed: list[str] = []
    for place, folders, names in os.walk(
        folder, onerror=lambda error: closed.append(str(error.filename))
    ):
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            if path.is_file():
                yield _Found(str(path))
            else:
                yield _Found(str(path), NOT_A_FILE if path.exists() else MISSING)
    for place in closed:
        yield _Found(place, UNREADABLE)


def _deposit(found: _Found, max_megabytes: int, level: AccessLevel, label: str) -> Deposit:
    """Add one file in one transaction, so that a failure of a later file takes back nothing."""
    if found.fault:
        return Deposit("refused", reason=found.fault)
    try:
        with Path(found.path).open("rb") as stream:
            too_large = holdings.refuse_size(os.fstat(stream.fileno()).st_size, max_megabytes)
            # Read no more than the limit, even if the file grows meanwhile.
            data = b"" if too_large else stream.read(max_megabytes * 1_000_000 + 1)
    except (OSError, ValueError):
        return Deposit("refused", reason=UNREADABLE)
    if too_large:
        return too_large
    with _failing_plainly(), connected().begin(SYSTEM) as work:
        return holdings.deposit(work, data, max_megabytes=max_megabytes, level=level, label=label)


def _line(path: str, answer: Deposit, as_json: bool) -> str:
    if as_json:
        return json.dumps(
            {
                "file": path,
                "status": answer.status,
                "document_id": str(answer.document_id) if answer.document_id else None,
                "pages": answer.pages,
                "reason": answer.reason or None,
            }
        )
    return (
        f"{answer.status:<{STATUS_WIDTH}} "
        f"{_shown(path)}{': ' + answer.reason if answer.reason else ''}"
    )


def _shown(path: str) -> str:
    """Return a path with control characters as codes; a file name may contain line ends and
    terminal commands.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in path)


@contextmanager
def _failing_plainly() -> Iterator[None]:
    try:
        yield
    except SentraError as error:
        raise click.ClickException(
            f"{error.sentence} ({error.detail})" if error.detail else error.sentence
        ) from error
