"""Cards are told apart in print, in a grey copy and by those who see fewer colours: by numbers, not by looking."""

from __future__ import annotations

from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin

import pytest

# Machado, Oliveira and Fernandes (2009), severity 1, in linear light.
SEEN = {
    "as printed": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
GREY = ((0.2126, 0.7152, 0.0722),) * 3
LEAST = 10.0
"""CIEDE2000: 2.3 is just noticed side by side; two cards in a pouch are told apart from 10 on."""

Rgb = tuple[float, float, float]


def lab(colour: str, matrix: tuple[Rgb, ...]) -> Rgb:
    """A printed colour as somebody sees it, in CIELAB (D65)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    r, g, b = (min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, linear, strict=True)))) for row in matrix)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: Rgb, other: Rgb) -> float:
    """CIEDE2000."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c = (hypot(a1, b1) + hypot(a2, b2)) / 2
    g = (1 - (mean_c**7 / (mean_c**7 + 25**7)) ** 0.5) / 2
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = (degrees(atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if not c1 * c2 else (h2 - h1 + 180) % 360 - 180
    mean_l, mean_c, mean_h = (l1 + l2) / 2, (c1 + c2) / 2, (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = 1 - 0.17 * cos(radians(mean_h - 30)) + 0.24 * cos(radians(2 * mean_h))
    t += 0.32 * cos(radians(3 * mean_h + 6)) - 0.2 * cos(radians(4 * mean_h - 63))
    lightness = (l2 - l1) / (1 + 0.015 * (mean_l - 50) ** 2 / (20 + (mean_l - 50) ** 2) ** 0.5)
    chroma = (c2 - c1) / (1 + 0.045 * mean_c)
    hue = 2 * (c1 * c2) ** 0.5 * sin(radians(turn / 2)) / (1 + 0.015 * mean_c * t)
    rotation = -2 * (mean_c**7 / (mean_c**7 + 25**7)) ** 0.5 * sin(radians(60 * exp(-(((mean_h - 275) / 25) ** 2))))
    return (lightness**2 + chroma**2 + hue**2 + rotation * chroma * hue) ** 0.5


def test_the_measure_is_the_published_one():
    """Pairs 1, 7 and 17 of Sharma, Wu and Dalal (2005)."""
    assert difference((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert difference((50, 0, 0), (50, -1, 2)) == pytest.approx(2.3669, abs=1e-4)
    assert difference((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)


@pytest.mark.parametrize("seen", SEEN)
def test_any_two_cards_differ_in_colour(schedule, seen):
    for one, other in combinations(schedule.brackets, 2):
        told = difference(lab(one.colour, SEEN[seen]), lab(other.colour, SEEN[seen]))
        assert told >= LEAST, f"{one.code} and {other.code}, {seen}: {told:.1f}"


def test_a_grey_copy_tells_neighbours_apart_or_leaves_it_to_animal_number_and_tab(schedule):
    """Three fills are close in grey; no two cards that follow one another are, and all differ in animal, age, numbers and place."""
    for one, other in zip(schedule.brackets, schedule.brackets[1:], strict=False):
        told = difference(lab(one.colour, GREY), lab(other.colour, GREY))
        assert told >= 5, f"{one.code} and {other.code}: {told:.1f}"
    for facts in ("animal", "number", "code"):
        assert len({getattr(bracket, facts) for bracket in schedule.brackets}) == len(schedule.brackets)
    assert len({visit.number for bracket in schedule.brackets for visit in bracket.visits}) == 15
