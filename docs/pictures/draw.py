"""Draws the pictures of the cards, from an invented child, plain and as others see them: `python docs/pictures/draw.py`."""

from __future__ import annotations

from datetime import date, time
from io import BytesIO
from pathlib import Path
from uuid import UUID

from PIL import Image

from vaxcard.cards import composing, layout
from vaxcard.cards.content import Appointment, ChildFacts, ClinicFacts, IssuedCode
from vaxcard.cards.gathering import CardSet
from vaxcard.cards.payload import card_url, with_check
from vaxcard.cards.printing import draw
from vaxcard.keyring import CROCKFORD
from vaxcard.papers.pictures import contact_sheet
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.brackets import lay_out
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.loader import load_schedule

TODAY = date(2026, 5, 20)
CHILD = ChildFacts("晓禾", "leaf", date(2026, 2, 16), "female")
CLINIC = ClinicFacts("青禾镇卫生院 接种门诊", "0551-5550 126", tuple((day, time(8), time(11, 30)) for day in (0, 2, 3)))
GIVEN = (
    ("HepB", date(2026, 2, 16), "20250911B"),
    ("BCG", date(2026, 2, 16), "202506A04"),
    ("HepB", date(2026, 3, 16), "20250911B"),
    ("IPV", date(2026, 4, 16), "202510023"),
    ("DTaP", date(2026, 4, 16), "D2509117"),
    ("IPV", date(2026, 5, 18), "202510023"),
)


def invented_set() -> CardSet:
    """The whole set of a girl of three months who is on time."""
    schedule = load_schedule("cn")
    child = Child(CHILD.born_on, CHILD.sex)
    doses = tuple(DoseAdministered(n, on, vaccine) for n, (vaccine, on, _) in enumerate(GIVEN, start=1))
    views = lay_out(schedule, child, assess(schedule, child, History(doses), TODAY))
    codes = {
        bracket: IssuedCode(card_url("https://vax.example.org", _letters(bracket, 20)), with_check(_letters(bracket, 7)))
        for bracket in composing.card_numbers(schedule, CHILD.sex)
    }
    cards = composing.compose(
        schedule,
        CHILD,
        CLINIC,
        views,
        Appointment(date(2026, 6, 18), ("Polio", "DTaP")),
        lots={n: lot for n, (_, _, lot) in enumerate(GIVEN, start=1)},
        extra=(),
        codes=codes,
        printed_on=TODAY,
    )
    return CardSet(UUID(int=1), cards, ())


def _letters(seed: int, count: int) -> str:
    """Letters that look drawn at random and are the same at every run."""
    state, letters = seed * 7919 + 104729, ""
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        letters += CROCKFORD[state >> 26]
    return letters


def main() -> None:
    """Write the pictures beside this file."""
    pdf = draw([invented_set()], sheet="single").pdf
    hole = (*layout.HOLE, layout.HOLE_RADIUS)
    for name, first in (("front", 0), ("back", 1)):
        picture = contact_sheet(pdf, range(first, 16, 2), columns=4, dpi=110, hole=hole)
        (Path(__file__).parent / f"cards-{name}.png").write_bytes(picture)
    faces = contact_sheet(pdf, range(16), columns=4, dpi=80, hole=hole)
    (Path(__file__).parent / "cards-all-faces.png").write_bytes(faces)
    small = draw([invented_set()], sheet="id1").pdf
    (Path(__file__).parent / "cover-id1.png").write_bytes(contact_sheet(small, range(2), columns=2, dpi=120))
    fronts = Image.open(BytesIO(contact_sheet(pdf, range(0, 16, 2), columns=4, dpi=60, hole=hole))).convert("RGB")
    rows = [fronts, fronts.convert("L").convert("RGB"), deuteranopia(fronts)]
    seen = Image.new("RGB", (fronts.width, sum(row.height for row in rows)))
    for at, row in enumerate(rows):
        seen.paste(row, (0, at * fronts.height))
    seen.quantize(128, dither=Image.Dither.NONE).save(Path(__file__).parent / "cards-simulated.png", optimize=True)


def deuteranopia(picture: Image.Image) -> Image.Image:
    """As somebody sees it who lacks the green cones (Machado, Oliveira and Fernandes 2009, severity 1, in linear light)."""
    matrix = (0.367322, 0.860646, -0.227968, 0, 0.280085, 0.672501, 0.047413, 0, -0.011820, 0.042940, 0.968881, 0)
    linear = picture.point([round(255 * (value / 255) ** 2.2) for value in range(256)] * 3)
    return linear.convert("RGB", matrix).point([round(255 * (value / 255) ** (1 / 2.2)) for value in range(256)] * 3)


if __name__ == "__main__":
    main()
