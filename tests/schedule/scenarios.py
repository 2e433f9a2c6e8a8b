"""Scenarios of cases/*.toml against a schedule: a child, its doses, and what a programme officer would sign as the answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, Decision, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import Assessment
from vaxcard.schedule.rules import Schedule

Case = Mapping[str, Any]


def differences(schedule: Schedule, case: Case) -> list[str]:
    """What a scenario expects and the engine does not answer; empty where they agree."""
    return list(_differences(_assess(schedule, case), case))


def _differences(found: Assessment, case: Case) -> Iterator[str]:
    for wanted in case.get("evaluations", []):
        if not _found(found.evaluations, wanted, ("vaccine", "given_on", "group")):
            yield f"expected {wanted}, found {found.evaluations}"
    for wanted in case.get("forecasts", []):
        if not _found(found.forecasts, wanted, ("group",)):
            yield f"expected {wanted}, found {found.forecasts}"
    yield from (f"{group} is not due" for group in case.get("due_now", []) if group not in found.due_now)
    yield from (f"{group} is due" for group in case.get("not_due", []) if group in found.due_now)


def _assess(schedule: Schedule, case: Case) -> Assessment:
    doses = tuple(DoseAdministered(n=n, **dose) for n, dose in enumerate(case.get("doses", []), 1))
    observations = tuple(Observation(**{"on": None, **each}) for each in case.get("observations", []))
    decisions = tuple(Decision(**{"given_on": None, "until": None, "reason": "invented", **each}) for each in case.get("decisions", []))
    child = Child(case["born_on"], case.get("sex", "unknown"))
    return assess(schedule, child, History(doses, observations, decisions), case["today"])


def _found(answers: Any, wanted: Case, keys: tuple[str, ...]) -> bool:
    concerned = [each for each in answers if all(getattr(each, key) == wanted[key] for key in keys if key in wanted)]
    return any(all(_same(each, key, value) for key, value in wanted.items()) for each in concerned)


def _same(answer: Any, key: str, value: Any) -> bool:
    if key == "reasons":
        return set(value) <= {str(reason.code) for reason in answer.reasons}
    if key == "nothing":
        return all(getattr(answer, name) is None for name in value)
    got = getattr(answer, key)
    return sorted(got) == sorted(value) if isinstance(value, list) else got == value
