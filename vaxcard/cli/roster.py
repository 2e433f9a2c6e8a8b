"""`vaxcard clinics|roster|staff`: who vaccinates where, and the children that a clinic brings along in a workbook."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from datetime import time
from pathlib import Path

import click
from sqlalchemy.orm import Session

from vaxcard.cli.imports import review_command, runs_command, undo_command
from vaxcard.cli.opening import House, new_id, open_house
from vaxcard.errors import InputFault, NotFound
from vaxcard.keyring import random_secret, random_text
from vaxcard.records import enrolment
from vaxcard.records.clinics import ClinicRecord, Role, Scope, all_clinics, find_clinic
from vaxcard.records.roster import RosterReport, import_roster, write_report

ROWS_WAIT = 1  # the exit status of an import that left rows for a person to look at
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@click.group()
def clinics() -> None:
    """Clinics, their telephones and opening days."""


@clinics.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_clinics_command(file: Path) -> None:
    """Add or complete the clinics of a TOML FILE: name, phone, address, and sessions such as mon = "08:00-11:30"."""
    with open_house() as house:
        for clinic in import_clinics(house, file):
            click.echo(f"clinic: {clinic.name}")


@clinics.command("list")
def list_clinics_command() -> None:
    """Every clinic: its id, its name, and the most injections that it gives at a visit, where it has told one."""
    with open_house() as house, house.database.reading() as session:
        for clinic in all_clinics(session):
            most = clinic.injections_a_visit
            click.echo("  ".join([str(clinic.id), clinic.name, *([f"{most} injections a visit"] if most else [])]))


@clinics.command("limit")
@click.option("--clinic", "told", required=True, help="The clinic's id or name.")
@click.option("--injections", type=click.IntRange(min=1, max=9), help="The most injections at one visit; left out: as many as sites allow.")
def limit_command(told: str, injections: int | None) -> None:
    """Set how many injections a clinic gives at one visit: what is due beyond that waits for the next."""
    with open_house() as house, house.database.writing() as session:
        clinic = find_clinic(session, told)
        clinic.injections_a_visit = injections
        house.acting(session, clinic_id=clinic.id).note("clinic.limit", subjects=[str(clinic.id)])
        click.echo(f"{clinic.name}: {injections or 'as many as sites allow'}")


def import_clinics(house: House, file: Path) -> list[ClinicRecord]:
    """The clinics of a TOML file, on file now. Raises InputFault naming what can't be read."""
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("clinic", [])
        told = [(entry, _sessions(entry.get("sessions", {}))) for entry in entries]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError, AttributeError) as fault:
        raise InputFault(f"can't be read as a list of clinics ({fault})", place=file.name, advice="see examples/clinics.toml") from fault
    settings = house.settings
    with house.database.writing() as session:
        return [
            enrolment.open_clinic(
                house.acting(session),
                new_id(),
                entry["name"],
                time_zone=entry.get("time_zone", settings.time_zone),
                language=entry.get("language", settings.language),
                region=entry.get("region", settings.region),
                phone=entry.get("phone"),
                address=entry.get("address"),
                sessions=sessions,
            )
            for entry, sessions in told
        ]


def _sessions(week: dict[str, str]) -> list[tuple[int, time, time]]:
    """(weekday, opens, closes) of `{"mon": "08:00-11:30, 13:30-16:00"}`."""
    spans = [(_WEEKDAYS.index(day), span.strip()) for day, spans in week.items() for span in spans.split(",")]
    return [(weekday, *(time.fromisoformat(end.strip()) for end in span.split("-", 1))) for weekday, span in spans]  # type: ignore[misc]


@click.group()
def roster() -> None:
    """Children and doses as a clinic keeps them in a workbook."""


