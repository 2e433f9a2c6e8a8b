"""Writes docs/schedule-cn.md: China's programme as the engine holds it, told by the scenarios that test it, for an officer to sign.

And docs/schedule-cn-coverage.md: which rule of the sources is held where, and which scenario shows it.
Run it as `make docs`; `--check` says instead whether the pages are up to date.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from vaxcard.language import say_age
from vaxcard.schedule.loader import load_schedule

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "schedule-cn.md"
CASES = ROOT / "tests" / "schedule" / "cases"
COVERAGE_PAGE = ROOT / "docs" / "schedule-cn-coverage.md"
COVERAGE = ROOT / "tests" / "schedule" / "coverage-cn.toml"
SCHEDULE = load_schedule("cn")
HEAD = """# China's programme, told by its scenarios

Written by `make docs` from `tests/schedule/cases/`, where every scenario is a test: change it there. How to change a rule is told in
[changing-the-schedule.md](changing-the-schedule.md), where the rules come from in [sources-cn.md](sources-cn.md), what the programme
leaves open in [decision 17](decisions/0017-what-the-programme-leaves-open.md), and which rule of the sources is held where in
[schedule-cn-coverage.md](schedule-cn-coverage.md). All children are invented.
"""
COVERAGE_HEAD = """# Which rule is held where, and what shows it

