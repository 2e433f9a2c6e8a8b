"""The code on a box: twenty digits or GS1, never a card; a single-dose box serves one child once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.story import Story, an_id
from vaxcard.errors import InputFault, Refused
from vaxcard.records.doses import DoseForm
from vaxcard.records.registry import Recorded, record_dose, void_dose
from vaxcard.records.trace_codes import check_trace_code, in_one_width, used_for
from vaxcard.schedule.loader import load_schedule

CHINA = load_schedule("cn")

CODE = "81234567890123456789"
BORN = date(2026, 5, 20)
DUE = date(2026, 7, 20)  # IPV and DTaP


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (CODE, CODE),
        ("8123 4567 8901 2345 6789", CODE),
        ("８１２３４５６７８９０１２３４５６７８９", CODE),
        ("(01)06901234567892(17)270630(10)A123(21)XYZ9", "(01)06901234567892(17)270630(10)A123(21)XYZ9"),
        ("010690123456789217270630", "010690123456789217270630"),
    ],
)
def test_a_box_has_twenty_digits_or_gs1(written: str, kept: str) -> None:
    assert check_trace_code(written, CHINA) == kept


@pytest.mark.parametrize("written", [CODE[:-1], CODE + "1", "8"])
def test_other_numbers_of_digits_are_refused(written: str) -> None:
    with pytest.raises(InputFault, match="not as many digits"):
        check_trace_code(written, CHINA)


@pytest.mark.parametrize("written", ["HTTPS://CARDS.EXAMPLE/C/0123456789ABCDEFGHJK", "0123456789ABCDEFGHJK", "7K3M-9QX2", "7k3m9qx2"])
def test_a_card_is_told_apart(written: str) -> None:
    with pytest.raises(InputFault, match="that is a card") as fault:
        check_trace_code(written, CHINA)
    assert written not in str(fault.value)


def test_another_thing_is_no_box() -> None:
    with pytest.raises(InputFault, match="no code of a vaccine box"):
        check_trace_code("see the fridge", CHINA)


def test_a_lot_is_the_same_in_either_width() -> None:
    assert (in_one_width("Ａ１２３"), in_one_width(None)) == ("A123", None)


def record(story: Story, child_id: UUID, day: date = DUE, **more: Any) -> Recorded:
    form = DoseForm(**{"id": an_id(), "vaccine": "IPV", "given_on": day, "trace_code": CODE, "site": "left-thigh", **more})
    with story.on(day) as acting:
        return record_dose(acting, child_id, form)


def test_a_box_used_for_another_child_stops_and_names_the_first_dose(story: Story) -> None:
    first, second = story.newborn(BORN, BORN), story.newborn(BORN, BORN, name="云阳阳")
    dose = record(story, first).dose
    with pytest.raises(Refused, match="another child's record") as stopped:
        record(story, second)
    assert stopped.value.reason == "box-of-another-child"
    with story.database.reading() as session:
        found = used_for(session, story.schedule, DoseForm(an_id(), "IPV", DUE, trace_code=CODE))
        assert found is not None and (found.id, found.child_id) == (dose.id, first)
    assert record(story, second, happened="the box was scanned twice").dose.incidents == ["box-of-another-child"]


def test_a_voided_dose_gives_its_box_back(story: Story) -> None:
    first, second = story.newborn(BORN, BORN), story.newborn(BORN, BORN, name="云阳阳")
    recorded = record(story, first)
    with story.on(DUE) as acting:
        void_dose(acting, first, recorded.dose.id, an_id(), seen_version=recorded.chart.child.version, reason="another child's")
    assert record(story, second).dose.incidents == []


def test_a_vial_for_several_children_is_no_stop(story: Story) -> None:
    day = date(2026, 9, 20)
    for name in ("云朵朵", "云阳阳"):
        child = story.newborn(BORN, BORN, name=name)
        for month in (7, 8):
            story.dose(child, "IPV", date(2026, month, 20))
        drops = record(story, child, day, vaccine="bOPV", site=None)
        assert drops.dose.incidents == []


def test_the_same_box_on_a_later_day_is_asked_about(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    record(story, child)
    again = {"vaccine": "DTaP", "site": "right-thigh"}
    with pytest.raises(Refused, match="this child's record already") as stopped:
        record(story, child, DUE + timedelta(days=1), **again)
    assert stopped.value.reason == "box-used-before"


@pytest.mark.parametrize(("route", "ok"), [("intramuscular", True), ("injection", True), ("subcutaneous", False), ("intradermal", False)])
def test_a_needle_goes_only_as_deep_as_the_product_is_meant_to(story: Story, route: str, ok: bool) -> None:
    child = story.newborn(BORN, BORN)
    if ok:
        assert record(story, child, route=route).dose.incidents == []
    else:
        with pytest.raises(Refused, match="not given that way"):
            record(story, child, route=route)
