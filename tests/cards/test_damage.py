"""What a photograph from far away, under a lamp, still says: the pictures that lately failed most."""

from __future__ import annotations

import random

from benchmarks import damage
from tests.cards import invented
from vaxcard.cards.printing import draw
from vaxcard.papers.check import opened, read_picture


def test_a_face_under_a_lamp_reads_from_so_far_away_that_a_module_has_two_dots(schedule):
    drawn, cards = draw([invented.card_set(schedule)], sheet="single"), invented.cards(schedule)
    chance = random.Random(20261124)
    with opened(drawn.pdf) as document:
        faces = [document[page].render(scale=damage.DPI / 72, grayscale=True).to_pil().copy() for page in range(2, 16, 2)]
    spoilt = [damage.far(damage.glare(face, chance, False), chance, False) for face in faces]
    assert spoilt[0].width < 320
    assert [[found.text for found in read_picture(face)] for face in spoilt] == [[card.identity.code.url] for card in cards[1:]]
    placed = read_picture(spoilt[0])[0]
    assert 0.7 * spoilt[0].width < placed.x < 0.9 * spoilt[0].width
