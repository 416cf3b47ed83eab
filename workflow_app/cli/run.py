"""`run`: the whole site on this machine, from one command to Ctrl-C."""

import errno
import os
import signal
import socket
import time
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

import click

from workflow_app.cli.site import data_dir
from workflow_app.tools.embedded.server_processes import StackError
from workflow_app.tools.embedded.site import Site, prepare
from workflow_app.tools.embedded.stack import LocalStack

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stop(BaseException):
    """The user or the system stops the site."""


@click.command()
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port of the web server.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 is all of them.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Where embedded servers keep their data.  [default: ./var]",
)
@click.option(
    "--demo/--no-demo",
    default=None,
    help="Invented accounts and cases.  [default: on embedded servers only]",
)
def run(port: int, host: str, data: Path | None, demo: bool | None) -> None:
    """Start everything: database, object store, web server, worker. Ctrl-C ends it.

    DATABASE_URL and S3_ENDPOINT in the environment name servers that are used instead of the
    embedded ones.
    """
    began = time.monotonic()
    stack = LocalStack((data or data_dir()).expanduser().absolute(), given=os.environ, notice=_step)
    address = f"http://{_shown(host)}:{port}"
    site = Site(
        stack,
        host=host,
        port=port,
        defaults={"PUBLIC_URL": address, "COOKIE_SECURE": "false"},
        notice=_tell,
    )
    for number in SIGNALS:
        signal.signal(number, _stop)
    try:
        logins = _start(site, demo=_is_embedded() if demo is None else demo)
        _welcome(address, stack.data_dir, logins, time.monotonic() - began)
        site.watch()
    except _Stop:
        _tell("\nStopping ...")
    except StackError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:  # during the start; later the site waits until the cause has passed
        raise click.ClickException(
            f"{error.filename or stack.data_dir}: {error.strerror}"
        ) from error
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        site.stop()
    _tell("Everything has ended.")


def _start(site: Site, *, demo: bool) -> list[dict[str, str]]:
    site.claim()
    if reason := _refusal(site.host, site.port):
        raise StackError(reason)
    site.start_servers()
    prepared = prepare(site, demo=demo)
    _step(f"processes: {', '.join(prepared['processes']) or 'none'}")
    site.start_programs()
    logins: list[dict[str, str]] = prepared["logins"]
    return logins


def _welcome(address: str, place: Path, logins: list[dict[str, str]], seconds: float) -> None:
    click.echo(f"\nThe site is up after {seconds:.1f} s: {address}\n")
    if logins:
        click.echo("Demo logins (invented people; for trying out only):")
        for login in logins:
            click.echo(f"  {login['username']:<12} {login['password']:<22} {login['role']}")
        click.echo("")
    click.echo(f"Data and logs: {place}  (keep a copy of {place / 'secrets.env'} in a safe place)")
    click.echo("Ctrl-C stops everything.")


def _refusal(host: str, port: int) -> str:
    """Return why this address cannot be used, as a sentence; empty when it can."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except socket.gaierror:
        return (
            f"{host} is no address of a machine. Use --host 127.0.0.1 (this machine only) or "
            "--host 0.0.0.0."
        )
    except PermissionError:
        return f"Port {port} may only be used by root. Choose one above 1023: --port 8000"
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {port} is taken: another program listens on it. End that one, or choose "
                f"another: --port {port + 1}"
            )
        return f"Nothing can listen on {host}:{port} ({error.strerror})."
    return ""


def _shown(host: str) -> str:
    """Return the host for an address that a person can open."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1"
    return f"[{host}]" if address.version == 6 else host


def _is_embedded() -> bool:
    return not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))


def _step(text: str) -> None:
    _tell(f"  {text}")


def _tell(text: str) -> None:
    try:
        click.echo(text)
    except OSError:
        pass  # the output is full or closed; the site is not


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stop
