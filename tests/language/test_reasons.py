"""Every reason of the engine is a sentence in every language."""

from __future__ import annotations

from datetime import date

import pytest

from vaxcard.language import languages, say_reason, say_withheld
from vaxcard.language.reasons import SENTENCES
from vaxcard.schedule.outcomes import Reason, ReasonCode

VALUES = {
    "minimum_age": "6 months",
    "maximum_age": "4 years",
    "minimum_interval": "28 days",
    "days": 13,
    "valid_from": date(2026, 8, 17),
    "since": date(2026, 7, 20),
    "last_day": date(2026, 8, 1),
    "decided_on": date(2026, 8, 1),
    "expires_on": date(2026, 8, 1),
    "assessed_on": date(2026, 8, 1),
    "born_on": date(2026, 2, 16),
    "born_before": date(1980, 1, 1),
    "vaccine": "DTaP",
    "expected": "IPV",
    "other_vaccine": "MMR",
    "observation": "immunoglobulin",
    "rule": "skin-test",
}


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_is_a_sentence_in_every_language(code: ReasonCode, lang: str) -> None:
    said = say_reason(Reason(code, VALUES, "a source"), lang)
    assert said and said != code.value
    assert "%(" not in said and "—" not in said
    if lang == "zh":
        assert any("\u4e00" <= character <= "\u9fff" for character in said)


def test_what_to_wait_for_is_told_with_its_day() -> None:
    reason = Reason(ReasonCode.FROM_AGE, {"minimum_age": "6 months", "valid_from": date(2026, 8, 17)}, "a source")
    assert say_reason(reason, "zh", near=date(2026, 6, 18)) == "要满 6 个月，8月17日 星期一"
    assert say_reason(reason, "en", near=date(2025, 6, 18)) == "From 6 months of age: 17 August 2026"


def test_vaccines_are_told_by_the_name_that_the_page_gives_them() -> None:
    reason = Reason(ReasonCode.WRONG_VACCINE, {"vaccine": "DTaP", "expected": "IPV, bOPV"}, "a source")
    assert say_reason(reason, "en", str.casefold) == "dtap does not count for this dose, which takes ipv/bopv"


def test_a_value_that_the_engine_left_out_does_not_break_the_page() -> None:
    assert say_reason(Reason(ReasonCode.FROM_AGE, {}, "a source"), "en") == "From — of age: —"


def test_a_reason_that_nobody_has_worded_keeps_its_code() -> None:
    assert "brand_new" not in SENTENCES
    assert say_reason(Reason("brand_new", {}, "a source"), "zh") == "brand_new"


def test_what_is_withheld_says_nothing_of_why() -> None:
    assert say_withheld("zh") == "门诊另有安排"
    assert say_withheld("en") == "Your clinic has decided otherwise"
