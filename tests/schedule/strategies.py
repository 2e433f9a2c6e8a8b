"""Random children for the laws: births, doses near the ages that matter, observations and decisions; all invented."""

from datetime import date, timedelta

from hypothesis import strategies as st

from vaxcard.schedule.history import Child, Decision, DoseAdministered, History, Observation
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.rules import Schedule

SCHEDULE = load_schedule("cn")
BIRTHS = st.dates(date(2007, 1, 1), date(2026, 11, 23))
AGES = "0 1 2 3 4 5 6 7 8 9 12 15 18 22 24 25 36 48 60 72 83 84 100 144 156 162 180 200"
AGES_IN_MONTHS = st.sampled_from([int(age) for age in AGES.split()])
OFF_BY_DAYS = st.integers(-40, 40)
OBSERVED = st.sampled_from(
    [
        ("mother-hbsag", "positive"),
        ("mother-hbsag", "unknown"),
        ("birth-weight-g", "1800"),
        ("birth-weight-g", "3200"),
        ("gestation-weeks", "30"),
        ("hiv-status", "infected"),
        ("hiv-status", "infected-severe"),
        ("hiv-status", "exposed-unknown"),
        ("hiv-status", "uninfected"),
        ("immunodeficiency", "severe-combined"),
        ("immunoglobulin", "IVIG"),
        ("tb-skin-test", "negative"),
        ("tb-skin-test", "positive"),
        ("line-je", "JE-I"),
        ("line-hepa", "HepA-I"),
        ("line-hepa", "HepA-L"),
        ("hbsag", "negative"),
        ("anti-hbs", "4"),
        ("anti-hbs", "120"),
        ("severe-reaction", "JE-L"),
        ("severe-reaction", "bOPV"),
        ("severe-reaction", "DTaP-IPV/Hib"),
        ("severe-reaction", "something else"),
    ]
)


@st.composite
def days_of_life(draw: st.DrawFn, born_on: date) -> date:
    """A day near an age at which some rule begins or ends."""
    age = draw(AGES_IN_MONTHS)
    near = born_on + timedelta(round(age * 30.44) + draw(OFF_BY_DAYS))
    return max(born_on, near)


@st.composite
def patients(draw: st.DrawFn, max_doses: int = 14, schedule: Schedule = SCHEDULE) -> tuple[Child, History, date]:
    """A child, a history and a day of assessment; doses may lie after it."""
    born_on = draw(BIRTHS)
    child = Child(born_on, draw(st.sampled_from(["female", "male", "unknown"])))
    vaccines = st.sampled_from(sorted(schedule.vaccines))
    given = draw(st.lists(st.tuples(days_of_life(born_on), vaccines, st.booleans()), max_size=max_doses))
    doses = tuple(DoseAdministered(n, day, vaccine, substandard=bad and n % 5 == 0) for n, (day, vaccine, bad) in enumerate(given, 1))
    observations = tuple(
        Observation(code, draw(st.one_of(st.none(), days_of_life(born_on))), value)
        for code, value in draw(st.lists(OBSERVED, max_size=3))
    )
    return child, History(doses, observations), draw(days_of_life(born_on))


@st.composite
def decided_patients(draw: st.DrawFn, schedule: Schedule = SCHEDULE) -> tuple[Child, History, date]:
    """A patient for whom a clinician has decided something."""
    child, history, on = draw(patients(14, schedule))
    group, verb = draw(st.sampled_from(sorted(schedule.groups))), draw(st.sampled_from(["accept", "complete", "give", "never"]))
    given_on = draw(st.sampled_from([dose.given_on for dose in history.doses])) if history.doses else None
    until = draw(st.one_of(st.none(), st.just(on + timedelta(30))))
    decision = Decision(draw(days_of_life(child.born_on)), group, given_on, verb, until, "invented")
    return child, History(history.doses, history.observations, (decision,)), on
