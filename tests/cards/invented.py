"""Card sets of invented children, without a registry: what the drawing tests stand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any
from uuid import UUID

from vaxcard.cards import composing
from vaxcard.cards.content import Appointment, Card, ChildFacts, ClinicFacts, DoseBox, IssuedCode
from vaxcard.cards.gathering import CardSet
from vaxcard.cards.payload import card_url, with_check
from vaxcard.keyring import CROCKFORD
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.brackets import lay_out
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.rules import Schedule

TODAY = date(2026, 5, 20)
BORN = date(2026, 2, 16)
CLINIC = ClinicFacts("青禾镇卫生院 接种门诊", "0551-5550 126", tuple((day, time(8), time(11, 30)) for day in (0, 2, 3)))
GIVEN = (
    ("HepB", date(2026, 2, 16), "20250911B"),
    ("BCG", date(2026, 2, 16), "202506A04"),
    ("HepB", date(2026, 3, 16), "20250911B"),
    ("IPV", date(2026, 4, 16), "202510023"),
    ("DTaP", date(2026, 4, 16), "D2509117"),
)
NEXT = Appointment(date(2026, 5, 21), ("Polio",))
URL = "https://vax.example.org"


def letters(seed: int, count: int) -> str:
    """Letters that are the same at every run."""
    return "".join(CROCKFORD[(seed * 37 + at * at * 11 + at * 5) % 32] for at in range(count))


def cards(
    schedule: Schedule,
    *,
    name: str = "晓禾",
    sign: str = "leaf",
    sex: str = "female",
    given: Sequence[tuple[str, date, str | None]] = GIVEN,
    clinic: ClinicFacts = CLINIC,
    appointment: Appointment | None = NEXT,
    extra: Sequence[DoseBox] = (),
    qr_version: int = 3,
    seed: int = 0,
    **more: Any,
) -> tuple[Card, ...]:
    """The cards of a child born on 2026-02-16, printed on 2026-05-20."""
    child = Child(BORN, sex)
    doses = tuple(DoseAdministered(n, on, vaccine) for n, (vaccine, on, _) in enumerate(given, start=1))
    assessment = assess(schedule, child, History(doses), TODAY)
    views = lay_out(schedule, child, assessment)
    codes = {
        bracket: IssuedCode(
            card_url(URL, letters(bracket + seed * 101, 20), qr_version=qr_version),
            with_check(letters(bracket + 7 + seed, 7)),
        )
        for bracket in composing.card_numbers(schedule, sex, len(extra))
    }
    return composing.compose(
        schedule,
        ChildFacts(name, sign, BORN, sex),
        clinic,
        views,
        appointment,
        lots={n: lot for n, (_, _, lot) in enumerate(given, start=1)},
        extra=extra,
        codes=codes,
        printed_on=TODAY,
        uncounted=composing.uncounted_doses(schedule, assessment),
        **more,
    )


def card_set(schedule: Schedule, **more: Any) -> CardSet:
    """The same as a set to draw."""
    return CardSet(UUID(int=1), cards(schedule, **more), ())
