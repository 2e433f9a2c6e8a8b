"""`vaxcard reminders`: plan the day's texts, release a backlog, send, call lots back, hold out a share, and tell where each stands."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click

from vaxcard.cli.opening import House, new_id, open_house
from vaxcard.errors import InputFault
from vaxcard.records.clinics import all_clinics, find_clinic
from vaxcard.records.messages import count_by_state
from vaxcard.records.recalls import call_back
from vaxcard.records.signatures import unsigned
from vaxcard.records.text_figures import text_counts
from vaxcard.reminders.asking import reconcile
from vaxcard.reminders.channels.choosing import open_channels
from vaxcard.reminders.comparing import WITHIN, compare
from vaxcard.reminders.dispatch import Sender, send_due
from vaxcard.reminders.hold_out import hold_out_share, set_hold_out
from vaxcard.reminders.lineup import Lineup
from vaxcard.reminders.other_calls import set_checks
from vaxcard.reminders.planning import plan, release_backlog
from vaxcard.reminders.recalls import plan_recall


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
@click.option("--by", type=click.Choice(["day", "clinic"]), help="The last two weeks and what is planned, by day or by clinic.")
def status(as_json: bool, by: str | None) -> None:
    """Count the texts by state."""
    with open_house() as house, house.database.reading() as session:
        if by is None:
            counts: dict[str, Any] = dict(count_by_state(session))
        else:
            names = {clinic.id: clinic.name for clinic in all_clinics(session)}
            found = text_counts(session, house.today() - timedelta(days=14), house.today() + timedelta(days=14))
            counts = {}
            for each in found:
                line = counts.setdefault(each.day.isoformat() if by == "day" else names[each.clinic_id], {})
                line[each.state] = line.get(each.state, 0) + each.number
    if as_json:
        click.echo(json.dumps(counts, ensure_ascii=False))
        return
    for what, number in counts.items():
        told = number if by is None else ", ".join(f"{count} {state}" for state, count in sorted(number.items()))
        click.echo(f"{told:7d} {what}" if by is None else f"{what}: {told}")


@reminders.command("hold-out")
@click.option("--share", type=float, help="Hold out this share of families from now on, such as 0.1; 0 ends it.")
@click.option("--by", "name", help="Who answers for it: a programme officer's name.")
def hold_out_command(share: float | None, name: str | None) -> None:
    """Tell the share that is not reminded and what the comparison says so far; or set the share."""
    with open_house() as house, house.database.writing() as session:
        acting = house.acting(session)
        if share is not None:
            set_hold_out(acting, share, by=_officer(name))
        comparison = compare(session, house.today())
        click.echo(f"held out: {hold_out_share(session):g}")
    click.echo(f"first told of a visit from {comparison.first} to {comparison.last}, vaccinated within {WITHIN.days} days:")
    for what, group in (("reminded", comparison.reminded), ("held out", comparison.held_out)):
        click.echo(f"{group.came:7d} of {group.children} children, {what}")
    if comparison.difference is None:
        click.echo("no comparison: one of the groups is empty")
        return
    more, low, high = comparison.difference
    click.echo(f"of 100 children {more:+.1f} when reminded, between {low:+.1f} and {high:+.1f} (95 in 100)")
    if not comparison.says_something:
        click.echo("that leaves open whether texts do anything")


@reminders.command()
@click.argument("wanted", type=click.Choice(["on", "off"]))
@click.option("--by", "name", help="Who answers for it: a programme officer's name.")
def checks(wanted: str, name: str | None) -> None:
    """Ask families on the third day after a dose how the child is, or do without."""
    with open_house() as house, house.database.writing() as session:
        set_checks(house.acting(session), wanted, by=_officer(name))
    click.echo(f"the question on the third day: {wanted}")


@reminders.command()
@click.option("--vaccine", required=True, help="The vaccine's code, such as HepB.")
@click.option("--lot", "lots", required=True, multiple=True, help="A lot number; may be given several times.")
@click.option("--reason", required=True, help="Who calls the lots back, and why.")
@click.option("--by", "name", help="Who answers for it: a programme officer's name.")
def recall(vaccine: str, lots: tuple[str, ...], reason: str, name: str | None) -> None:
    """Text everybody who had these lots, at once; each clinic's call list is at its desk."""
    officer = _officer(name)
    with open_house(actor=f"officer:{officer}"[:60]) as house, house.database.writing() as session:
        acting = house.acting(session)
        found = plan_recall(acting, call_back(acting, new_id(), vaccine, lots, reason))
    click.echo(f"children: {found.children}, texts: {found.planned} planned")
    for why, number in sorted(found.not_texted.items()):
        click.echo(f"{number} children to ring, not texted: {why}")


def _officer(name: str | None) -> str:
    if not (name or "").strip():
        raise InputFault("somebody must answer for this", place="--by", advice="give the programme officer's name")
    return str(name).strip()


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
