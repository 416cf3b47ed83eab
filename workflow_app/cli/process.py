"""`process list|show|lint|coverage|deploy|move|move-back`: the processes of the release and of the
database. `clauses`: the SOP clause by clause with its implementation and proof, and the record in
the release. `sktlk requirements`: the table of SOP IV.8, from the decision table of the process.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from uuid import UUID, uuid4

import click

from workflow_app.cli.site import connected, processes_dir
from workflow_app.domain import SYSTEM, InvalidDefinition, InvalidInput, SentraError
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.forms import requirements
from workflow_app.services.processes import clauses as process_clauses
from workflow_app.services.processes import definitions
from workflow_app.services.processes.clauses import Verdict
from workflow_app.services.processes.definitions import check_blocks, check_folder, check_kinship
from workflow_app.services.workflow import version_migration, version_migration_preview


@click.group()
def process() -> None:
    """The SOP as executable processes."""


def folders(names: tuple[str, ...]) -> list[Path]:
    """Return process folders by name or path; all of the release when none is named."""
    root = processes_dir()
    if not names:
        return sorted(path.parent for path in root.glob("*/process.bpmn"))
    found = []
    for name in names:
        path = Path(name) if Path(name).is_dir() else root / name
        if not (path / "process.bpmn").is_file():
            raise click.ClickException(f"{name} is no process folder: it has no process.bpmn")
        found.append(path)
    return found


@process.command("lint")
@click.argument("names", nargs=-1)
def lint_folders(names: tuple[str, ...]) -> None:
    """Check process folders (all when none is named); exit 1 if the linter finds anything.

    References between them are checked once each is valid. With all folders the use of shared
    blocks is checked too.
    """
    count = 0
    found = {folder: check_folder(folder) for folder in folders(names)}
    release = [
        path for path in folders(()) if not (found[path] if path in found else check_folder(path))
    ]
    for folder, findings in found.items():
        findings = findings or check_kinship(folder, release)
        count += len(findings)
        for finding in findings:
            click.echo(f"{folder.name}: {finding}")
        if not findings:
            click.echo(f"{folder.name}: ok")
    unused = check_blocks(processes_dir()) if not names else []
    for finding in unused:
        click.echo(f"shared: {finding}")
    if count or unused:
        raise click.exceptions.Exit(1)


@process.command("list")
def list_deployed() -> None:
    """Current version of every deployed process."""
    with connected().begin(SYSTEM) as work:
        for item in definitions.list_current(work):
            click.echo(f"{item.key:<16} v{item.version:<4} {item.content_hash[:12]}  {item.name}")


@process.command("show")
@click.argument("name")
def show(name: str) -> None:
    """Elements of a process of the release with role and requirement numbers."""
    try:
        definition = definitions.read(folders((name,))[0])
    except InvalidDefinition as error:
        raise click.ClickException(error.detail) from error
    kinds = Counter(element.kind for element in definition.elements.values())
    click.echo(f"{definition.key}: {definition.name}  ({definition.hash[:12]})")
    click.echo("  " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    for element in definition.elements.values():
        click.echo(
            f"  {element.id:<26} {element.role:<10} {' '.join(element.clauses):<20} {element.name}"
        )


@process.command("coverage")
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def cover(names: tuple[str, ...], as_json: bool) -> None:
    """Coverage of the scenarios: sequence flows, boundary events, rows of decision tables.

    Scenarios of all processes are played, because they call each other; NAMES selects the output.
    Exit 1 below 100 %.
    """
    shown = {folder.name for folder in folders(names)}
    found = [one for one in definitions.coverage_of(folders(())) if one.key in shown]
    if as_json:
        click.echo(json.dumps({one.key: one.as_dict() for one in found}, indent=2))
    else:
        for one in found:
            click.echo(f"{one.key}: {one.scenarios} scenarios")
            for kind, share in one.shares.items():
                click.echo(f"  {kind:<16} {share.percent:6.1f} %  of {share.total}")
                for missing in share.missing:
                    click.echo(f"    never taken: {missing}")
    if not all(one.is_complete for one in found):
        raise click.exceptions.Exit(1)


@process.command("deploy")
@click.argument("names", nargs=-1)
@click.option(
    "--preview",
    is_flag=True,
    help="Deploy nothing; say what differs and which running cases could be moved.",
)
def deploy(names: tuple[str, ...], preview: bool) -> None:
    """Make the folders (all when none is named) the current versions. Running cases keep their
    version until they are moved.
    """
    for folder in folders(names):
        if preview:
            _foretell(folder)
            continue
        try:
            with connected().begin(SYSTEM) as work:
                done = definitions.deploy(work, folder)
        except InvalidDefinition as error:
            raise click.ClickException(f"{folder.name} was not deployed: {error.detail}") from error
        click.echo(f"{done.key}: version {done.version} ({'new' if done.is_new else 'unchanged'})")


def _foretell(folder: Path) -> None:
    findings = check_folder(folder)
    for finding in findings:
        click.echo(f"{folder.name}: would not be deployed: {finding}")
    if findings:
        return
    with connected().begin(SYSTEM) as work:
        found = version_migration_preview.preview_of(work, folder)
    click.echo(f"{folder.name}: {found.differences} differences from the current version")
    for standing in found.standings:
        version = standing.version.version
        click.echo(
            f"  version {version}: {standing.running} running, {len(standing.movable)} can be moved"
        )
        for sentence, count in standing.reasons.most_common():
            click.echo(f"    {count} stay: {sentence}")
        for step, count in standing.skipped.most_common():
            click.echo(f"    {count} will not do the new step: {step}")


@process.command("move")
@click.argument("key")
@click.option("--to", "version", type=int, required=True, help="Version to move to.")
@click.option("--reason", required=True, help="Why; it is kept with the order.")
@click.option(
    "--case",
    "numbers",
    multiple=True,
    help="Number of a case; all that can be moved when none is named.",
)
def move(key: str, version: int, reason: str, numbers: tuple[str, ...]) -> None:
    """Move running cases to a version of their process, including those behind walls. A moved case
    can return until it has taken a step.
    """
    works = connected()
    with told(), works.begin(SYSTEM) as work:
        chosen = version_migration_preview.numbered(work, key, numbers) if numbers else None
        order = version_migration.order(work, key, version, chosen, reason, str(uuid4()))
    _carry_out(works, key, order)


@process.command("move-back")
@click.argument("key")
@click.argument("order", type=click.UUID)
@click.option("--reason", required=True, help="Why; it is kept with the order.")
def move_back(key: str, order: UUID, reason: str) -> None:
    """Revert an order: its cases return to their former version, except those that have taken a
    step.
    """
    works = connected()
    with told(), works.begin(SYSTEM) as work:
        back = version_migration.order_back(work, order, None, reason, str(uuid4()))
    _carry_out(works, key, back)


def _carry_out(works: Works, key: str, order: UUID) -> None:
    with told():
        version_migration.carry_out(works, order)
    with works.begin(SYSTEM) as work:
        done = next(given for given in version_migration.of_process(work, key) if given.id == order)
    click.echo(f"order {order}: {done.counts['moved']} moved, {done.counts['refused']} stayed")
    for sentence, count in done.refusals:
        click.echo(f"  {count}: {sentence}")


@contextmanager
def told() -> Iterator[None]:
    """Convert failures into errors of the command."""
    try:
        yield
    except InvalidInput as error:
        raise click.ClickException(" ".join(error.fields.values()) or error.sentence) from error
    except SentraError as error:
        raise click.ClickException(error.sentence) from error


ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "clauses.md"
RECORD = ROOT / "processes" / process_clauses.FILE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--write", is_flag=True, help="Write docs/clauses.md anew.")
@click.option("--record", is_flag=True, help="Write processes/clauses.json, as an image does.")
def clauses(*, as_json: bool, write: bool, record: bool) -> None:
    """Requirements with their process elements, scenarios and tests; the scenarios are played. Exit
    1 when one fails or has no implementation.
    """
    is_written = write or record
    release = ROOT / "processes" if is_written else processes_dir()
    found = process_clauses.proofs(release, ROOT / "tests", play=not is_written)
    if write:
        _write(PAGE, process_clauses.as_page(found))
    if record:
        _write(RECORD, process_clauses.make(RECORD.parent, found))
    if is_written:
        return
    if as_json:
        click.echo(json.dumps([proof.as_dict() for proof in found], indent=2, ensure_ascii=False))
    else:
        for proof in found:
            figures = (
                f"{len(proof.elements)} elements, {len(proof.scenarios)} scenarios, "
                f"{len(proof.tests)} tests"
            )
            click.echo(f"{proof.clause.id:<4} {proof.verdict:<9} {figures:<42} {proof.clause.text}")
            if proof.clause.lacking:
                click.echo(f"     lacking: {proof.clause.lacking}")
            for name in proof.failed:
                click.echo(f"     failed: {name}")
        counted = Counter(proof.verdict for proof in found)
        click.echo(
            ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict) + f" of {len(found)}"
        )
    if any(proof.verdict in (Verdict.FAILS, Verdict.OPEN) for proof in found):
        raise click.exceptions.Exit(1)


def page_faults() -> list[str]:
    """Return what is wrong with docs/clauses.md."""
    expected = process_clauses.as_page(process_clauses.proofs(ROOT / "processes", ROOT / "tests"))
    if PAGE.is_file() and PAGE.read_text("utf-8") == expected:
        return []
    return [f"{PAGE.relative_to(ROOT)} is stale: ./spkt clauses --write"]


def _write(path: Path, content: str) -> None:
    path.write_text(content, "utf-8")
    click.echo(f"{path.relative_to(ROOT)} is written")


@click.group()
def sktlk() -> None:
    """Surat Keterangan Tanda Lapor Kehilangan."""


@sktlk.command("requirements")
@click.option("--json", "as_json", is_flag=True, help="One JSON array instead of a table.")
def list_requirements(as_json: bool) -> None:
    """Required documents for each of the 13 kinds."""
    kinds = requirements.table(definitions.read(processes_dir() / "sktlk"))
    if as_json:
        click.echo(json.dumps([asdict(kind) for kind in kinds], ensure_ascii=False, indent=2))
        return
    for kind in kinds:
        click.echo(f"\n{kind.label} ({kind.code})")
        for number, line in enumerate(kind.lines, start=1):
            facts = [line.form_label]
            if line.minimum > 1:
                facts.append(f"paling sedikit {line.minimum}")
            if line.issuer:
                facts.append(f"dari {line.issuer}")
            if line.condition:
                facts.append(line.condition)
            if line.soft:
                facts.append("dapat dikecualikan Ka SPKT")
            click.echo(f"  {number:>2}. {line.evidence}: {'; '.join(facts)}")
    click.echo(f"\n{len(kinds)} jenis, {sum(len(kind.lines) for kind in kinds)} persyaratan")
