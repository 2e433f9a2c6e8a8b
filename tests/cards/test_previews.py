"""Each face can be looked at before it is printed."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from PIL import Image

from tests.cards import invented
from vaxcard.cards.gathering import CardSet
from vaxcard.cards.previews import previews, whole_set
from vaxcard.papers.check import read_picture


def some_cards(one: CardSet, *numbers: int) -> CardSet:
    """A set of these cards alone: a picture of each takes its time."""
    return replace(one, cards=tuple(card for card in one.cards if card.identity.number in numbers))


def test_every_face_is_a_picture_of_its_own_with_the_hole_punched(schedule):
    one = some_cards(invented.card_set(schedule), 1, 2)
    found = previews(one, dpi=100)
    assert [(picture.number, picture.side) for picture in found[:3]] == [(1, "front"), (1, "back"), (2, "front")]
    assert len(found) == 2 * len(one.cards)
    for picture in found:
        face = Image.open(BytesIO(picture.png))
        assert face.size == (414, 292)
        hole = (round(52.5 / 25.4 * 100), round(8 / 25.4 * 100))
        assert face.getpixel(hole)[3] == 0 and face.getpixel((207, 150))[3] == 255 and face.getpixel((0, 0))[3] == 0


def test_a_preview_scans_as_the_print_does(schedule):
    one = some_cards(invented.card_set(schedule), 3)
    front = next(picture for picture in previews(one) if (picture.number, picture.side) == (3, "front"))
    face = Image.open(BytesIO(front.png)).convert("RGBA")
    on_white = Image.alpha_composite(Image.new("RGBA", face.size, "white"), face).convert("L")
    assert [symbol.text for symbol in read_picture(on_white)] == [one.cards[0].identity.code.url]


def test_a_set_on_one_picture_is_drawn_once_and_again_when_something_on_it_changes(schedule):
    picture = whole_set(some_cards(invented.card_set(schedule), 1))
    assert whole_set(some_cards(invented.card_set(schedule), 1)) is picture
    assert whole_set(some_cards(invented.card_set(schedule, name="小禾"), 1)) != picture
