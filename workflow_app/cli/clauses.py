"""`clauses`: the SOP clause by clause, what carries it and what proves it."""

import json
from collections import Counter
from pathlib import Path

import click

from workflow_app.cli.site import processes_dir
from workflow_app.services.office import clauses as map_of
from workflow_app.services.office.clauses import Verdict

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "clauses.md"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--write", is_flag=True, help="Write docs/clauses.md anew.")
def clauses(*, as_json: bool, write: bool) -> None:
    """Requirement, process elements, scenarios and tests, and whether it holds; the scenarios are played.

    Exit 1 when one fails or is not carried yet.
    """
    found = map_of.proofs(processes_dir(), ROOT / "tests", play=not write)
    if write:
        PAGE.write_text(map_of.as_page(found), "utf-8")
        click.echo(f"{PAGE.relative_to(ROOT)} is written")
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
    """What is wrong with docs/clauses.md."""
    expected = map_of.as_page(map_of.proofs(processes_dir(), ROOT / "tests"))
    is_there = PAGE.is_file() and PAGE.read_text("utf-8") == expected
    return [] if is_there else ["docs/clauses.md is stale: ./spkt clauses --write"]
