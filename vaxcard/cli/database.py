"""`vaxcard db`: bring the tables up to date, copy the registry, prove that its trail is whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vaxcard.cli.opening import open_house
from vaxcard.records import audit
from vaxcard.records.backup import back_up
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
def verify() -> None:
    """Walk the audit trail; exit status 1 and the first broken link of each chain if anything was changed or taken out."""
    with open_house() as house, house.database.reading() as session:
        broken = audit.verify(session, house.database.keyring)
    for link in broken:
        click.echo(f"broken: chain {link.chain}, entry {link.number}: {link.problem}", err=True)
    if broken:
        sys.exit(1)
    click.echo("the audit trail is whole")
