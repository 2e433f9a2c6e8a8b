"""`vaxcard schedule`: assess patients in bulk, sign an edition, work everyone out again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from vaxcard.cli.opening import open_house
from vaxcard.errors import InputFault
from vaxcard.programme.rebuild import rebuild
from vaxcard.records import signatures
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.exchange import assess_stream
from vaxcard.schedule.loader import load_schedule


@click.group()
def schedule() -> None:
    """Assess against a national schedule; sign its editions."""


@schedule.command()
@click.option("--schedule", "code", default="cn", show_default=True, help="Code of the national schedule.")
@click.option("--cdsi", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of CDC's supporting data.")
def assess(code: str, folder: Path | None) -> None:
    """Read patients from standard input, one JSON object a line; write an answer a line.

    With --cdsi, the schedule is CDC's supporting data as published, doses are told by cvx and mvx, observations by CDSi's codes.
    A faulty line answers {"id", "error"} and the run goes on; the exit status is 1 when any line failed.
    """
    rules = load_cdsi(folder) if folder is not None else load_schedule(code)
    failed = False
    for answer in assess_stream(sys.stdin, rules):
        failed = failed or "error" in answer
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    sys.exit(1 if failed else 0)


@schedule.command()
@click.argument("edition", required=False)
@click.option("--all", "everything", is_flag=True, help="Sign every edition of the schedule.")
@click.option("--by", "name", required=True, help="Who answers for it: a programme officer's name.")
def sign(edition: str | None, everything: bool, name: str) -> None:
    """Sign an EDITION whose numbers were checked against the official text.

    Until every edition with unverified entries is signed, nothing is sent to a real provider or served beyond this machine.
    """
    with open_house() as house:
        known = [found.label for found in signatures.unverified_editions(house.schedule)]
        if edition is not None and edition not in known:
            raise InputFault(f"{edition} is no edition with unverified entries", advice=f"choose one of: {', '.join(known)}")
        if edition is None and not everything:
            raise InputFault("no edition was named", advice=f"name one of: {', '.join(known)}; or --all")
        with house.database.writing() as session:
            for label in known if everything else [str(edition)]:
                signatures.sign(house.acting(session), label, by=name)
                click.echo(f"signed: {label}")


@schedule.command("rebuild")
def rebuild_command() -> None:
    """Assess every child again, as after a new edition, and rewrite what is owed."""
    with open_house() as house, click.progressbar(length=1, label="Assessing", file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        children = rebuild(house.database, house.schedule, now=house.now(), today=house.today(), progress=show)
    click.echo(f"assessed again: {children} children")
