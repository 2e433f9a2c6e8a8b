"""`vaxcard schedule`: assess patients in bulk, explain one in sentences, sign an edition, work everyone out again."""

from __future__ import annotations

import json
import sys

import click

from vaxcard.cli.opening import open_house
from vaxcard.errors import InputFault
from vaxcard.language.explanation import explain
from vaxcard.programme.rebuild import rebuild
from vaxcard.records import signatures
from vaxcard.schedule.assessment import assess as assess_child
from vaxcard.schedule.exchange import assess_stream, read_patient
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.questions import load_questions


@click.group()
def schedule() -> None:
    """Assess against a national schedule; sign its editions."""


@schedule.command()
@click.option("--schedule", "code", default="cn", show_default=True, help="Code of the national schedule.")
def assess(code: str) -> None:
    """Read patients from standard input, one JSON object a line; write an answer a line.

    A faulty line answers {"id", "error"} and the run goes on; the exit status is 1 when any line failed.
    """
    rules = load_schedule(code)
    failed = False
    for answer in assess_stream(sys.stdin, rules):
        failed = failed or "error" in answer
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    sys.exit(1 if failed else 0)


@schedule.command("explain")
@click.option("--schedule", "code", default="cn", show_default=True, help="Code of the national schedule.")
@click.option("--lang", default="zh", show_default=True, help="Language of the sentences.")
@click.option("--staff", is_flag=True, help="Tell sensitive reasons as well: for physician and vaccinator only.")
def explain_command(code: str, lang: str, staff: bool) -> None:
    """Read one patient from standard input, a JSON object as for `assess`; say in sentences what counts and what is owed."""
    rules = load_schedule(code)
    child, history, on = read_patient(rules, _one_patient(sys.stdin.read()))
    assessment = assess_child(rules, child, history, on)
    for line in explain(rules, child, assessment, lang, questions=load_questions(code), told_sensitive=staff):
        click.echo(line)


def _one_patient(written: str) -> dict[str, object]:
    advice = 'write {"born_on": …, "assessed_on": …, "doses": [{"given_on": …, "vaccine": …}]}'
    try:
        patient = json.loads(written)
    except (ValueError, RecursionError) as problem:
        raise InputFault("what was read is not JSON", place="standard input", advice=advice) from problem
    if not isinstance(patient, dict):
        raise InputFault("what was read is not one JSON object", place="standard input", advice=advice)
    return patient


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
