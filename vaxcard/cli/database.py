"""`vaxcard db`: bring the tables up to date, copy the registry, prove that its trail is whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vaxcard.cli.opening import open_house
from vaxcard.records import audit, integrity
from vaxcard.records.backup import back_up, check_against
from vaxcard.records.database import upgrade as upgrade_database
from vaxcard.settings import load_settings


@click.group()
def db() -> None:
    """The registry's tables, backups and audit trail."""


@db.command()
def upgrade() -> None:
    """Create the registry's tables, or bring them up to date."""
    upgrade_database(load_settings().database_url)
    click.echo("the registry's tables are up to date")


@db.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup(target: Path) -> None:
    """Copy the registry to TARGET, with a manifest beside it. Keep the secret key apart: neither opens without the other."""
    with open_house() as house:
        manifest = back_up(house.database, target, house.now())
    click.echo(f"backup: {target}\nmanifest: {manifest}")


@db.command()
@click.option(
    "--against", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A backup's FILE.manifest.json to compare with."
)
def verify(against: Path | None) -> None:
    """Prove that no dose, child or audit entry was changed, added or taken out; exit status 1 and what is wrong if one was.

    With --against, also that nothing is gone that a backup knew of.
    """
    with open_house() as house:
        with house.database.reading() as session:
            broken = [
                f"audit chain {link.chain}, entry {link.number}: {link.problem}" for link in audit.verify(session, house.database.keyring)
            ]
            broken += [f"{found.place}: {found.problem}" for found in integrity.verify(session, house.database.keyring)]
        broken += [f"gone since the backup: {lost}" for lost in (check_against(house.database, against) if against else [])]
    for fault in broken:
        click.echo(f"broken: {fault}", err=True)
    if broken:
        sys.exit(1)
    click.echo("the record and its audit trail are whole")
