"""`bench`: how fast it is, on throw-away sites of this machine. Figures are printed, never judged: machines differ."""

import json
from collections.abc import Mapping

import click

from workflow_app.local_stack import StackError
from workflow_app.trials import task_bench
from workflow_app.trials.officer import Unexpected

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")


@click.group()
def bench() -> None:
    """Measure speed on a throw-away site of this machine."""


@bench.command()
@click.option(
    "--officers", default=8, show_default=True, type=click.IntRange(1, 64), help="Sessions at once."
)
@click.option(
    "--cases", default=40, show_default=True, type=click.IntRange(1, 10_000), help="Cases per officer."
)
@click.option("--pages", is_flag=True, help="Officers open every form before they send it.")
@AS_JSON
def tasks(officers: int, cases: int, pages: bool, as_json: bool) -> None:
    """Officers list and complete tasks over HTTP, all at once; five completions a case."""
    try:
        result = task_bench.measure(
            officers=officers,
            cases=cases,
            with_pages=pages,
            notice=lambda text: click.echo(f"  {text}", err=True),
        )
    except (StackError, Unexpected) as error:
        raise click.ClickException(str(error)) from error
    _print(result.as_dict(), as_json=as_json)


def _print(figures: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<24} {value}")
