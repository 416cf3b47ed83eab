"""The commands behind ./spkt, one module per noun, each imported only when it is used."""

from importlib import import_module

import click

COMMANDS = {
    "run": "run:run",
    "test": "quality:test",
    "check": "quality:check",
    "bench": "bench:bench",
    "archive": "archive:archive",
    "audit": "database:audit",
    "backup": "backup:backup",
    "chaos": "bench:chaos",
    "clauses": "process:clauses",
    "config": "office_settings:config",
    "db": "database:database",
    "events": "database:events",
    "process": "process:process",
    "restore": "backup:restore",
    "seed": "database:seed",
    "sktlk": "process:sktlk",
    "user": "user:user",
}
"""Module and object of each command, in the order of the help."""


class Commands(click.Group):
    """Command group that imports a command by its entry in `COMMANDS`, so that a fault in one
    module does not stop the others.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"workflow_app.cli.{module}"), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Sentra SPKT: the SOP of the police service counter as a running system."""
