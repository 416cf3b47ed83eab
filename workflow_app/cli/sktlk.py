"""`sktlk requirements`: the table of SOP IV.8, from the decision table that the process itself runs."""

import json
from dataclasses import asdict

import click

from workflow_app.cli.site import processes_dir
from workflow_app.services.forms import requirements
from workflow_app.services.sop import processes


@click.group()
def sktlk() -> None:
    """Surat Keterangan Tanda Lapor Kehilangan."""


@sktlk.command("requirements")
@click.option("--json", "as_json", is_flag=True, help="One JSON array instead of a table.")
def list_requirements(as_json: bool) -> None:
    """What a citizen must bring, for each of the 13 kinds."""
    kinds = requirements.table(processes.read(processes_dir() / "sktlk"))
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
