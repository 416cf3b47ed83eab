"""`clauses`: the SOP clause by clause, what carries it and what proves it; and the record of it that travels with the release."""

import json
from collections import Counter
from pathlib import Path

import click

from workflow_app.cli.site import processes_dir
from workflow_app.services.sop import clause_records
from workflow_app.services.sop import clauses as map_of
from workflow_app.services.sop.clauses import Proof, Verdict

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "clauses.md"
RECORD = ROOT / "processes" / clause_records.FILE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--write", is_flag=True, help="Write docs/clauses.md and processes/clauses.json anew.")
def clauses(*, as_json: bool, write: bool) -> None:
    """Requirement, process elements, scenarios and tests, and whether it holds; the scenarios are played.

    Exit 1 when one fails or is not carried yet.
    """
    release = ROOT / "processes" if write else processes_dir()
    found = map_of.proofs(release, ROOT / "tests", play=not write)
    if write:
        for path, content in _written(found).items():
            path.write_text(content, "utf-8")
            click.echo(f"{path.relative_to(ROOT)} is written")
        return
    if as_json:
        click.echo(json.dumps([proof.as_dict() for proof in found], indent=2, ensure_ascii=False))
    else:
        for proof in found:
            figures = (
                f"{len(proof.elements)} elements, {len(proof.scenarios)} scenarios, {len(proof.tests)} tests"
            )
            click.echo(f"{proof.clause.id:<4} {proof.verdict:<9} {figures:<42} {proof.clause.text}")
            if proof.clause.lacking:
                click.echo(f"     lacking: {proof.clause.lacking}")
            for name in proof.failed:
                click.echo(f"     failed: {name}")
        counted = Counter(proof.verdict for proof in found)
        click.echo(", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict) + f" of {len(found)}")
    if any(proof.verdict in (Verdict.FAILS, Verdict.OPEN) for proof in found):
        raise click.exceptions.Exit(1)


def page_faults() -> list[str]:
    """What is wrong with docs/clauses.md and with the record of the release."""
    expected = _written(map_of.proofs(ROOT / "processes", ROOT / "tests"))
    return [
        f"{path.relative_to(ROOT)} is stale: ./spkt clauses --write"
        for path, content in expected.items()
        if not path.is_file() or path.read_text("utf-8") != content
    ]


def _written(found: list[Proof]) -> dict[Path, str]:
    return {PAGE: map_of.as_page(found), RECORD: clause_records.make(RECORD.parent, found)}
