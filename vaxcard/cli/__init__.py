"""The command line: every command of vaxcard, composed from its rooms. `main` turns our own errors into one line and exit status 2."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from vaxcard.errors import VaxcardError

# Rooms are entered when their command is called: a bulk assessment need not wait for fonts, nor a backup for a web server.
ROOMS = {
    "api": "api:api",
    "cards": "cards:cards",
    "clinics": "roster:clinics",
    "db": "database:db",
    "demo": "serving:demo",
    "reminders": "reminders:reminders",
    "roster": "roster:roster",
    "schedule": "schedule:schedule",
    "serve": "serving:serve",
    "staff": "accounts:staff",
    "worker": "serving:worker",
}


class _Commands(click.Group):
    """A group whose commands are imported at the first call."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(ROOMS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ROOMS:
            return None
        room, _, name = ROOMS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"vaxcard.cli.{room}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="vaxcard")
def commands() -> None:
    """A country's childhood vaccination record: cards, counter, families' pages and texts."""


def main() -> None:
    """The console script. What it writes (a registry, cards, reports, backups) is for its own account alone."""
    os.umask(0o077)
    try:
        commands(prog_name="vaxcard")
    except VaxcardError as fault:
        click.echo(f"vaxcard: {fault}", err=True)
        sys.exit(2)
