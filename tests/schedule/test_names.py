"""Names as clinics write them: which vaccine they mean, and what is guessed of those that mean none."""

from datetime import date

import pytest

from vaxcard.schedule.loader import load_schedule

SCHEDULE = load_schedule("cn")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("百白破疫苗(无细胞)", "DTaP"),
        ("百白破疫苗（无细胞）", "DTaP"),
        (" 乙肝疫苗( 酿酒酵母 ) ", "HepB"),
        ("脊灰灭活疫苗(Sabin株)", "IPV"),
        ("脊灰灭活疫苗（ＳＡＢＩＮ株）", "IPV"),
        ("双价人乳头瘤病毒疫苗(大肠杆菌)", "HPV2"),
        ("百白破-脊灰-Hib五联疫苗", "DTaP-IPV/Hib"),
        ("五联", "DTaP-IPV/Hib"),
        ("流脑A", "MPSV-A"),
        ("A+C群流脑多糖疫苗", "MPSV-AC"),
        ("麻腮风", "MMR"),
        ("13价肺炎球菌多糖结合疫苗", "PCV13"),
        ("0402", "DTaP"),
        ("0306", "IPV"),
        ("dtap", "DTaP"),
        ("je-l", "JE-L"),
    ],
)
def test_a_name_means_its_vaccine_whatever_its_width_case_and_brackets(written: str, code: str) -> None:
    vaccine = SCHEDULE.vaccine_named(written)
    assert vaccine is not None and vaccine.code == code


@pytest.mark.parametrize("written", ["白白破", "百百破", "糖丸", "麻疹腮腺炎风疹", "乙脑疫苗", "", "9999", "疫苗"])
def test_a_name_that_is_wrong_or_says_too_little_means_none(written: str) -> None:
    assert SCHEDULE.vaccine_named(written) is None


@pytest.mark.parametrize(("written", "code"), [("白白破", "DTaP"), ("百百破", "DTaP"), ("麻疹腮腺炎风疹", "MMR"), ("麻腮凤疫苗", "MMR")])
def test_the_likely_product_is_named_first(written: str, code: str) -> None:
    assert SCHEDULE.likely_vaccine(written, None)[0] == code


def test_the_oral_dragee_is_told_apart_by_its_date() -> None:
    assert SCHEDULE.likely_vaccine("糖丸", date(2016, 4, 30)) == ("tOPV",)
    assert SCHEDULE.likely_vaccine("糖丸", date(2016, 5, 1)) == ("bOPV",)
    assert set(SCHEDULE.likely_vaccine("糖丸", None)) == {"tOPV", "bOPV"}


def test_nothing_is_guessed_of_a_name_like_no_other() -> None:
    assert SCHEDULE.likely_vaccine("zzzzzzzzzzzz", None) == ()


def test_every_vaccine_is_named_in_both_languages() -> None:
    for vaccine in SCHEDULE.vaccines.values():
        assert {"zh", "en"} <= vaccine.names.keys() and {"zh", "en"} <= vaccine.short_names.keys()
