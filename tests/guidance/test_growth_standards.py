"""The growth standard's numbers: they are WHO's own, and the arithmetic of L, M and S goes both ways."""

from __future__ import annotations

import pytest

from vaxcard.errors import NotFound
from vaxcard.guidance import growth_standards as growth
from vaxcard.guidance.growth_standards import Measure

# Printed in WHO's simplified field tables (percentiles 3, 50 and 97): months, length in cm, weight in kg.
PRINTED = [
    ("female", 0, (45.6, 49.1, 52.7), (2.4, 3.2, 4.2)),
    ("female", 4, (58.0, 62.1, 66.2), (5.1, 6.4, 8.1)),
    ("female", 12, (69.2, 74.0, 78.9), (7.1, 8.9, 11.3)),
    ("male", 0, (46.3, 49.9, 53.4), (2.5, 3.3, 4.3)),
    ("male", 6, (63.6, 67.6, 71.6), (6.4, 7.9, 9.7)),
    ("male", 60, (101.2, 110.0, 118.7), (14.3, 18.3, 23.8)),
]


@pytest.mark.parametrize(("sex", "months", "length", "weight"), PRINTED)
def test_the_percentiles_are_those_that_who_printed(sex, months, length, weight):
    for measure, expected in ((Measure.LENGTH, length), (Measure.WEIGHT, weight)):
        found = [growth.value_at(measure, sex, months, hundredth) for hundredth in (3, 50, 97)]
        assert [round(value, 1) for value in found] == pytest.approx(expected, abs=0.051)


# Medians and first deviations of WHO's tables for school age, by completed months: -1, 0 and +1 SD.
PRINTED_AT_SCHOOL = [
    (Measure.LENGTH, "male", 72, (111.0, 116.0, 120.9)),
    (Measure.LENGTH, "female", 120, (132.2, 138.6, 145.0)),
    (Measure.LENGTH, "female", 156, (149.4, 156.4, 163.3)),
    (Measure.LENGTH, "male", 228, (169.2, 176.5, 183.8)),
    (Measure.WEIGHT, "male", 120, (26.7, 31.2, 37.0)),
    (Measure.WEIGHT, "female", 84, (19.3, 22.4, 26.3)),
    (Measure.BMI, "male", 120, (14.9, 16.4, 18.5)),
    (Measure.BMI, "female", 228, (18.7, 21.4, 25.0)),
]


@pytest.mark.parametrize(("measure", "sex", "months", "printed"), PRINTED_AT_SCHOOL)
def test_the_deviations_at_school_age_are_those_of_the_table(measure, sex, months, printed):
    at = growth.distribution(measure, sex, months)
    assert [round(at.value(z), 1) for z in (-1, 0, 1)] == pytest.approx(printed, abs=0.11)


@pytest.mark.parametrize("measure", [Measure.LENGTH, Measure.WEIGHT])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_reference_goes_on_where_the_standard_ends(measure, sex):
    """WHO made the two meet at five years: the step from month 60 to 61 is no larger than the steps about it, but for a rounding."""
    medians = [growth.distribution(measure, sex, months).m for months in (59, 60, 61, 62)]
    steps = [after - before for before, after in zip(medians, medians[1:], strict=False)]
    assert abs(steps[1]) < 3 * max(steps[0], steps[2])


@pytest.mark.parametrize("sex", ["female", "male"])
def test_weight_alone_says_nothing_after_ten_years(sex):
    assert growth.covers(Measure.WEIGHT, sex, 120) and not growth.covers(Measure.WEIGHT, sex, 121)
    assert growth.covers(Measure.LENGTH, sex, 228) and growth.covers(Measure.BMI, sex, 228)
    assert not growth.covers(Measure.BMI, sex, 60)


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("sex", ["female", "male"])
def test_a_value_and_its_z_score_lead_to_each_other(measure, sex):
    for months in range(229):
        if not growth.covers(measure, sex, months):
            continue
        for z in (-2.5, -1, 0, 0.3, 2):
            value = growth.distribution(measure, sex, months).value(z)
            assert growth.z_score(measure, sex, months, value) == pytest.approx(z)


def test_weights_far_out_are_counted_in_steps_of_the_last_deviation():
    at = growth.distribution(Measure.WEIGHT, "male", 12)
    step = at.value(3) - at.value(2)
    assert growth.z_score(Measure.WEIGHT, "male", 12, at.value(3) + step) == pytest.approx(4)
    assert growth.z_score(Measure.WEIGHT, "male", 12, at.value(-3) - (at.value(-2) - at.value(-3))) == pytest.approx(-4)


def test_the_median_child_is_the_fiftieth_of_a_hundred():
    median = growth.distribution(Measure.WEIGHT, "female", 7.5).m
    assert growth.percentile(Measure.WEIGHT, "female", 7.5, median) == pytest.approx(50)
    before, after = (growth.distribution(Measure.WEIGHT, "female", months).m for months in (7, 8))
    assert before < median < after


@pytest.mark.parametrize(("sex", "months"), [("unknown", 4), ("female", 121), ("male", -1)])
def test_an_age_or_sex_without_a_table_is_said(sex, months):
    with pytest.raises(NotFound, match="no weight for this age and sex"):
        growth.distribution(Measure.WEIGHT, sex, months)


def test_the_numbers_come_with_their_source_and_its_terms():
    young, school = growth.sources()
    assert "2006" in young.title and "2007" in school.title
    for said in (young, school):
        assert "WHO" in said.terms and said.address.startswith("https://www.who.int/") and said.taken_from


def test_a_month_is_as_long_as_the_standard_says():
    assert growth.months_of(1461) == pytest.approx(48)
