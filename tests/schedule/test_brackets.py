"""An assessment laid out on the seven cards and fifteen visits."""

from datetime import date

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.brackets import BracketView, SlotState, VisitView, lay_out
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.loader import load_schedule

SCHEDULE = load_schedule("cn")
BORN = date(2026, 3, 23)
TOLD = "HepB 2026-03-23, BCG 2026-03-23, HepB 2026-04-23, DTaP 2026-05-23, IPV 2026-05-23, IPV 2026-06-23"
FIRST_SIX = TOLD.replace(",", "").split()


def _laid_out(child: Child, on: date, *doses: str, observations: tuple[Observation, ...] = ()) -> tuple[BracketView, ...]:
    pairs = zip(doses[::2], doses[1::2], strict=True)
    given = tuple(DoseAdministered(n, date.fromisoformat(day), vaccine) for n, (vaccine, day) in enumerate(pairs, 1))
    return lay_out(SCHEDULE, child, assess(SCHEDULE, child, History(given, observations), on))


def _visits(views: tuple[BracketView, ...]) -> dict[int, VisitView]:
    return {view.visit.number: view for bracket in views for view in bracket.visits}


def test_a_girl_has_seven_cards_with_fifteen_visits_and_a_boy_six_with_thirteen() -> None:
    girl, boy = (_laid_out(Child(BORN, sex), BORN) for sex in ("female", "male"))
    assert [view.bracket.number for view in girl] == [1, 2, 3, 4, 5, 6, 7] and len(_visits(girl)) == 15
    assert [view.bracket.number for view in boy] == [1, 2, 3, 4, 5, 6] and len(_visits(boy)) == 13


def test_a_newborn_is_next_at_the_first_visit_and_all_others_are_later() -> None:
    visits = _visits(_laid_out(Child(BORN, "female"), BORN))
    assert visits[1].state == SlotState.NEXT
    assert {visits[number].state for number in range(2, 16)} == {SlotState.LATER}


def test_a_dose_given_is_done_with_its_date_product_and_place_in_the_history() -> None:
    visits = _visits(_laid_out(Child(BORN, "female"), date(2026, 7, 1), *FIRST_SIX))
    polio, dtap = visits[3].slots
    assert (polio.state, polio.given_on, polio.vaccine, polio.n) == (SlotState.DONE, date(2026, 5, 23), "IPV", 5)
    assert (dtap.state, dtap.given_on, dtap.n) == (SlotState.DONE, date(2026, 5, 23), 4)
    assert visits[4].state == SlotState.DONE and visits[5].state == SlotState.NEXT


def test_a_dose_past_its_last_day_is_late_the_day_after_and_not_on_it() -> None:
    child = Child(BORN, "female")
    on_time, late = (_visits(_laid_out(child, date(2027, 3, day), *FIRST_SIX)) for day in (22, 23))
    assert on_time[6].slots[0].state == SlotState.NEXT
    assert late[6].slots[0].state == SlotState.LATE and late[6].state == SlotState.LATE


def test_a_dose_without_a_last_day_is_late_with_the_one_after_it() -> None:
    visits = _visits(_laid_out(Child(BORN, "female"), date(2027, 3, 23), "HepB", "2026-03-23"))
    assert visits[3].state == SlotState.LATE


def test_bcg_that_waits_for_a_skin_test_is_waiting() -> None:
    visits = _visits(_laid_out(Child(BORN, "female"), date(2026, 7, 1), "HepB", "2026-03-23"))
    assert [slot.state for slot in visits[1].slots] == [SlotState.DONE, SlotState.WAITING]


def test_a_late_live_dose_that_must_keep_its_distance_is_waiting_not_late() -> None:
    visits = _visits(_laid_out(Child(date(2025, 3, 1), "male"), date(2026, 11, 20), "VarV", "2026-11-10"))
    mmr = visits[7].slots[0]
    assert (mmr.state, mmr.due_on) == (SlotState.WAITING, date(2026, 12, 8))


def test_the_product_of_another_line_takes_the_place_of_the_printed_one() -> None:
    infected = (Observation("hiv-status", None, "infected"),)
    visits = _visits(_laid_out(Child(BORN, "female"), date(2026, 11, 23), observations=infected))
    assert visits[7].slots[1].vaccine == "JE-I"
    assert visits[1].slots[1].state == SlotState.NOT_NEEDED


def test_a_dose_that_was_passed_over_is_not_needed() -> None:
    visits = _visits(_laid_out(Child(date(2023, 1, 1), "male"), date(2026, 11, 23)))
    assert visits[8].slots[0].state == SlotState.NOT_NEEDED and visits[11].slots[0].state != SlotState.NOT_NEEDED


def test_every_bracket_has_a_colour_of_its_own_and_text_that_reads_on_it() -> None:
    assert len({bracket.colour for bracket in SCHEDULE.brackets}) == len({bracket.animal for bracket in SCHEDULE.brackets}) == 7
    assert all(_contrast(bracket.colour, bracket.text_on_fill) >= 4.5 for bracket in SCHEDULE.brackets)


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
