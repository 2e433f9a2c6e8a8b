"""Every scenario of cases/*.toml, told in a sentence that a programme officer can sign, against the engine."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, Decision, DoseAdministered, History, Observation
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import Assessment

FOLDER = Path(__file__).parent / "cases"
CASES = [case for path in sorted(FOLDER.glob("*.toml")) for case in tomllib.loads(path.read_text("utf-8"))["case"]]


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_the_scenario(case: dict[str, Any]) -> None:
    assessment = _assess(case)
    for wanted in case.get("evaluations", []):
        assert _found(assessment.evaluations, wanted, ("vaccine", "given_on", "group")), (wanted, assessment.evaluations)
    for wanted in case.get("forecasts", []):
        assert _found(assessment.forecasts, wanted, ("group",)), (wanted, assessment.forecasts)
    for group in case.get("due_now", []):
        assert group in assessment.due_now
    for group in case.get("not_due", []):
        assert group not in assessment.due_now


def test_no_title_is_used_twice() -> None:
    titles = [case["title"] for case in CASES]
    assert len(titles) == len(set(titles))


def test_every_group_of_the_programme_has_a_scenario() -> None:
    told = {each["group"] for case in CASES for each in case.get("forecasts", []) + case.get("evaluations", []) if "group" in each}
    assert set(load_schedule("cn").groups) <= told


def _assess(case: dict[str, Any]) -> Assessment:
    doses = tuple(DoseAdministered(n=n, **dose) for n, dose in enumerate(case.get("doses", []), 1))
    observations = tuple(Observation(**{"on": None, **each}) for each in case.get("observations", []))
    decisions = tuple(Decision(**{"given_on": None, "until": None, "reason": "invented", **each}) for each in case.get("decisions", []))
    child = Child(case["born_on"], case.get("sex", "unknown"))
    return assess(load_schedule("cn"), child, History(doses, observations, decisions), case["today"])


def _found(answers: Any, wanted: dict[str, Any], keys: tuple[str, ...]) -> bool:
    concerned = [each for each in answers if all(getattr(each, key) == wanted[key] for key in keys if key in wanted)]
    return any(all(_same(each, key, value) for key, value in wanted.items()) for each in concerned)


def _same(answer: Any, key: str, value: Any) -> bool:
    if key == "reasons":
        return set(value) <= {str(reason.code) for reason in answer.reasons}
    if key == "nothing":
        return all(getattr(answer, name) is None for name in value)
    got = getattr(answer, key)
    return sorted(got) == sorted(value) if isinstance(value, list) else got == value
