"""Times the engine beside a bare loop over the same rules, in one run: medians for one child of 20 doses and for synthetic children.

The loop is `bare_loop.py`: the same rules and the same answer, without reasons.
Where VAXCARD_SHARED names CDC's cases and supporting data, their patients are timed as well, all groups, rules loaded once, beside the
plain reading in `plain/`, which walks through the XML as it stands for each patient and does not look until when an answer holds.
Run it as `python benchmarks/engine.py [CHILDREN]`.
"""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bare_loop import ON, SCHEDULE, bare
from plain.data import read
from plain.reading import assess as plainly

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.exchange import read_patient
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.outcomes import Assessment

ROUNDS, REPEATS, CDSI_ROUNDS = 9, 40, 5
Patient = tuple[Child, History]


def main(children: int = 1000) -> None:
    """Print figures for one child of 20 doses and for a mixed crowd, and whether loop and engine agree."""
    crowd = synthetic(children)
    twenty = next(patient for patient in synthetic(20_000, seed=20) if len(patient[1].doses) == 20)
    for name, patients, repeats in (("one child, 20 doses", [twenty], REPEATS), (f"{children} synthetic children", crowd, 1)):
        floor, engine = medians_us((_each(patients, bare), _each(patients, _whole)), repeats, len(patients))
        print(f"{name}: engine {engine:.0f} µs, bare loop {floor:.0f} µs, ratio {engine / floor:.2f} (to reach: 1.50)")
    doses = sum(len(history.doses) for _, history in crowd) / len(crowd)
    print(f"{doses:.1f} doses a child; the two agree in every verdict, status and date on {agreement(crowd):.1%} of the children")
    if "VAXCARD_SHARED" in os.environ:
        time_cdsi(Path(os.environ["VAXCARD_SHARED"]) / "cdsi")
    else:
        print("CDSi: not timed, VAXCARD_SHARED names no folder")


def _each(patients: Sequence[Patient], answer: Callable[[Child, History], Any]) -> Callable[[], None]:
    """Answer for everybody and keep nothing, as a run over a nation does."""

    def work() -> None:
        for child, history in patients:
            answer(child, history)

    return work


def _whole(child: Child, history: History) -> Assessment:
    return assess(SCHEDULE, child, history, ON)


def time_cdsi(folder: Path) -> None:
    """CDC's cases against CDC's data: the time to load, and to assess all groups of one patient, until when it holds included."""
    started = time.process_time()
    rules = load_cdsi(folder / "supporting-data-4.64")
    loaded = time.process_time() - started
    data = read(folder / "supporting-data-4.64")
    for suite in ("healthy-a", "conditions-a"):
        cases = [json.loads(line) for line in (folder / f"{suite}.jsonl").read_text("utf-8").splitlines()]
        lines = [_person(case) for case in cases]
        people = [read_patient(rules, each) for each in lines]
        plain, each = medians_us(
            (_all([(line,) for line in lines], partial(plainly, data)), _all(people, partial(assess, rules))), 1, len(people), CDSI_ROUNDS
        )
        print(
            f"CDSi, {suite}: {each / 1000:.2f} ms a patient, {len(rules.groups)} groups; plain reading {plain / 1000:.2f} ms, "
            f"{plain / each:.1f} times as long (to reach: 5); loaded once in {loaded:.2f} s"
        )


def _all(people: Sequence[Any], answer: Callable[..., Any]) -> Callable[[], None]:
    def work() -> None:
        for person in people:
            answer(*person)

    return work


def _person(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "born_on": case["dob"],
        "sex": {"F": "female", "M": "male"}.get(case["gender"]),
        "assessed_on": case["assessment_date"],
        "doses": [{"given_on": dose["date"], "cvx": dose["cvx"], "mvx": dose["mvx"]} for dose in case["doses"]],
        "observations": [{"code": each["code"], "on": each["date"], "value": each["text"]} for each in case["conditions"]],
    }


def medians_us(works: Sequence[Callable[[], Any]], repeats: int, children: int, rounds: int = ROUNDS) -> list[float]:
    """The median time of each work for one child in microseconds; in processor time.

    The works take turns, so that a busy machine hinders all alike.
    """
    found: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, found, strict=True):
            started = time.process_time()
            for _ in range(repeats):
                work()
            times.append((time.process_time() - started) / repeats / children * 1e6)
    return [statistics.median(times) for times in found]


def synthetic(children: int, seed: int = 7) -> list[Patient]:
    """Children up to fourteen years who follow the routine plan with delays, gaps and the odd early dose; all invented."""
    chance = random.Random(seed)
    return [one_child(chance) for _ in range(children)]


def one_child(chance: random.Random) -> Patient:
    """One invented child who follows the routine plan, more or less."""
    child = Child(ON - timedelta(chance.randrange(14 * 365)), chance.choice(["female", "male"]))
    given, usual = [], chance.choice([0, 10, 40, 200])
    for group in SCHEDULE.groups:
        last = child.born_on
        for target in SCHEDULE.edition_on(group, ON).series[0].doses:
            rule = target.rules[-1]
            if SCHEDULE.groups[group].optional or rule.minimum_age is None or not rule.vaccines or chance.random() < 0.05:
                continue
            late = -1 if chance.random() < 0.02 else chance.randint(0, usual)
            last = max(_kept(rule, last), rule.minimum_age.after(child.born_on)) + timedelta(late)
            if child.born_on <= last <= ON:
                given.append((last, rule.vaccines[0]))
    chance.shuffle(given)
    return child, History(tuple(DoseAdministered(n, day, vaccine) for n, (day, vaccine) in enumerate(given, 1)))


def _kept(rule: Any, last: date) -> date:
    return max((interval.minimum.after(last) for interval in rule.intervals), default=last)


def agreement(crowd: Sequence[Patient]) -> float:
    """The share of children on whom loop and engine say the same: every verdict, status, dose and date, and until when it holds."""
    return sum(_as_told(assess(SCHEDULE, *patient, ON)) == _as_looped(bare(*patient)) for patient in crowd) / len(crowd)


_TOLD = ("dose", "vaccines", "earliest", "recommended", "past_due", "latest", "needs")


def _as_told(answer: Assessment) -> Any:
    verdicts: dict[str, list[str]] = {}
    for each in sorted(answer.evaluations, key=lambda each: (each.given_on, each.vaccine)):
        verdicts.setdefault(each.group or "", []).append(str(each.status))
    groups = {
        each.group: (each.status.value, *(getattr(each, name) or None for name in _TOLD), tuple(verdicts.get(each.group, ())))
        for each in answer.forecasts
    }
    return groups, answer.holds_until


def _as_looped(answer: dict[str, Any]) -> Any:
    groups = {}
    for group, found in answer["groups"].items():
        verdicts = tuple("extraneous" if each == "through" else each for each in found["statuses"])
        groups[group] = (found["status"], *(found.get(name) or None for name in _TOLD), verdicts)
    return groups, answer["changes"] - timedelta(1) if answer["changes"] else None


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
