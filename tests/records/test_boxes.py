"""What a box's code tells, and what the registry knows of boxes like it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Event
from time import sleep
from typing import Any
from uuid import UUID

import pytest

from tests.story import EVERY_DAY, Story, an_id
from vaxcard.errors import InputFault, Refused
from vaxcard.records.boxes import Offer, offer, read_box
from vaxcard.records.doses import DoseForm
from vaxcard.records.enrolment import open_clinic
from vaxcard.records.registry import record_dose
from vaxcard.schedule.loader import load_schedule

CHINA = load_schedule("cn")

TODAY = date(2026, 11, 24)
SCANNED = "0106901234567892172703311020250401\x1d21000123456789"
READABLE = "(01)06901234567892(17)270331(10)20250401(21)000123456789"
TRACE = "83857930000879766660"
VIAL = "81234560000000000017"
OPEN = timedelta(hours=4)


@pytest.mark.parametrize("sent", [SCANNED, f"]d2{SCANNED}", f"]C1{SCANNED}", READABLE, f" {READABLE} "])
def test_every_way_of_sending_a_gs1_code_is_one_box(sent: str) -> None:
    box = read_box(sent, CHINA)
    assert (box.code, box.product) == (READABLE, "(01)06901234567892")
    assert (box.lot_number, box.expires_on, box.serial) == ("20250401", date(2027, 3, 31), "000123456789")


def test_an_expiry_without_a_day_is_the_last_of_its_month() -> None:
    assert read_box("01069012345678921727020010A1", CHINA).expires_on == date(2027, 2, 28)


def test_a_code_whose_separators_were_lost_tells_its_product_and_no_lot() -> None:
    box = read_box(SCANNED.replace("\x1d", "") + "7" * 12, CHINA)
    assert box.product == "0106901234567892"
    assert (box.lot_number, box.expires_on, box.serial) == (None, None, None)


def test_twenty_digits_tell_the_product_by_their_first_seven() -> None:
    box = read_box("8385793 0000879766660", CHINA)
    assert (box.code, box.product, box.lot_number) == (TRACE, "8385793", None)


@pytest.mark.parametrize("sent", ["HTTPS://VAX.EXAMPLE/C/7A7A7A7A7A7A7A7A7A7A", "8385793", "MMR", "(01)123"])
def test_what_is_no_box_is_told_so(sent: str) -> None:
    with pytest.raises(InputFault):
        read_box(sent, CHINA)


def given(story: Story, vaccine: str, code: str, *, clinic_id: UUID | None = None, born: date = date(2026, 9, 20), **more: Any) -> None:
    """One dose out of a box, with whatever it was worth."""
    child_id = story.newborn(born, TODAY)
    told = {"lot_number": "L1", "expires_on": date(2027, 8, 31), "happened": "given at the door", "route": None, **more}
    with story.on(TODAY) as acting:
        record_dose(acting, child_id, DoseForm(an_id(), vaccine, TODAY, trace_code=code, clinic_id=clinic_id or story.clinic_id, **told))


def offered(story: Story, code: str, *, after: timedelta = timedelta(0)) -> Offer:
    with story.on(TODAY) as acting:
        moment: datetime = acting.now + after
        return offer(acting.session, acting.schedule, story.clinic_id, code, moment, OPEN)


def test_an_unknown_product_offers_nothing(story: Story) -> None:
    told = offered(story, TRACE)
    assert (told.vaccine, told.lot_number, told.expires_on, told.from_open_vial) == (None, None, None, False)


def test_the_next_box_of_a_product_is_known_by_the_doses_before(story: Story) -> None:
    given(story, "DTaP", TRACE, manufacturer="远山生物")
    told = offered(story, "83857930000000000001")
    assert (told.vaccine, told.manufacturer) == ("DTaP", "远山生物")
    assert (told.lot_number, told.expires_on) == (None, None), "the lot is read off each box"


def test_a_product_that_was_told_as_two_vaccines_is_asked(story: Story) -> None:
    given(story, "DTaP", TRACE)
    given(story, "HepB", "83857930000000000001")
    assert offered(story, "83857930000000000002").vaccine is None


def test_an_open_vial_keeps_its_lot_until_it_is_thrown_away(story: Story) -> None:
    given(story, "bOPV", VIAL, route="oral")
    told = offered(story, VIAL, after=OPEN)
    assert (told.vaccine, told.lot_number, told.expires_on, told.from_open_vial) == ("bOPV", "L1", date(2027, 8, 31), True)
    late = offered(story, VIAL, after=OPEN + timedelta(seconds=1))
    assert (late.vaccine, late.lot_number, late.from_open_vial) == ("bOPV", None, False)


def test_a_box_of_one_dose_never_lends_its_lot(story: Story) -> None:
    given(story, "DTaP", TRACE)
    assert offered(story, TRACE).lot_number is None


def test_a_vial_of_another_clinic_lends_no_lot(story: Story) -> None:
    with story.on(TODAY) as acting:
        other = an_id()
        open_clinic(acting, other, "远山卫生院", sessions=EVERY_DAY, time_zone="Asia/Shanghai", language="zh", region="CN", phone="0571-1")
    given(story, "bOPV", VIAL, clinic_id=other, route="oral")
    assert not offered(story, VIAL).from_open_vial


def due_child(story: Story, name: str) -> UUID:
    """A child who is owed DTaP today."""
    return story.newborn(date(2026, 8, 20), TODAY, name=name)


def box_of(code: str, vaccine: str = "DTaP", **more: Any) -> DoseForm:
    return DoseForm(an_id(), vaccine, TODAY, trace_code=code, route="intramuscular", site="left-thigh", **more)


def test_a_box_that_held_another_vaccine_until_now_stops_the_needle(story: Story) -> None:
    for number in range(3):
        given(story, "HepB", f"8385793000000000000{number}")
    child_id, form = due_child(story, "云东东"), box_of("83857930000000000009")
    with pytest.raises(Refused) as stopped, story.on(TODAY) as acting:
        record_dose(acting, child_id, form)
    assert stopped.value.reason == "box-of-another-vaccine"
    with story.on(TODAY) as acting:
        recorded = record_dose(acting, child_id, replace(form, happened="the fridge was sorted wrongly"))
        assert recorded.dose.incidents == ["box-of-another-vaccine"]


@pytest.mark.parametrize("before", [["HepB", "HepB"], ["HepB", "HepB", "DTaP"]], ids=["too few", "not of one mind"])
def test_doses_that_do_not_agree_stop_nobody(story: Story, before: list[str]) -> None:
    for number, vaccine in enumerate(before):
        given(story, vaccine, f"8385793000000000000{number}")
    child_id = due_child(story, "云东东")
    with story.on(TODAY) as acting:
        assert record_dose(acting, child_id, box_of("83857930000000000009")).dose.incidents == []


def test_one_box_scanned_at_two_counters_in_the_same_second_serves_one_child(story: Story) -> None:
    first, second = due_child(story, "云东东"), due_child(story, "林西西")
    in_hand = Event()

    def at_one_counter() -> list[str]:
        with story.on(TODAY) as acting:
            recorded = record_dose(acting, first, box_of(TRACE))
            in_hand.set()
            sleep(0.3)  # the other counter looks now; whether it waits for us is what is tried
            return list(recorded.dose.incidents)

    def at_the_other() -> str:
        assert in_hand.wait(60)
        with pytest.raises(Refused) as stopped, story.on(TODAY) as acting:
            record_dose(acting, second, box_of(TRACE))
        return stopped.value.reason

    with ThreadPoolExecutor(2) as counters:
        one, other = counters.submit(at_one_counter), counters.submit(at_the_other)
        assert (one.result(), other.result()) == ([], "box-of-another-child")
