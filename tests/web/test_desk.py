"""The desk's numbers are those of its own clinic and day."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.serving import TODAY, House, form_token
from tests.story import an_id
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import ClinicRecord, Role
from vaxcard.records.doses import DoseForm
from vaxcard.records.registry import correct_dose


def figures(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<b class="tn">(\d+)</b>', page)]


def test_the_days_numbers(house: House) -> None:
    house.story.newborn(date(2026, 11, 20), TODAY)
    late = house.story.newborn(date(2025, 1, 10), TODAY)
    house.story.dose(late, "DTaP", TODAY, clinic_id=house.story.clinic_id)
    expected, came, doses, late_children, children = figures(house.signed_in().get("/desk/").text)
    assert (expected, came, doses, late_children, children) == (1, 1, 1, 1, 2)


def test_a_corrected_dose_is_counted_once(house: House) -> None:
    child_id = house.story.newborn(date(2026, 7, 22), TODAY)
    dose = house.story.dose(child_id, "DTaP", TODAY, clinic_id=house.story.clinic_id).dose
    with house.story.on(TODAY) as acting:
        form = DoseForm(an_id(), "DTaP", TODAY, lot_number="B", clinic_id=house.story.clinic_id)
        correct_dose(acting, child_id, dose.id, form, seen_version=load_child(acting.session, child_id).version, reason="lot")
    assert figures(house.signed_in().get("/desk/").text)[2] == 1


@pytest.mark.parametrize(("role", "status"), [(Role.MANAGER, 303), (Role.PHYSICIAN, 303), (Role.VACCINATOR, 403)])
def test_old_arrears_are_released_by_those_who_answer_for_the_clinic(house: House, role: Role, status: int) -> None:
    with house.story.on(TODAY) as acting:
        acting.session.get_one(ClinicRecord, house.story.clinic_id).imported_on = TODAY
    client = house.signed_in(role)
    page = client.get("/desk/").text
    assert "放行前不给他们发短信" in page
    assert client.post("/desk/backlog", data={"csrf_token": form_token(page)}).status_code == status
    with house.story.database.reading() as session:
        released = session.get_one(ClinicRecord, house.story.clinic_id).backlog_released_at
    assert (released is not None) == (status == 303)
