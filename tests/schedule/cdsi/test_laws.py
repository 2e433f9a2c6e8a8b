"""The laws of the engine for CDC's data; it needs that data, which is no part of this repository."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.schedule.laws import World, laws_of
from vaxcard.schedule.cdsi.day import Day
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.cdsi.rules import AntigenSchedule
from vaxcard.schedule.cdsi.scoring import best
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation

DATA = Path(os.environ.get("VAXCARD_SHARED", "nowhere")) / "cdsi" / "supporting-data-4.64"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="VAXCARD_SHARED names no folder: CDC's data is not at hand")
SCHEDULE: AntigenSchedule | None = load_cdsi(DATA) if DATA.is_dir() else None
CVX = sorted(SCHEDULE.vaccines) if SCHEDULE else ["00"]
OBSERVED = ["007", "014", "018", "024", "036", "050", "080", "145", "151", "154", "155", "160", "170", "186", "259"]
AGES = [0, 1, 2, 4, 6, 9, 12, 15, 18, 24, 48, 60, 72, 84, 108, 132, 144, 180, 192, 216, 240, 324, 600, 720, 900]
Patient = tuple[Child, History, date]


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    """Somebody with up to eight doses near ages that matter, of a few vaccines."""
    born_on = draw(st.dates(date(1940, 1, 1), date(2026, 6, 30)))
    vaccines = draw(st.lists(st.sampled_from(CVX), min_size=1, max_size=3))
    near = st.tuples(st.sampled_from(AGES), st.integers(-40, 40)).map(lambda at: max(born_on, born_on + timedelta(at[0] * 30.44 + at[1])))
    given = draw(st.lists(st.tuples(near, st.sampled_from(vaccines), st.sampled_from([None, "PMC", "SKB", "MSD"])), max_size=8))
    doses = tuple(DoseAdministered(n, day, cvx, maker=maker) for n, (day, cvx, maker) in enumerate(given, 1))
    seen = draw(st.lists(st.sampled_from(OBSERVED), max_size=2, unique=True))
    observations = tuple(Observation(code, draw(st.one_of(st.none(), near)), "") for code in seen)
    on = max([draw(near), *(dose.given_on for dose in doses)])
    return Child(born_on, draw(st.sampled_from(["female", "male", "unknown"]))), History(doses, observations), on


def _recurring(schedule: AntigenSchedule) -> frozenset[str]:
    """Groups with a dose that comes back for life, such as influenza and tetanus."""
    coming_back = {code for code, antigen in schedule.antigens.items() if any(d.recurring for each in antigen.series for d in each.targets)}
    return frozenset(code for code, group in schedule.groups.items() if group.antigens & coming_back)


def _paths(child: Child, history: History, on: date) -> dict[str, list[str]]:
    """The best series of each group's antigens: another may become the best with another dose, and judges the doses its own way."""
    assert SCHEDULE is not None
    day = Day(SCHEDULE, child, history, on)
    antigens = SCHEDULE.antigens_of.items()
    return {code: sorted(each.standing.series.name for name in names for each in best(day.boards[name])) for code, names in antigens}


if SCHEDULE:
    NEVER_END = _recurring(SCHEDULE)
    CDC = World(
        schedule=SCHEDULE,
        patients=lambda most: patients(),
        decided=patients(),
        vaccines=tuple(CVX),
        recurring=NEVER_END,
        far_ahead=40_000,
        is_judged_by_its_own_dose_alone=False,
        paths=_paths,
    )
    globals().update(laws_of(CDC))
