"""`user add|list|disable|enable|passwd|roles`: accounts."""

from collections.abc import Callable

import click

from workflow_app.cli.site import connected
from workflow_app.domain import SYSTEM, InvalidInput, NotFound
from workflow_app.permissions import ROLES
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork

PASSWORD = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="SPKT_NEW_PASSWORD",
    help="Asked for when left out; never visible in the process list when asked.",
)


@click.group()
def user() -> None:
    """Accounts of the members."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Full name.")
@click.option("--rank", default="", help="Pangkat.")
@click.option("--nrp", default="", help="NRP.")
@click.option("--unit", default="spkt", show_default=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(sorted(ROLES)))
@PASSWORD
def add(
    username: str, name: str, rank: str, nrp: str, unit: str, roles: tuple[str, ...], password: str
) -> None:
    """Make an account."""
    try:
        with connected().begin(SYSTEM) as work:
            made = users.create(
                work,
                username=username,
                full_name=name,
                rank=rank,
                nrp=nrp,
                unit=unit,
                roles=roles,
                password=password,
            )
    except InvalidInput as error:
        raise click.ClickException(_reason(error)) from error
    click.echo(f"account {made.username} made")


@user.command("list")
def list_users() -> None:
    """All accounts."""
    with connected().begin(SYSTEM) as work:
        for item in users.list_all(work):
            state = "" if item.is_active else "  (disabled)"
            click.echo(
                f"{item.username:<18} {item.unit:<8} {','.join(sorted(item.roles)):<28} "
                f"{item.full_name}{state}"
            )


@user.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """Close an account; its sessions end at once."""
    _change(lambda work: users.disable(work, username))
    click.echo(f"account {username} disabled")


@user.command("enable")
@click.argument("username")
def enable(username: str) -> None:
    """Open a closed account again; its sessions stay over."""
    _change(lambda work: users.enable(work, username))
    click.echo(f"account {username} enabled")


@user.command("passwd")
@click.argument("username")
@PASSWORD
def passwd(username: str, password: str) -> None:
    """Set a new password; the account's sessions end."""
    _change(lambda work: users.set_password(work, username, password))
    click.echo(f"password of {username} changed")


@user.command("roles")
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(sorted(ROLES)))
def roles(username: str, roles: tuple[str, ...]) -> None:
    """Give the account these roles and no others; its sessions end."""
    _change(lambda work: users.set_roles(work, username, roles))
    click.echo(f"roles of {username}: {', '.join(sorted(set(roles)))}")


def _change(change: Callable[[UnitOfWork], None]) -> None:
    try:
        with connected().begin(SYSTEM) as work:
            change(work)
    except (InvalidInput, NotFound) as error:
        raise click.ClickException(_reason(error)) from error


def _reason(error: InvalidInput | NotFound) -> str:
    fields = error.fields.values() if isinstance(error, InvalidInput) else ()
    return " ".join(fields) or error.sentence
