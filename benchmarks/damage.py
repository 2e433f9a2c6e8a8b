"""What still scans of a card that was stained, creased, blurred, tilted or badly photographed: one symbol alone, and the whole card.

    python benchmarks/damage.py [CARDS [SEED]]      # 60 cards and a fixed seed unless told otherwise

A stain or a crease hits one face at random, everything else both. A whole card reads if either of its faces does.
The cover stands apart: both its symbols are inwards, and here a stain or a crease always hits that face, on one of them.
Pictures are taken at 150 dpi, the far photograph at 75 dpi.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from io import BytesIO
from itertools import combinations
from math import cos, pi, radians, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.cards import invented
from vaxcard.cards import layout
from vaxcard.cards.printing import draw
from vaxcard.papers.check import opened, read_picture

DPI = 150
PIXELS = DPI / 25.4
Damage = Callable[[Image.Image, random.Random, bool], Image.Image]
ONE_FACE = ("stain 10 %", "crease")


def stain(face: Image.Image, chance: random.Random, back: bool) -> Image.Image:
    """A dark blot over a tenth of the symbol, somewhere on it."""
    zone = layout.symbol_zone(3, back=back)
    radius = (0.10 * zone.width * zone.height / pi) ** 0.5
    x, y = zone.x + chance.random() * zone.width, zone.y + chance.random() * zone.height
    face = face.copy()
    box = [value * PIXELS for value in (x - radius, y - radius, x + radius, y + radius)]
    ImageDraw.Draw(face).ellipse(box, fill=60)
    return face


def crease(face: Image.Image, chance: random.Random, back: bool) -> Image.Image:
    """A fold of 0.8 mm through the symbol, its ink gone, with a shadow beside it."""
    zone = layout.symbol_zone(3, back=back)
    x, y = zone.x + chance.random() * zone.width, zone.y + chance.random() * zone.height
    angle = chance.random() * pi
    face = face.copy()
    pen = ImageDraw.Draw(face)
    for shift, width, grey in ((0.5, 0.4, 150), (0.0, 0.8, 245)):
        ends = [(x + shift + side * 60 * cos(angle), y + shift + side * 60 * sin(angle)) for side in (-1, 1)]
        pen.line([(a * PIXELS, b * PIXELS) for a, b in ends], fill=grey, width=round(width * PIXELS))
    return face


def blur(face: Image.Image, chance: random.Random, back: bool) -> Image.Image:
    """Out of focus by 0.3 mm."""
    return face.filter(ImageFilter.GaussianBlur(0.3 * PIXELS))


def tilt(face: Image.Image, chance: random.Random, back: bool) -> Image.Image:
    """Held at 20° and turned by any angle."""
    flat = face.resize((face.width, round(face.height * cos(radians(20)))), Image.Resampling.BICUBIC)
    return flat.rotate(chance.random() * 360, Image.Resampling.BICUBIC, expand=True, fillcolor=200)


def glare(face: Image.Image, chance: random.Random, back: bool) -> Image.Image:
    """A lamp in the pouch: a soft white patch of 12 mm near the symbol."""
    zone = layout.symbol_zone(3, back=back)
    x, y = zone.x + chance.random() * zone.width, zone.y + chance.random() * zone.height
    mask = Image.new("L", face.size, 0)
    ImageDraw.Draw(mask).ellipse([value * PIXELS for value in (x - 6, y - 6, x + 6, y + 6)], fill=200)
    mask = mask.filter(ImageFilter.GaussianBlur(2.5 * PIXELS))
    return Image.composite(Image.new("L", face.size, 255), face, mask)


def pale(face: Image.Image, chance: random.Random, back: bool) -> Image.Image:
    """Contrast down to 30 %."""
    return ImageEnhance.Contrast(face).enhance(0.3)


def far(face: Image.Image, chance: random.Random, back: bool) -> Image.Image:
    """A photograph from far away: 75 dpi, JPEG quality 30."""
    small = face.resize((face.width // 2, face.height // 2), Image.Resampling.BOX)
    taken = BytesIO()
    small.save(taken, "JPEG", quality=30)
    return Image.open(taken).convert("L")


DAMAGES: dict[str, Damage] = {
    "stain 10 %": stain,
    "crease": crease,
    "tilt 20°": tilt,
    "glare": glare,
    "blur 0.3 mm": blur,
    "contrast 30 %": pale,
    "far, JPEG 30": far,
}


def reads(face: Image.Image, text: str) -> bool:
    """Whether the symbol of `text` is found on a picture."""
    return any(found.text == text for found in read_picture(face))


def suffer(faces: list[Image.Image], kinds: tuple[str, ...], chance: random.Random) -> list[Image.Image]:
    """A card's pictures after the damages, in the order of DAMAGES; front first."""
    hit = chance.randrange(len(faces))
    for kind in (name for name in DAMAGES if name in kinds):
        first_back = len(faces) == 1  # the cover's only symbol is inwards
        faces = [
            DAMAGES[kind](face, chance, bool(at) or first_back) if kind not in ONE_FACE or at == hit else face
            for at, face in enumerate(faces)
        ]
    return faces


def pictures(cards: int) -> tuple[list[tuple[str, list[Image.Image]]], list[tuple[str, list[Image.Image]]]]:
    """Bracket cards with both faces, and covers with the inward one: (text, pictures)."""
    whole, covers = [], []
    for one in invented(0, -(-cards // 7)):
        drawn = draw([one], sheet="single")
        with opened(drawn.pdf) as document:
            faces = [document[page].render(scale=DPI / 72, grayscale=True).to_pil().copy() for page in range(16)]
        covers.append((one.cards[0].identity.code.url, faces[1:2]))
        whole += [(card.identity.code.url, faces[2 * at : 2 * at + 2]) for at, card in enumerate(one.cards) if at]
    return whole[:cards], covers


def main() -> None:
    """Print the table."""
    whole, covers = pictures(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 20260520)
    print(f"{'damage':32} {'one symbol':>10} {'whole card':>10} {'cover':>6}   of {len(whole)} cards, {len(covers)} covers, %")
    kinds = [(kind,) for kind in DAMAGES] + list(combinations(DAMAGES, 2))
    for some in [(), *kinds]:
        one = both = cover = 0
        for text, faces in whole:
            read = [reads(face, text) for face in suffer(faces, some, chance)]
            both += any(read)
            alone = faces[:1]
            one += reads(_alone(alone, some, chance)[0], text)
        hurt = covers * -(-len(whole) // len(covers))  # as many pictures as of the other cards
        for text, faces in hurt:
            cover += reads(suffer(faces, some, chance)[0], text)
        share = [100 * one / len(whole), 100 * both / len(whole), 100 * cover / len(hurt)]
        print(f"{' + '.join(some) or 'none':32} {share[0]:10.0f} {share[1]:10.0f} {share[2]:6.0f}", flush=True)


def _alone(faces: list[Image.Image], kinds: tuple[str, ...], chance: random.Random) -> list[Image.Image]:
    """One front by itself: every damage hits it."""
    for kind in (name for name in DAMAGES if name in kinds):
        faces = [DAMAGES[kind](faces[0], chance, False)]
    return faces


if __name__ == "__main__":
    main()