Written by `make docs` from `tests/schedule/coverage-cn.toml`: the walk through [sources-cn.md](sources-cn.md), section by section, with the
sources' keys and grades explained there. A confidence in small letters with hyphens is a flag that the data carry and every answer tells.
Every file stands in `vaxcard/schedule/data/cn/`. Beside the scenarios named here, every age, interval and last age of every edition is
tried on the day before, the day and the day after by `tests/schedule/test_every_boundary.py`; so is every pair of live vaccines, every
wait after immunoglobulin and every finding that bars a vaccine, on the first and last day of its rule.
"""
HELD = {"yes": "", "elsewhere": "no matter of due dates: ", "no": "**not held**: "}
STATUS = {
    "valid": "counts",
    "not_valid": "does not count",
    "extraneous": "was one more than asked for",
    "sub_standard": "does not count (the lot)",
    "not_complete": "owed",
    "complete": "complete",
    "contraindicated": "not to be given",
    "aged_out": "no longer owed",
    "not_recommended": "not owed",
    "immune": "immune",
}
WORDS = {
    "earliest": "may be given from",
    "recommended": "recommended from",
    "past_due": "on time until",
    "latest": "may be given until",
    "vaccines": "to be given",
}


def page() -> str:
    """The whole page."""
    parts = [HEAD, *_routine(), *_editions()]
    for path in sorted(CASES.glob("*.toml")):
        parts.append(f"## Scenarios: {path.stem}\n")
        parts += [_scenario(case) for case in tomllib.loads(path.read_text("utf-8"))["case"]]
    parts.append("## Read and agreed\n\n| name | office | date | remarks |\n|---|---|---|---|\n| | | | |\n")
    return "\n".join(parts)


def coverage_page() -> str:
    """The page of rules; a scenario is named by the beginning of its title in the file, and told in full here."""
    titles = [case["title"] for path in sorted(CASES.glob("*.toml")) for case in tomllib.loads(path.read_text("utf-8"))["case"]]
    sources = (ROOT / "docs" / "sources-cn.md").read_text("utf-8")
    names = dict(re.findall(r"^###? ([A-H](?:\.\d+)?)\.? (.+)$", sources, flags=re.MULTILINE))
    parts, section = [COVERAGE_HEAD], None
    for row in tomllib.loads(COVERAGE.read_text("utf-8"))["rule"]:
        if row["section"] != section:
            section = row["section"]
            title = f"{section} {names[section]}" if section in names else section.capitalize()
            parts.append(f"\n## {title}\n\n| rule | sources | confidence | where | scenarios |\n|---|---|---|---|---|")
        parts.append(_rule(row, titles))
    return "\n".join(parts) + "\n"


def _rule(row: dict[str, Any], titles: list[str]) -> str:
    shown = [title for begun in row.get("cases", []) for title in titles if title.startswith(begun)]
    said = HELD[row.get("held", "yes")] + row.get("note", "")
    cells = (row["rule"], row["source"], row["confidence"], "; ".join(row["where"]), "<br>".join([*([said] if said else []), *shown]))
    return f"| {' | '.join(cells)} |"


def _routine() -> Iterator[str]:
    yield "## The routine plan\n\n| visit | age | doses |\n|---|---|---|"
    for bracket in SCHEDULE.brackets:
        for visit in bracket.visits:
            doses = ", ".join(f"{slot.group} {slot.dose} ({slot.vaccine})" for slot in visit.doses)
            yield f"| {visit.number} | {visit.age_label['en']} {visit.age_label['zh']} | {doses} |"
    yield ""


def _editions() -> Iterator[str]:
    yield "## Editions\n\n| group | in force from | still to be checked (flags) |\n|---|---|---|"
    for group, editions in sorted(SCHEDULE.editions.items()):
        for edition in editions:
            yield f"| {group} | {edition.effective_from} | {', '.join(edition.unverified)} |"
    yield ""


def _scenario(case: dict[str, Any]) -> str:
    lines = [f"**{case['title']}.**\n", f"- {_child(case)}"]
    if case.get("doses"):
        lines.append(f"- Given: {'; '.join(_dose(dose) for dose in case['doses'])}.")
    if case.get("observations"):
        lines.append(f"- Known: {'; '.join(_known(each) for each in case['observations'])}.")
    if case.get("decisions"):
        lines.append(f"- Decided: {'; '.join(_decided(each) for each in case['decisions'])}.")
    lines.append(f"- Answer: {' '.join(_answers(case))}\n")
    return "\n".join(lines)


def _child(case: dict[str, Any]) -> str:
    who = {"female": "A girl", "male": "A boy"}.get(case.get("sex", ""), "A child")
    age = say_age(case["born_on"], case["today"], "en")
    return f"{who} born on {case['born_on']}, looked at on {case['today']} at the age of {age}."


def _dose(dose: dict[str, Any]) -> str:
    more = "".join(f", {key.replace('_', ' ')} {_said(value)}" for key, value in dose.items() if key not in ("vaccine", "given_on"))
    return f"{dose['vaccine']} on {dose['given_on']}{more}"


def _known(each: dict[str, Any]) -> str:
    return f"{each['code']} {each['value']}" + (f" on {each['on']}" if "on" in each else "")


def _decided(each: dict[str, Any]) -> str:
    more = "".join(f", {key.replace('_', ' ')} {_said(each[key])}" for key in ("given_on", "until") if key in each)
    return f"{each['decision']} for {each['group']} on {each['on']}{more}"


def _answers(case: dict[str, Any]) -> Iterator[str]:
    for each in case.get("evaluations", []):
        what = f"{each.get('vaccine', 'The dose')}{' of ' + str(each['given_on']) if 'given_on' in each else ''}"
        yield f"{what}{_in(each)} {_told(each, ('vaccine', 'given_on', 'group'))}."
    for each in case.get("forecasts", []):
        yield f"{each['group']}: {_told(each, ('group',)) or 'told'}."
    if case.get("due_now"):
        yield f"Due now: {', '.join(case['due_now'])}."
    if case.get("not_due"):
        yield f"Not due now: {', '.join(case['not_due'])}."
    if case.get("holds_until"):
        yield f"This holds until {case['holds_until']}."


def _in(each: dict[str, Any]) -> str:
    return f" in {each['group']}" if "group" in each else ""


def _told(each: dict[str, Any], but: tuple[str, ...]) -> str:
    return ", ".join(_one(key, value) for key, value in each.items() if key not in but)


def _one(key: str, value: Any) -> str:
    if key == "status":
        return STATUS[value]
    if key == "reasons":
        return "because: " + ", ".join(code.replace("_", " ") for code in value)
    if key == "no_reasons":
        return "and not because: " + ", ".join(code.replace("_", " ") for code in value)
    if key == "nothing":
        return "nothing said of " + " or ".join(WORDS.get(name, name) for name in value)
    if key == "optional":
        return "shown because it was begun" if value else "of the programme"
    return f"{WORDS.get(key, key.replace('_', ' '))} {_said(value)}"


def _said(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def main() -> int:
    """Write the pages, or with --check say whether they are up to date."""
    behind = False
    for path, text in ((PAGE, page()), (COVERAGE_PAGE, coverage_page())):
        if "--check" in sys.argv[1:]:
            same = path.is_file() and path.read_text("utf-8") == text
            print(f"{path.name} is {'up to date' if same else 'behind its scenarios: run make docs'}")
            behind = behind or not same
        else:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    return int(behind)


if __name__ == "__main__":
    sys.exit(main())
