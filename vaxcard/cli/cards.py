"""`vaxcard cards`: print card sets as PDF, replace lost ones, print blank ones, and set a printer up."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import click

from vaxcard.cards.blanks import prepare_blanks, print_blanks
from vaxcard.cards.gathering import Asked, specimen
from vaxcard.cards.imposing import write
from vaxcard.cards.issuing import bind_cover, replace_cards
from vaxcard.cards.labels import draw_label, label_of, zpl
from vaxcard.cards.previews import DPI, previews
from vaxcard.cards.printing import SETS_A_FILE, PrintRun, print_cards
from vaxcard.cards.queue import clear_away, work_queue
from vaxcard.cli.opening import House, new_id, open_house
from vaxcard.cli.print_shop import readers, shop_of
from vaxcard.errors import InputFault
from vaxcard.keyring import random_text
from vaxcard.papers.sheets import SHEETS, Paper, calibration
from vaxcard.records.chart import load_child, read
from vaxcard.records.clinics import find_clinic
from vaxcard.records.people import children_to_print
from vaxcard.records.print_runs import note_progress
from vaxcard.settings import is_loopback


class _Offset(click.ParamType[tuple[float, float]]):
    """`X,Y` in millimetres."""

    name = "X,Y"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Two numbers out of the text."""
        if isinstance(value, tuple):
            return value
        try:
            right, down = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail("write it as two numbers of millimetres, right and down, such as 0.5,-1", param, ctx)
        return right, down


def paper_options(command: Any) -> Any:
    """What every command that prints is told about the paper and the printer."""
    for option in (
        click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.pdf"),
        click.option("--offset", type=_Offset(), default="0,0", help="Shift the back by X,Y mm, as the calibration sheet shows."),
        click.option("--turn", type=click.Choice(["long", "short"]), default="long", show_default=True, help="The edge it turns over."),
        click.option("--sheet", type=click.Choice(SHEETS), default="a4", show_default=True, help="A4, SRA4, a card a page, covers alone."),
    ):
        command = option(command)
    return command


@click.group()
def cards() -> None:
    """Printed card sets."""


@cards.command("print")
@click.option("--child", "child_id", type=click.UUID, help="Print the set of one child.")
@click.option("--clinic", help="Print the sets of the children of a clinic, by its name or id.")
@click.option("--all", "everyone", is_flag=True, help="Print every child's set; a run that was stopped goes on where it was.")
@click.option("--card", "places", type=click.IntRange(min=1), multiple=True, help="Only this card of each set (2 is 2 / 8); repeatable.")
@click.option("--sets-a-file", type=click.IntRange(min=1), default=SETS_A_FILE, show_default=True, help="How many sets one file holds.")
@paper_options
def print_command(
    child_id: UUID | None, clinic: str | None, everyone: bool, places: tuple[int, ...], out: Path, sets_a_file: int, **paper: Any
) -> None:
    """Print card sets as PDF, numbered files for a long run. Each sheet is decoded first; one that can't be scanned stops the run."""
    if sum((child_id is not None, clinic is not None, everyone)) != 1:
        raise InputFault("say whose cards", advice="give one of --child ID, --clinic NAME and --all")
    with open_house() as house:
        with house.database.reading() as session:
            clinic_id = find_clinic(session, clinic).id if clinic is not None else None
            children = [child_id] if child_id is not None else children_to_print(session, clinic_id)
        address = house.settings.public_url
        more = {"places": places, "sets_a_file": sets_a_file, "clinic_id": clinic_id, **paper}
        run = print_with_progress(house, children, out, public_url=address, **more)
    tell(run)


@cards.command("replace")
@click.option("--child", "child_id", type=click.UUID, required=True, help="Whose cards.")
@click.option("--reason", required=True, help="What became of the old ones, for the audit trail.")
@paper_options
def replace_command(child_id: UUID, reason: str, out: Path, **paper: Any) -> None:
    """Close a child's cards as replaced and print a new set: the old symbols say that there is a newer card."""
    with open_house() as house:
        with house.database.writing() as session:
            closed = replace_cards(house.acting(session), load_child(session, child_id, lock=True), reason=reason)
        click.echo(f"closed: {len(closed)} cards")
        run = print_with_progress(house, [child_id], out, public_url=house.settings.public_url, **paper)
    tell(run)


