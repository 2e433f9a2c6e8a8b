"""`vaxcard cards`: print card sets as PDF, with a bar while they are drawn and every symbol checked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import click

from vaxcard.cards.printing import PrintRun, print_cards
from vaxcard.cli.opening import House, new_id, open_house
from vaxcard.errors import InputFault
from vaxcard.keyring import random_text
from vaxcard.records.people import children_to_print
from vaxcard.settings import is_loopback


@click.group()
def cards() -> None:
    """Printed card sets."""


@cards.command("print")
@click.option("--child", "child_id", type=click.UUID, help="Print the set of one child.")
@click.option("--clinic", "clinic_id", type=click.UUID, help="Print the sets of a clinic's children.")
@click.option("--all", "everyone", is_flag=True, help="Print every child's set.")
@click.option("--sheet", type=click.Choice(["a4", "single"]), default="a4", show_default=True, help="Eight cards on A4, or one a page.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.pdf; a long run numbers its files.")
def print_command(child_id: UUID | None, clinic_id: UUID | None, everyone: bool, sheet: str, out: Path) -> None:
    """Print card sets as PDF. Each sheet is decoded before it is offered; one that can't be scanned stops the run."""
    if sum((child_id is not None, clinic_id is not None, everyone)) != 1:
        raise InputFault("say whose cards", advice="give one of --child ID, --clinic ID and --all")
    with open_house() as house:
        with house.database.reading() as session:
            children = [child_id] if child_id is not None else children_to_print(session, clinic_id)
        run = print_with_progress(house, children, out, sheet=sheet, public_url=house.settings.public_url)
    tell(run)


def print_with_progress(house: House, children: Sequence[UUID], out: Path, *, sheet: str, public_url: str) -> PrintRun:
    """Print with a bar on standard error; warn where the cards would open on this machine alone."""
    if is_loopback(urlsplit(public_url).hostname or ""):
        click.echo(f"warning: these cards lead to {public_url}, which opens on this machine alone (VAXCARD_PUBLIC_URL)", err=True)
    with click.progressbar(length=max(len(children), 1), label="Printing", file=sys.stderr) as bar:

        def show(done: int, _total: int) -> None:
            bar.update(done - bar.pos)

        return print_cards(
            house.database,
            house.schedule,
            children,
            out,
            sheet=sheet,
            public_url=public_url,
            qr_version=house.settings.qr_version,
            actor=house.actor,
            now=house.now(),
            today=house.today(),
            new_id=new_id,
            random_text=random_text,
            progress=show,
        )


def tell(run: PrintRun) -> None:
    """Which files were written, and whom they could not be drawn for."""
    for file in run.files:
        click.echo(f"cards: {file}")
    for note in run.notes:
        click.echo(f"note: {note}", err=True)
