"""`vaxcard reminders`: plan the day's texts, release a backlog, send, and tell where each stands."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime

import click

from vaxcard.cli.opening import House, open_house
from vaxcard.errors import InputFault
from vaxcard.records.clinics import find_clinic
from vaxcard.records.messages import count_by_state
from vaxcard.records.signatures import unsigned
from vaxcard.reminders.asking import reconcile
from vaxcard.reminders.channels.choosing import open_channels
from vaxcard.reminders.dispatch import Sender, send_due
from vaxcard.reminders.lineup import Lineup
from vaxcard.reminders.planning import plan, release_backlog


@click.group()
def reminders() -> None:
    """Texts to families."""


@reminders.command("plan")
@click.option("--on", "day", required=True, help="The day of sending, as YYYY-MM-DD.")
def plan_command(day: str) -> None:
    """Fill the outbox for a day: one text a family. Planning again plans nothing twice."""
    on = _as_date(day)
    with open_house() as house, house.database.writing() as session:
        result = plan(house.acting(session), on)
    click.echo(f"texts: {result.planned} planned")
    for reason, number in sorted(result.skipped.items()):
        click.echo(f"{number} children not texted about: {reason}")


@reminders.command()
@click.option("--clinic", help="Release the backlog of one clinic, by its name or id.")
@click.option("--all", "everyone", is_flag=True, help="Release the backlog of every clinic.")
def release(clinic: str | None, everyone: bool) -> None:
    """Let families be texted who were long overdue when their clinic's workbook was imported."""
    if (clinic is None) != everyone:
        raise InputFault("say which backlog", advice="give --clinic NAME or --all")
    with open_house() as house, house.database.writing() as session:
        clinic_id = find_clinic(session, clinic).id if clinic is not None else None
        released = release_backlog(house.acting(session), clinic_id)
    click.echo(f"released: {released} clinics")


@reminders.command()
@click.option("--now", "moment", help="The clock of a rehearsal, as 2026-11-25T09:00+08:00.")
def send(moment: str | None) -> None:
    """Send what may go now through the channel of VAXCARD_SMS_CHANNEL, and end."""
    with open_house() as house:
        now = _as_moment(house, moment) if moment else house.now()
        with house.database.reading() as session:
            signed = not unsigned(session, house.schedule)
        lineup = Lineup(open_channels(house.settings.sms, sys.stdout))
        reconcile(Sender(house.database, house.schedule, lineup, lambda: now))
        result = send_due(house.database, house.schedule, lineup, now, edition_signed=signed)
    for outcome, number in sorted(result.items()):
        click.echo(f"{number} {outcome}")


@reminders.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def status(as_json: bool) -> None:
    """Count the texts by state."""
    with open_house() as house, house.database.reading() as session:
        counts = count_by_state(session)
    if as_json:
        click.echo(json.dumps(counts))
        return
    for state, number in counts.items():
        click.echo(f"{number:7d} {state}")


def _as_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise InputFault("not a date", place="--on", advice="write it as 2026-11-25") from fault


def _as_moment(house: House, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise InputFault("not a moment", place="--now", advice="write it as 2026-11-25T09:00+08:00") from fault
    return (moment if moment.tzinfo else moment.replace(tzinfo=house.settings.zone())).astimezone(UTC)
