"""Every visit that is shown as waiting has its reason, whatever holds it back; and what the clinic keeps to itself stays there."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from vaxcard.records.chart import Chart
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.brackets import SlotState, lay_out
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import Reason, ReasonCode
from vaxcard.web.family_coming import waits, why

CHILD = Child(date(2026, 3, 20), "unknown")
TODAY = date(2026, 11, 24)
LATER_CHILD = Child(date(2013, 1, 5), "unknown")


@pytest.mark.parametrize(
    ("child", "history"),
    [
        (CHILD, History(())),
        (CHILD, History((DoseAdministered(1, date(2026, 11, 20), "MMR"),))),
        (CHILD, History((), (Observation("immunoglobulin", date(2026, 10, 1), "yes"),))),
        (CHILD, History((), (Observation("hiv-status", date(2026, 10, 1), "infected"),))),
        (LATER_CHILD, History(())),
    ],
)
def test_every_waiting_visit_has_its_reason(schedule: Any, child: Child, history: History) -> None:
    assessment = assess(schedule, child, history, TODAY)
    plan = lay_out(schedule, child, assessment)
    told = waits(cast(Chart, SimpleNamespace(assessment=assessment)), plan)
    waiting = {visit.visit.number for view in plan for visit in view.visits if visit.state == SlotState.WAITING}
    assert {wait.number for wait in told} == waiting
    assert all(why(wait.reason, lang).strip() and "%(" not in why(wait.reason, lang) for wait in told for lang in ("zh", "en"))


def test_a_family_hears_of_an_interval_and_of_no_vaccine() -> None:
    values = {"minimum_interval": "28 days", "other_vaccine": "MMR", "valid_from": date(2026, 12, 18)}
    reason = Reason(ReasonCode.FROM_LIVE_SPACING, values, "")
    assert (why(reason, "zh"), why(reason, "en")) == ("和上一针要隔 28 天", "It has to be 28 days after the injection before")


def test_a_finding_is_not_told_to_whoever_holds_the_card() -> None:
    values = {"minimum_interval": "3 months", "observation": "immunoglobulin", "valid_from": date(2026, 12, 18)}
    assert why(Reason(ReasonCode.FROM_OBSERVATION, values, ""), "zh") == "要先隔一段时间"
    assert why(Reason(ReasonCode.CONTRAINDICATED_BY, values, "", sensitive=True), "zh") == "门诊另有安排"
