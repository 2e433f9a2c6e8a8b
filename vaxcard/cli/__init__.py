"""The command line: every command of vaxcard, composed from its rooms. `main` turns our own errors into one line and exit status 2."""

from __future__ import annotations

import sys

import click

from vaxcard.cli import cards, database, reminders, roster, schedule, serving
from vaxcard.errors import VaxcardError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="vaxcard")
def commands() -> None:
    """A country's childhood vaccination record: cards, counter, families' pages and texts."""


for command in (
    database.db,
    roster.clinics,
    roster.roster,
    roster.staff,
    schedule.schedule,
    cards.cards,
    reminders.reminders,
    serving.serve,
    serving.worker,
    serving.demo,
):
    commands.add_command(command)


def main() -> None:
    """The console script."""
    try:
        commands(prog_name="vaxcard")
    except VaxcardError as fault:
        click.echo(f"vaxcard: {fault}", err=True)
        sys.exit(2)
