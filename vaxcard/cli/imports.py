"""`vaxcard roster review|runs|undo`: what imports could not store, and an import that is taken back."""

from __future__ import annotations

from uuid import UUID

import click
from sqlalchemy.orm import Session

from vaxcard.cli.opening import House, new_id, open_house
from vaxcard.errors import InputFault, NotFound
from vaxcard.records import review
from vaxcard.records.clinics import find_clinic, staff_by_login
from vaxcard.records.review import Outcome
from vaxcard.records.roster import runs, undo_import

_ENDINGS = (Outcome.RECORDED.value, Outcome.DISMISSED.value)


@click.command("review")
@click.option("--clinic", help="Only the children of the clinic of this name or id.")
@click.option("--settle", "item", type=click.UUID, help="Settle this row; its id stands in the list.")
@click.option("--as", "outcome", type=click.Choice(_ENDINGS), help="What became of it: recorded since, or dismissed as no dose.")
@click.option("--reason", help="What you found, in a sentence.")
@click.option("--by", "login", help="The sign-in name of the person who looked.")
def review_command(clinic: str | None, item: UUID | None, outcome: str | None, reason: str | None, login: str | None) -> None:
    """List the rows of workbooks that are not on the record and wait for a person; or settle one.

    The record itself is changed at the counter first; settling only says what became of the row.
    """
    with open_house() as house:
        if item is None:
            _list(house, clinic)
        elif outcome is None or reason is None or login is None:
            advice = "say what became of the row, why, and who looked"
            raise InputFault("--settle needs --as, --reason and --by", place="--settle", advice=advice)
        else:
            _settle(house, item, Outcome(outcome), reason, login)


def _list(house: House, clinic: str | None) -> None:
    with house.database.reading() as session:
        clinic_id = _clinic_id(session, clinic)
        rows = list(review.waiting_everywhere(session, house.database.keyring, "en", clinic_id))
    for row in rows:
        dose = " ".join(part for part in (row.vaccine, row.given_on) if part)
        click.echo(f"{row.id}  child {row.child_id}  sheet {row.sheet}, row {row.row}{f', {dose}' if dose else ''}: {row.problem}")
    click.echo(f"{len(rows)} waiting" if rows else "nothing waits")


def _clinic_id(session: Session, name: str | None) -> UUID | None:
    if name is None:
        return None
    return find_clinic(session, name).id


def _settle(house: House, item: UUID, outcome: Outcome, reason: str, login: str) -> None:
    with house.database.writing() as session:
        staff = staff_by_login(session, login)
        if staff is None:
            raise NotFound("nobody signs in under this name", place="--by", advice="give the sign-in name of the person who looked")
        by_name = House(house.settings, house.database, house.schedule, f"staff:{staff.id}")
        review.settle(by_name.acting(session, clinic_id=staff.clinic_id), item, outcome, reason)
    click.echo(f"settled: {item}")


@click.command("runs")
def runs_command() -> None:
    """List the imports, the latest first: when, what was stored, and whether it was taken back."""
    with open_house() as house, house.database.reading() as session:
        for run in runs(session):
            told = ", ".join(f"{kind} {counts['stored']} stored" for kind, counts in run.counts.items() if isinstance(counts, dict))
            state = "taken back" if run.undone_at else "" if run.finished_at else "not finished"
            click.echo("  ".join(part for part in (str(run.id), f"{run.started_at:%Y-%m-%d %H:%M} UTC", told, state) if part))


@click.command("undo")
@click.argument("run", type=click.UUID)
@click.option("--reason", required=True, help="Why the import is taken back; stands in the audit trail and with each dose.")
def undo_command(run: UUID, reason: str) -> None:
    """Take back the import RUN: void its doses, and take children off file whom nobody has touched since.

    What people did since stays: corrected doses, cards, doses given. The repaired workbook can then be imported.
    """
    with open_house() as house:
        undone = undo_import(
            house.database, house.schedule, run, now=house.now(), today=house.today(), actor=house.actor, new_id=new_id, reason=reason
        )
    click.echo(f"doses: {undone.doses_voided} voided, {undone.doses_kept} kept as corrected since")
    click.echo(f"children: {undone.children_removed} taken off file, {undone.children_kept} kept as touched since")