@cards.command("blank")
@click.option("--number", type=click.IntRange(min=1), required=True, help="How many blank covers.")
@paper_options
def blank_command(number: int, out: Path, **paper: Any) -> None:
    """Print blank covers, each with its symbol, to be bound to a child at the counter."""
    with open_house() as house:
        settings, run_id = house.settings, new_id()
        asked = Asked(settings.public_url, settings.qr_version, new_id, random_text)
        with house.database.writing() as session:
            blanks = prepare_blanks(house.acting(session), number, asked, run_id, sheet=paper["sheet"])
        written = print_blanks(blanks, out, Paper(**paper), qr_version=settings.qr_version)
        with house.database.writing() as session:
            note_progress(session, run_id, sets=0, cards=number, files=1, finished_at=house.now())
    click.echo(f"cards: {written}")


@cards.command("bind")
@click.argument("code")
@click.option("--child", "child_id", type=click.UUID, required=True, help="The child whose cover it becomes.")
def bind_command(code: str, child_id: UUID) -> None:
    """Bind a blank cover to a child: CODE is what its symbol says, or the 8 characters under it."""
    with open_house() as house, house.database.writing() as session:
        card = bind_cover(house.acting(session), load_child(session, child_id, lock=True), code)
        click.echo(f"bound: card {card.id}")


@cards.command("preview")
@click.option("--child", "child_id", type=click.UUID, required=True, help="Whose set.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for one PNG a face: 1-front.png …")
@click.option("--dpi", type=click.IntRange(50, 600), default=DPI, show_default=True, help="How fine.")
def preview_command(child_id: UUID, out: Path, dpi: int) -> None:
    """Draw every face of a set as a picture, under a code that opens nothing. No card is issued."""
    with open_house() as house:
        told = house.settings
        with house.database.writing() as session:
            acting = house.acting(session)
            one = specimen(acting, child_id, told.public_url, told.qr_version)
            acting.note("child.look", child_id=child_id, subjects=["cards"])
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for face in previews(one, dpi=dpi, qr_version=told.qr_version):
            click.echo(f"picture: {write(face.png, out / f'{face.number}-{face.side}.png')}")


@cards.command("queue")
def queue_command() -> None:
    """Print what waits in the desks' queues, and end. `vaxcard serve` and `vaxcard worker` do so by themselves."""
    with open_house("system:print-queue") as house:
        shop = shop_of(house)
        clear_away(house.database, shop.folder, house.now())
        click.echo(f"worked: {work_queue(shop)} runs")


@cards.command("calibrate")
@paper_options
def calibrate_command(out: Path, **paper: Any) -> None:
    """Print a test sheet for both sides, to find a printer's --offset and prove its scale."""
    click.echo(f"sheet: {write(calibration(Paper(**paper)), out)}")


@cards.command("label")
@click.option("--child", "child_id", type=click.UUID, required=True, help="Whose dose.")
@click.option("--dose", "dose_id", type=click.UUID, required=True, help="The dose.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.pdf, or FILE.zpl for a label printer.")
def label_command(child_id: UUID, dose_id: UUID, out: Path) -> None:
    """Print the 50 x 30 mm sticker of a dose: date, vaccine, dose, lot, next visit."""
    with open_house() as house, house.database.writing() as session:
        chart = read(session, house.database.keyring, house.schedule, child_id, house.today())
        pdf = draw_label(label_of(house.schedule, chart, dose_id))
        house.acting(session).note("cards.label", child_id=child_id, subjects=[str(dose_id)])
    click.echo(f"label: {write(zpl(pdf).encode('ascii') if out.suffix.lower() == '.zpl' else pdf, out)}")


def print_with_progress(
    house: House, children: Sequence[UUID], out: Path, *, sheet: str, public_url: str, places: Collection[int] = (), **more: Any
) -> PrintRun:
    """Print with a bar on standard error; warn where the cards would open on this machine alone. `more` as `print_cards` takes it."""
    if is_loopback(urlsplit(public_url).hostname or ""):
        click.echo(f"warning: these cards lead to {public_url}, which opens on this machine alone (VAXCARD_PUBLIC_URL)", err=True)
    with click.progressbar(length=max(len(children), 1), label="Printing", file=sys.stderr) as bar, readers(len(children)) as pool:

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
            places=places,
            pool=pool,
            **more,
        )


def tell(run: PrintRun) -> None:
    """Which files were written, and whom they could not be drawn for."""
    if run.resumed:
        click.echo(f"gone on: {run.resumed} sets were printed before")
    for file in run.files:
        click.echo(f"cards: {file}")
    for note in run.notes:
        click.echo(f"note: {note}", err=True)
