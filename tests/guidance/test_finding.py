"""A page is found by a word in any language, width and case, and by what comes near."""

from __future__ import annotations

import pytest

from vaxcard.guidance.finding import Topic, find

POLIO = Topic("/polio", {"zh": "脊灰灭活疫苗", "en": "Inactivated polio vaccine"}, "injection", ("IPV", "小儿麻痹"))
MEASLES = Topic("/mmr", {"zh": "麻腮风疫苗", "en": "Measles, mumps and rubella vaccine"}, "injection", ("MMR", "麻疹"))
SOLIDS = Topic("/care", {"zh": "6–9 月龄", "en": "6–9 months"}, "puree", ("该加辅食了", "Start solid food."))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ＩＰＶ", [POLIO]),
        ("ipv", [POLIO]),
        ("麻痹", [POLIO]),
        ("measles vaccine", [MEASLES]),
        ("疫苗", [POLIO, MEASLES]),
        ("solid", [SOLIDS]),
        ("脊灰疫苗", [POLIO]),  # written otherwise: what shares most
        ("", []),
        ("   ", []),
        ("电灯泡", []),
    ],
)
def test_what_is_typed_finds_its_pages(asked: str, found: list[Topic]) -> None:
    assert list(find([POLIO, MEASLES, SOLIDS], asked)) == found


def test_what_is_called_so_goes_before_what_merely_holds_it() -> None:
    five = Topic("/five", {"zh": "百白破-脊灰-Hib五联疫苗", "en": "DTaP, polio and Hib"}, "injection", ())
    hib = Topic("/hib", {"zh": "Hib疫苗", "en": "Haemophilus influenzae b"}, "injection", ("Hib",))
    assert find([five, hib], "hib") == (hib, five)


def test_a_very_long_question_is_cut() -> None:
    assert find([POLIO], "IPV" + " IPV" * 10_000) == (POLIO,)
