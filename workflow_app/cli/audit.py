"""`audit verify|checkpoint`: whether anybody changed what was written down."""

import click

from workflow_app.cli.site import connected, settings
from workflow_app.errors import SentraError
from workflow_app.services.ground.audit import verify_chains
from workflow_app.services.watching import checkpoints
from workflow_app.types import SYSTEM


@click.group()
def audit() -> None:
    """The trail of every change."""


@audit.command("verify")
def verify() -> None:
    """Recompute all chains and all signed checkpoints; exit 1 with what does not hold."""
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
        f"{covered.events} events, {covered.anchored} under {covered.checkpoints} signed checkpoints: "
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
