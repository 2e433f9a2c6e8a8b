"""The walk through the sources of China's programme: what it names exists, and no flag of the sources is left behind."""

import re
import tomllib
from pathlib import Path
from typing import Any

from vaxcard.schedule.loader import DATA

HERE, ROOT = Path(__file__).parent, Path(__file__).resolve().parents[2]
RULES: list[dict[str, Any]] = tomllib.loads((HERE / "coverage-cn.toml").read_text("utf-8"))["rule"]
TITLES = [case["title"] for path in (HERE / "cases").glob("*.toml") for case in tomllib.loads(path.read_text("utf-8"))["case"]]
# Flags of the sources that are no matter of the schedule: the box, the paperwork, the form for schools.
OF_OTHER_ROOMS = {"trace-code-layout", "norm-2023", "entry-check-form"}


def test_every_scenario_that_a_rule_names_is_one_scenario() -> None:
    named = [begun for rule in RULES for begun in rule.get("cases", [])]
    assert {begun: sum(title.startswith(begun) for title in TITLES) for begun in named} == dict.fromkeys(named, 1)


def test_what_a_rule_says_of_its_place_stands_there() -> None:
    for rule in RULES:
        for place in rule["where"]:
            name, *words = place.split()
            text = next(path for path in (DATA / "cn" / name, DATA / name) if path.is_file()).read_text("utf-8")
            assert [word for word in words if word not in text] == [], rule["rule"]


def test_a_rule_has_a_scenario_or_says_why_it_has_none() -> None:
    bare = [rule["rule"] for rule in RULES if not rule.get("cases") and not rule.get("note")]
    assert bare == []
    assert all(rule.get("note") for rule in RULES if rule.get("held", "yes") != "yes")


def test_every_flag_of_the_sources_is_carried_by_the_data() -> None:
    sources = (ROOT / "docs" / "sources-cn.md").read_text("utf-8")
    table = sources[sources.index("## Flags to carry") : sources.index("## Official texts")]
    flags = set(re.findall(r"^\| `([a-z0-9-]+)` \|", table, flags=re.MULTILINE)) - OF_OTHER_ROOMS
    data = "".join(path.read_text("utf-8") for path in (*(DATA / "cn").glob("*.toml"), DATA / "vaccines.toml"))
    assert len(flags) > 30
    assert {flag for flag in flags if f'"{flag}"' not in data} == set()