for command in (review_command, runs_command, undo_command):
    roster.add_command(command)


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read, check and report everything; store nothing.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to OUT.xlsx or OUT.json.")
@click.option("--clinic", help="The clinic of children whose rows name none.")
def import_command(file: Path, dry_run: bool, report: Path | None, clinic: str | None) -> None:
    """Import a clinic's workbook FILE. Sound rows are stored, faulty ones reported; importing again stores nothing twice.

    Ends with 0 when all of it is stored, with 1 when rows wait to be looked at (see --report and `vaxcard roster review`),
    and with 2 when nothing could be read and nothing was stored. Headings that are understood: docs/importing.md.
    """
    if report is not None and report.suffix not in (".json", ".xlsx"):
        raise InputFault("a report is written as .json or .xlsx", place="--report")
    with open_house() as house:
        result = import_with_progress(house, file, dry_run=dry_run, clinic=clinic)
        if report is not None:
            # A workbook is for the clinic, in its language; JSON is for programs, and reads alike everywhere.
            write_report(result, report, language=house.settings.language if report.suffix == ".xlsx" else "en")
    _tell(result, report)
    if result.is_waiting:
        sys.exit(ROWS_WAIT)


def import_with_progress(house: House, file: Path, *, dry_run: bool = False, clinic: str | None = None) -> RosterReport:
    """Import with a bar on standard error, so that nobody takes a long import for a dead one."""
    with click.progressbar(length=1, label="Importing", file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        return _import(house, file, dry_run, clinic, show)


def _import(house: House, file: Path, dry_run: bool, clinic: str | None, progress: Callable[[int, int], None]) -> RosterReport:
    settings = house.settings
    return import_roster(
        house.database,
        house.schedule,
        file,
        now=house.now(),
        today=house.today(),
        actor=house.actor,
        new_id=new_id,
        time_zone=settings.time_zone,
        language=settings.language,
        region=settings.region,
        clinic=clinic,
        dry_run=dry_run,
        progress=progress,
    )


def _tell(result: RosterReport, report: Path | None) -> None:
    counts = result.as_json()
    for what in ("children", "doses"):
        told = ", ".join(f"{number} {outcome}" for outcome, number in counts[what].items())
        click.echo(f"{what}: {told}")
    entries = counts["entries"]
    for severity, word in (("refused", "refused, not stored"), ("warning", "stored with a warning")):
        click.echo(f"{sum(entry['severity'] == severity for entry in entries)} entries {word}")
    for reason, number in counts["left_out"].items():
        if number:
            click.echo(f"{number} rows left out: {reason} in the workbook")
    for sheet, columns in counts["columns_not_read"].items():
        click.echo(f"columns not read in {sheet}: {', '.join(columns)}")
    if entries and report is None:
        click.echo("see each with --report OUT.xlsx")
    if result.run_id is not None:
        click.echo(f"import: {result.run_id} (`vaxcard roster undo` takes it back)")


@click.group()
def staff() -> None:
    """People who can sign in."""


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The name shown beside the doses that they give.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--clinic", "clinic_name", help="Name or id of the clinic; may be left out where there is only one.")
def add_staff_command(login: str, name: str, role: str, clinic_name: str | None) -> None:
    """Add a member of staff and print a random password, once; at the first sign-in they choose their own."""
    password = random_text(12)
    with open_house() as house, house.database.writing() as session:
        clinic = _clinic(session, clinic_name)
        acting = house.acting(session, clinic_id=clinic.id)
        told = {"login": login, "name": name, "password": password, "language": house.settings.language}
        enrolment.add_staff(acting, new_id(), clinic.id, role=Role(role), **told).must_choose_password = True
    click.echo(f"sign-in: {login} {password}")


@staff.command("key")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What the key opens; may be repeated.",
)
@click.option("--clinic", "clinic_name", help="Name or id of the clinic; may be left out where there is only one.")
def add_key_command(name: str, scopes: tuple[str, ...], clinic_name: str | None) -> None:
    """Make an API key for a program called NAME and print it, once. It is sent as `Authorization: Bearer KEY`."""
    secret = random_secret()
    with open_house() as house, house.database.writing() as session:
        clinic = _clinic(session, clinic_name)
        acting = house.acting(session, clinic_id=clinic.id)
        enrolment.add_api_key(acting, new_id(), clinic.id, name=name, secret=secret, scopes=scopes)
    click.echo(f"api-key: {secret}")


def _clinic(session: Session, name: str | None) -> ClinicRecord:
    """The clinic of that name, or the only one there is."""
    if name is not None:
        return find_clinic(session, name)
    found = all_clinics(session)
    if len(found) != 1:
        raise NotFound("which clinic is not clear", place="--clinic", advice="give an id or a name of `vaxcard clinics list`")
    return found[0]
