"""The installation on which a command works: the servers of the environment, else the embedded ones
below `--data`.
"""

import os
from pathlib import Path

import click

from workflow_app.connections import connect
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import Settings, SettingsError, read_settings
from workflow_app.tools.embedded.server_processes import StackError
from workflow_app.tools.embedded.stack import running

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_DATA = ROOT / "var"
LOCAL = {"PUBLIC_URL": "http://127.0.0.1:8000", "COOKIE_SECURE": "false"}
"""Defaults for an installation on this machine only; the environment overrides both."""


def settings() -> Settings:
    """Return complete settings. If the environment names no servers, the embedded ones run until
    the command ends.
    """
    context = click.get_current_context().find_root()
    if "settings" not in context.meta:
        context.meta["settings"] = _read(context)
    found: Settings = context.meta["settings"]
    return found


def connected() -> Works:
    """Return the connections that services need."""
    context = click.get_current_context().find_root()
    if "works" not in context.meta:
        works = context.meta["works"] = connect(settings())
        context.call_on_close(works.session_factory.kw["bind"].dispose)
    found: Works = context.meta["works"]
    return found


def processes_dir() -> Path:
    """Return the process folders of this release; needs no other setting."""
    return Path(os.environ.get("PROCESSES_DIR") or ROOT / "processes")


def data_dir() -> Path:
    """Return the data directory of the embedded servers."""
    context = click.get_current_context(silent=True)
    chosen = context.find_root().meta.get("data") if context else None
    return Path(chosen or os.environ.get("SPKT_DATA") or DEFAULT_DATA)


def choose_data_dir(path: Path) -> None:
    """Use another data directory for the command."""
    click.get_current_context().find_root().meta["data"] = path


def is_embedded() -> bool:
    """Return whether the command uses servers of a data directory instead of only those of the
    environment.
    """
    return not all(
        os.environ.get(name) or os.environ.get(f"{name}_FILE")
        for name in ("DATABASE_URL", "S3_ENDPOINT")
    )


def _read(context: click.Context) -> Settings:
    environment = dict(os.environ)
    try:
        if is_embedded():
            embedded = context.with_resource(running(data_dir(), given=environment))
            environment = {**LOCAL, **environment, **embedded}
        return read_settings(environment)
    except (SettingsError, StackError) as error:
        raise click.ClickException(str(error)) from error
