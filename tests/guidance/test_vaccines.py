"""What a family reads of each vaccine is there for every one that a record may name, in every language, drawn and sourced."""

from __future__ import annotations

from typing import Any

import pytest

from vaxcard.guidance.library import GuidanceFault
from vaxcard.guidance.vaccines import Kind, diseases_of, leaflet_of, leaflets, read_vaccines
from vaxcard.guidance.visit_day import read_visit_day, visit_day
from vaxcard.language import languages
from vaxcard.papers import icons

PIECES = [piece for leaflet in leaflets() for part in (leaflet.usual, leaflet.watch, leaflet.tell, leaflet.day) for piece in part]
DAY = [*visit_day().before, *visit_day().tell, *visit_day().after]


def test_every_vaccine_of_the_schedule_has_its_leaflet_and_none_stands_twice(schedule: Any) -> None:
    told = [vaccine for leaflet in leaflets() for vaccine in leaflet.vaccines]
    assert sorted(told) == sorted(schedule.vaccines)


def test_every_antigen_is_told_as_a_disease(schedule: Any) -> None:
    antigens = {antigen for vaccine in schedule.vaccines.values() for antigen in vaccine.antigens}
    assert {antigen for antigen in antigens if not diseases_of([antigen])} == set()
    told = [disease.names["zh"] for disease in diseases_of(schedule.vaccines["DTaP"].antigens)]
    assert told == ["百日咳", "白喉", "破伤风"]


def test_what_the_routine_plan_gives_is_told_as_free(schedule: Any) -> None:
    planned = {slot.vaccine for bracket in schedule.brackets for visit in bracket.visits for slot in visit.doses}
    assert {leaflet_of(vaccine).kind for vaccine in planned} == {Kind.PROGRAMME}  # type: ignore[union-attr]
    optional = {code for code, vaccine in schedule.vaccines.items() if any(schedule.groups[group].optional for group in vaccine.groups)}
    assert {leaflet_of(vaccine).kind for vaccine in optional} == {Kind.PAID}  # type: ignore[union-attr]


@pytest.mark.parametrize("lang", languages())
def test_every_piece_is_told_in_every_language_short_and_drawn(schedule: Any, lang: str) -> None:
    diseases = diseases_of(antigen for vaccine in schedule.vaccines.values() for antigen in vaccine.antigens)
    assert all(disease.names.get(lang) and disease.said.get(lang) and disease.source.grade for disease in diseases)
    for piece in (*PIECES, *DAY):
        assert piece.lines.get(lang) and piece.icon in icons.names(), piece
        assert piece.source.title and piece.source.grade
        if lang == "zh":
            assert all(sum(character > "\u2e80" for character in line) <= 14 for line in piece.lines[lang]), piece
        if lang == "en":
            assert all(line.endswith((".", "?")) and (line[0].isupper() or line[0].isdigit()) for line in piece.lines[lang]), piece


def test_the_scar_of_bcg_is_right_and_says_from_when_it_is_not() -> None:
    leaflet = leaflet_of("BCG")
    assert leaflet is not None
    assert "正常" in " ".join(leaflet.usual[0].lines["zh"]) and "12 周" in " ".join(leaflet.watch[0].lines["zh"])


def test_after_rotavirus_a_blocked_bowel_is_told_of() -> None:
    assert all(leaflet_of(code).watch[0].source.key == "bowel" for code in ("RV5", "RV3", "RV6", "LLR"))  # type: ignore[union-attr]


def test_a_vaccine_that_nobody_wrote_about_has_no_leaflet() -> None:
    assert leaflet_of("no such vaccine") is None


def test_a_fact_without_a_source_and_a_piece_that_is_not_there_are_refused_by_name() -> None:
    written = """
        [sources]
        [usual.sore]
        icon = "arm"
        en = ["Sore."]
        [[leaflet]]
        vaccines = ["HepB"]
        kind = "programme"
        usual = ["sore", "tired"]
    """
    with pytest.raises(GuidanceFault, match=r"usual\.sore: no source.*leaflet HepB: no usual called 'tired'"):
        read_vaccines(written)
    with pytest.raises(GuidanceFault, match="Bring it"):
        read_visit_day('sources = {}\nbefore = [{ icon = "card", en = ["Bring it."] }]\ntell = []\nafter = []')
