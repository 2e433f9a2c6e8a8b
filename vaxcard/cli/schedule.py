"""`vaxcard schedule`: assess patients in bulk, explain one in sentences, sign an edition, work everyone out again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from os import cpu_count
from pathlib import Path
from typing import Any

import click

from vaxcard.cli.opening import House, open_house
from vaxcard.errors import InputFault
from vaxcard.language.explanation import explain
from vaxcard.language.unread import place_of, say_unread
from vaxcard.programme.rebuild import rebuild
from vaxcard.programme.shadow import differences
from vaxcard.records import signatures
from vaxcard.records.database import Database, open_database
from vaxcard.schedule.assessment import assess as assess_child
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.check import check_folder
from vaxcard.schedule.exchange import assess_stream, read_patient
from vaxcard.schedule.faults import ScheduleDataError
from vaxcard.schedule.loader import DATA, load_schedule, read_schedule, vaccines_of
from vaxcard.schedule.questions import load_questions
from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.scenarios import differences as differences_of_case
from vaxcard.schedule.scenarios import read_scenarios
from vaxcard.schedule.unread import Findings, Unread, passed_over
from vaxcard.settings import load_settings


@click.group()
def schedule() -> None:
    """Assess against a national schedule; sign its editions."""


@schedule.command()
@click.option("--schedule", "code", default="cn", show_default=True, help="Code of a schedule that is shipped, or a FOLDER of rules.")
@click.option("--cdsi", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of CDC's supporting data.")
def assess(code: str, folder: Path | None) -> None:
    """Read patients from standard input, one JSON object a line; write an answer a line.

    With --cdsi, the schedule is CDC's supporting data as published, doses are told by cvx and mvx, observations by CDSi's codes.
    A faulty line answers {"id", "error"} and the run goes on; the exit status is 1 when any line failed.
    What of a patient no rule reads, such as a misspelt key, changes nothing: standard error names its place, a line a patient.
    """
    rules = load_cdsi(folder) if folder is not None else load_schedule(_shipped_or_folder(code))
    failed = False
    for answer in assess_stream(sys.stdin, rules, _note_unread):
        failed = failed or "error" in answer
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    sys.exit(1 if failed else 0)


def _shipped_or_folder(written: str) -> str:
    """The code of a schedule that is shipped, else the whole path of a folder; what is neither is refused where it is read."""
    if Path(written).name == written and (DATA / written).is_dir():
        return written
    return str(Path(written).resolve()) if Path(written).is_dir() else written


def _note_unread(patient_id: object, found: tuple[Unread, ...]) -> None:
    places = "; ".join(map(place_of, found))
    sys.stderr.write(f"{json.dumps(patient_id, ensure_ascii=False)}: passed over: {places}\n")


@schedule.command("explain")
@click.option("--schedule", "code", default="cn", show_default=True, help="Code of a schedule that is shipped, or a FOLDER of rules.")
@click.option("--lang", default="zh", show_default=True, help="Language of the sentences.")
@click.option("--staff", is_flag=True, help="Tell sensitive reasons as well: for physician and vaccinator only.")
def explain_command(code: str, lang: str, staff: bool) -> None:
    """Read one patient from standard input, a JSON object as for `assess`; say in sentences what counts and what is owed.

    It ends with what was passed over: keys that nobody reads, findings and values that no rule knows. --staff repeats what was written.
    """
    code = _shipped_or_folder(code)
    rules, patient = load_schedule(code), _one_patient(sys.stdin.read())
    child, history, on = read_patient(rules, patient)
    assessment = assess_child(rules, child, history, on)
    for line in explain(rules, child, assessment, lang, questions=load_questions(code), told_sensitive=staff):
        click.echo(line)
    for line in say_unread(passed_over(Findings(rules), patient), lang, told_sensitive=staff):
        click.echo(line)


def _one_patient(written: str) -> dict[str, Any]:
    advice = 'write {"born_on": …, "assessed_on": …, "doses": [{"given_on": …, "vaccine": …}]}'
    try:
        patient = json.loads(written)
    except (ValueError, RecursionError) as problem:
        raise InputFault("what was read is not JSON", place="standard input", advice=advice) from problem
    if not isinstance(patient, dict):
        raise InputFault("what was read is not one JSON object", place="standard input", advice=advice)
    return patient


@schedule.command("check")
@click.option("--schedule", "code", default="cn", show_default=True, help="Code of a schedule that is shipped.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A FOLDER of rules instead.")
@click.option("--cases", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Hold the case files in FOLDER against it.")
def check_command(code: str, folder: Path | None, cases: Path | None) -> None:
    """Look through rule files: every fault at once, each with file and key; then the cases that are answered otherwise.

    The exit status is 0 only when the rules can be read and every case is answered as expected. Nothing is written.
    """
    where = folder or DATA / code
    if not where.is_dir():
        raise InputFault(f"no schedule {code} is shipped", place="--schedule", advice="give its code, or --folder with its files")
    checked = check_folder(where)
    for fault in checked.faults:
        click.echo(f"fault: {fault}")
    if checked.schedule is None:
        sys.exit(1)
    found = checked.schedule
    editions = sum(map(len, found.editions.values()))
    click.echo(f"{found.code}: {len(found.groups)} groups, {editions} editions, {len(found.vaccines)} vaccines")
    wrong = _hold_cases(found, cases) if cases else 0
    sys.exit(1 if checked.faults or wrong else 0)


def _hold_cases(rules: Schedule, folder: Path) -> int:
    try:
        scenarios = read_scenarios(folder, rules)
    except ScheduleDataError as refused:
        for fault in refused.faults:
            click.echo(f"fault: {fault}")
        return len(refused.faults)
    wrong = 0
    for case in scenarios:
        told = differences_of_case(rules, case)
        wrong += bool(told)
        for difference in told:
            click.echo(f"{case.place}: {case.title}: {difference}")
    click.echo(f"cases: {len(scenarios) - wrong} of {len(scenarios)} answered as expected")
    return wrong


@schedule.command()
@click.argument("edition", required=False)
@click.option("--all", "everything", is_flag=True, help="Sign every edition of the schedule.")
@click.option("--by", "name", required=True, help="Who answers for it: a programme officer's name.")
def sign(edition: str | None, everything: bool, name: str) -> None:
    """Sign an EDITION whose numbers were checked against the official text.

    Until every edition with unverified entries is signed, nothing is sent to a real provider or served beyond this machine.
    """
    if not name.strip():
        raise InputFault("a signature needs a name", place="--by", advice="give the name of the officer who answers for it")
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
@click.option("--jobs", type=click.IntRange(1), default=None, help="Processes to share the work; all cores unless said otherwise.")
@click.option("--resume", is_flag=True, help="Go on with a rebuild by the same rules that was stopped today.")
@click.option("--shadow", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Compare with the rules in this FOLDER.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="With --shadow: compare on this day what serves and what may.")
def rebuild_command(jobs: int | None, resume: bool, shadow: Path | None, day: datetime | None) -> None:
    """Assess every child again, as after a new edition, and rewrite what is owed.

    With --shadow nothing is written: one JSON line for each child whom the rules of the folder would answer otherwise.
    """
    if shadow is None and day is not None:
        raise InputFault("--on goes with --shadow", place="--on", advice="leave it out: a rebuild is for today")
    with open_house() as house, _bar() as bar:
        if shadow is not None:
            _show_differences(house, shadow, day.date() if day else None, bar)
        else:
            _rebuild(house, jobs or cpu_count() or 1, resume, bar)


def _rebuild(house: House, jobs: int, resume: bool, bar: Any) -> None:
    show = _progress_on(bar)
    again: dict[str, Any] = {"now": house.now(), "today": house.today(), "jobs": jobs, "opener": open_again, "resume": resume}
    try:
        children = rebuild(house.database, house.schedule, progress=show, **again)
    except KeyboardInterrupt:
        click.echo("\nstopped; go on today with: vaxcard schedule rebuild --resume", err=True)
        sys.exit(130)
    click.echo(f"assessed again: {children} children")


def open_again() -> tuple[Database, Schedule]:
    """The registry and the rules of the settings, for one more process."""
    settings = load_settings()
    return open_database(settings.database_url, settings.keyring()), load_schedule(settings.schedule)


def _show_differences(house: House, folder: Path, day: date | None, bar: Any) -> None:
    rules, count = read_schedule(folder, vaccines_of(folder)), 0
    for each in differences(house.database, rules, on=day, serving=house.schedule, progress=_progress_on(bar)):
        sys.stdout.write(json.dumps(each, ensure_ascii=False) + "\n")
        count += 1
    click.echo(f"answered otherwise: {count} children; nothing was written", err=True)


def _bar() -> Any:
    return click.progressbar(length=1, label="Assessing", file=sys.stderr)


def _progress_on(bar: Any) -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        bar.length = max(total, 1)
        bar.update(done - bar.pos)

    return show
