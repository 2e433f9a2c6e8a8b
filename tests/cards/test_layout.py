"""The zones keep the distances that writing, scanning, cutting and punching need."""

from __future__ import annotations

from math import hypot

import pytest

from vaxcard.cards import layout
from vaxcard.cards.layout import Zone

PLANS = [(2, 1), (2, 1, 2), (3,), (3, 1), (1, 1, 2), (1, 1)]


@pytest.mark.parametrize("doses", PLANS)
def test_every_dose_of_the_plan_has_a_box_of_22_by_8_millimetres(doses):
    for _, boxes in layout.visit_zones(doses):
        assert all(box.width >= 22 and box.height >= 8 - 1e-9 for box in boxes)
    assert layout.fits(doses)


@pytest.mark.parametrize("doses", PLANS)
def test_visits_fill_the_table_without_overlap(doses):
    blocks = [block for block, _ in layout.visit_zones(doses)]
    assert blocks[0].y == layout.TABLE.y
    assert blocks[-1].bottom == pytest.approx(layout.TABLE.bottom)
    assert all(below.y - above.bottom == pytest.approx(1.2) for above, below in zip(blocks, blocks[1:], strict=False))


def test_a_bracket_too_full_for_one_card_is_told():
    assert not layout.fits((3, 3))
    assert not layout.fits((1, 1, 1, 1, 1))


def test_the_remark_box_is_at_least_33_by_10():
    assert layout.REMARKS.width >= 33 and layout.REMARKS.height >= 10


@pytest.mark.parametrize("back", [False, True])
def test_a_version_three_symbol_is_25_mm_and_ten_from_every_edge_and_the_hole(back):
    zone = layout.symbol_zone(3, back=back)
    assert zone.width == zone.height == 25
    assert min(zone.x, zone.y, layout.WIDTH - zone.right, layout.HEIGHT - zone.bottom) >= 9.9
    assert _distance(zone, layout.HOLE) >= 10


def test_a_version_four_symbol_is_28_mm():
    assert layout.symbol_zone(4).width == 28


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("back", [False, True])
def test_nothing_stands_in_the_quiet_zone(version, back):
    symbol = layout.symbol_zone(version, back=back)
    quiet = 4 * symbol.width / {3: 29, 4: 33}[version]
    white = Zone(symbol.x - quiet, symbol.y - quiet, symbol.width + 2 * quiet, symbol.height + 2 * quiet)
    inwards = [layout.LOST, layout.SAFE, layout.MAP, layout.HEADER]  # the cover's inside has a symbol on either side
    beside = inwards + ([layout.PICTURES, layout.DANGER] if back else [layout.TABLE, layout.REMARKS])
    assert not any(_overlap(white, zone) for zone in beside)


def test_tabs_stand_side_by_side_and_meet_on_both_faces():
    places = [layout.tab(place) for place in range(1, 8)]
    assert all(left.right < right.x for left, right in zip(places, places[1:], strict=False))
    for place, front in enumerate(places, start=1):
        assert layout.tab(place, back=True).x == pytest.approx(layout.WIDTH - front.right)
    assert layout.tab(0) is None and layout.tab(8) is None


def test_no_zone_but_the_tab_comes_nearer_to_the_cut_than_five_millimetres():
    zones = [zone for zone in vars(layout).values() if isinstance(zone, Zone)]
    assert len(zones) > 10
    for zone in zones:
        assert zone.x >= 5 and zone.y >= 5 and zone.right <= 100.01 and zone.bottom <= 69.01


def test_no_zone_touches_what_is_kept_clear_around_the_hole():
    zones = [zone for zone in vars(layout).values() if isinstance(zone, Zone) and zone != layout.HEADER]
    assert all(_distance(zone, layout.HOLE) >= layout.KEEP_OUT for zone in zones)


def _distance(zone: Zone, point: tuple[float, float]) -> float:
    across = max(zone.x - point[0], 0, point[0] - zone.right)
    return hypot(across, max(zone.y - point[1], 0, point[1] - zone.bottom))


def _overlap(one: Zone, other: Zone) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom - 0.05 and other.y < one.bottom - 0.05


def test_a_bracket_is_divided_between_visits_and_a_visit_only_where_it_must_be():
    assert layout.divided([2, 1]) == (((0, 0, 2), (1, 0, 1)),)
    assert layout.divided([3, 3]) == (((0, 0, 3),), ((1, 0, 3),))
    assert layout.divided([7, 1]) == (((0, 0, 5),), ((0, 5, 7), (1, 0, 1)))
