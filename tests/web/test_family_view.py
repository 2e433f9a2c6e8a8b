"""Every visit that is shown as waiting has its reason, whatever holds it back; and what the clinic keeps to itself stays there."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from vaxcard.records.chart import Chart
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.brackets import SlotState, lay_out
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import Reason, ReasonCode
from vaxcard.schedule.questions import load_family_questions, load_questions
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


def test_a_family_is_told_what_is_left_to_the_doctor_and_why() -> None:
    reason = Reason(ReasonCode.CLINICIAN_DECIDES, {"rule": "hpv-first-dose-from-15"}, "")
    assert why(reason, "zh", "cn") == "要医生来定：满 15 岁才打第一针，一共打几针，国家的规定没有写明"
    assert why(reason, "en", "cn").startswith("The doctor decides, because with the first one at 15 years or later")
    assert why(reason, "en") == "The doctor decides"


def test_an_early_birth_is_not_named_and_the_doctor_s_look_is() -> None:
    reason = Reason(ReasonCode.CLINICIAN_DECIDES, {"vaccine": "BCG", "observation": "gestation-weeks"}, "")
    assert why(reason, "zh", "cn") == "医生先看看孩子，再定打不打"
    assert why(reason, "en", "cn") == "The doctor looks at your child first, and then decides"


def test_whatever_is_left_to_a_doctor_is_told_to_families_without_a_vaccine_s_name(schedule: Any) -> None:
    told, asked = load_family_questions("cn"), load_questions("cn")
    assert told.keys() == asked.keys()
    names = {name for vaccine in schedule.vaccines.values() for name in (vaccine.code, *vaccine.short_names.values())}
    names |= {name for group in schedule.groups.values() for name in group.short_names.values()}
    for words in told.values():
        assert {"zh", "en"} <= words.keys()
        for lang, text in words.items():
            spoken = set(re.findall(r"[\w-]+", text)) if lang == "en" else {name for name in names if name in text}
            assert not spoken & names, text
