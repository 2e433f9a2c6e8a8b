"""What every face shares: plates, hole, tab, the child's name and sign, the symbol with its short code, lines to write on."""

from __future__ import annotations

from collections.abc import Sequence

from vaxcard.cards import layout, wording
from vaxcard.cards.content import DoseBox, Identity, Look
from vaxcard.cards.layout import INK, INK_2, INK_3, LINE_STRONG, WHITE, Zone
from vaxcard.cards.payload import grouped
from vaxcard.papers import typography
from vaxcard.papers.surface import Surface, Type
from vaxcard.papers.symbol import symbol
from vaxcard.papers.typography import POINT, DoesNotFit

NAME_SIZES = (12, 11, 10, 9)
PLATE_TEXT = 65.2  # where text begins on the right plate, clear of the hole
_NAME_ROOM, COVER_NAME_ROOM, COVER_LONG_NAME_ROOM = 24.6, 22.5, 23.6
_LONG_NAME_X, _LONG_NAME_ROOM = 63.8, 35.2
_CENTRE = 0.37  # of the size: how far the middle of digits and capitals lies above the baseline


def centred(y: float, size: float) -> float:
    """The baseline at which a line of `size` points is centred on `y`."""
    return y + _CENTRE * size * POINT


def plates(surface: Surface, look: Look | None, *, back: bool = False) -> None:
    """The two header plates, which end in the curve around the hole, and the tab. The hole itself is punched, not printed."""
    fill = look.fill if look else layout.COVER_FILL
    if look and (zone := layout.tab(look.tab, back=back)):
        surface.box(zone.x, zone.y - layout.BLEED, zone.width, zone.height + layout.BLEED, fill=fill)
    surface.outline(layout.PLATE_LEFT, fill)
    surface.outline(layout.PLATE_RIGHT, fill)


def bracket_header(surface: Surface, look: Look) -> None:
    """The left plate: animal, age large, age in the second language."""
    surface.icon(look.animal, 7, 6.25, 10.5, look.on_fill)
    number, _, unit = look.age.rpartition(" ")
    size, unit_size, gap = (19, 10, 0.6) if len(number) <= 4 else (14, 9, 0.4)
    end = 19.7 + surface.text(19.7, 12.1, number, Type(size, True, look.on_fill, -0.01))
    surface.text(end + gap, 12.1, unit, Type(unit_size, True, look.on_fill))
    surface.text(19.7, 16.2, look.second_age, Type(6.5, colour=look.on_fill))


def identity(surface: Surface, who: Identity, colour: str, *, facts: bool) -> float:
    """The right plate: name and sign, the count, and with `facts` birth date and sex. Returns where its second row begins.

    A name that is too long for the room beside the sign takes two lines, and the sign moves below it;
    one that cannot be printed (see `can_be_printed`) leaves a line to write on.
    """
    name = fitted_name(who.display_name, _NAME_ROOM, lines=1)
    if name:
        start, row = PLATE_TEXT, 15.9
        if who.display_name:
            surface.text(start, 11.3 if facts else 10.6, name.lines[0], Type(name.size, True, colour))
        else:
            surface.line(start, 11.8, start + _NAME_ROOM, 11.8, colour=colour)
        surface.icon(f"sign-{who.sign}", 90.9, 6.1, 7.2, colour)
    else:
        start, row = _LONG_NAME_X + 5.4, 16.6
        long_name = typography.fit(who.display_name, _LONG_NAME_ROOM, NAME_SIZES, place="name", bold=True, lines=2)
        for at, line in enumerate(long_name.lines):
            surface.text(_LONG_NAME_X, 8.9 + at * 3.7, line, Type(long_name.size, True, colour))
        surface.icon(f"sign-{who.sign}", _LONG_NAME_X, 13.3, 4.3, colour)
    count(surface, who, 98.2, row, colour)
    if facts:
        surface.text(start, row, born_and_sex(who), Type(6.5, colour=colour))
    return start


def can_be_printed(name: str) -> str | None:
    """Why a display name cannot be printed, or None: characters that the fonts lack, or more than two lines of the least size."""
    if lacking := typography.missing(name):
        return f"the display name has {len(lacking)} character(s) that the fonts cannot draw"
    if not fitted_name(name, _LONG_NAME_ROOM, lines=2) or not fitted_name(name, COVER_LONG_NAME_ROOM, lines=3):
        return f"the display name of {len(name)} characters does not fit a card at {NAME_SIZES[-1]} pt"
    return None


def count(surface: Surface, who: Identity, right: float, baseline: float, colour: str) -> None:
    """Which card of how many; nothing on a blank card."""
    if not who.total:
        return
    total = surface.text(right, baseline, f" / {who.total}", Type(7.5, colour=colour), "right")
    surface.text(right - total, baseline, str(who.number), Type(7.5, True, colour), "right")


def fitted_name(name: str, room: float, *, lines: int) -> typography.Fitted | None:
    """The name in its largest size that fits, or None."""
    try:
        return typography.fit(name, room, NAME_SIZES, place="", bold=True, lines=lines)
    except DoesNotFit:
        return None


def born_and_sex(who: Identity) -> str:
    """`2026-02-16 · 女 F`."""
    sex = [wording.say(f"sex_{who.sex}"), wording.say(f"sex_{who.sex}", second=True)]
    return " · ".join(part for part in (who.born_on.isoformat() if who.born_on else "", " ".join(filter(None, sex))) if part)


def code(surface: Surface, who: Identity, caption: str, version: int, *, back: bool) -> None:
    """The symbol on its white, and under it the short code."""
    zone = layout.symbol_zone(version, back=back)
    place_symbol(surface, who, zone, version)
    baseline = layout.CODE_BASELINE[version]
    surface.text(zone.middle, baseline, grouped(who.code.short_code), Type(9.5, True, tracking=0.06), "centre")
    if baseline < layout.CAPTION_BASELINE - 2:
        surface.text(zone.middle, layout.CAPTION_BASELINE, caption, Type(7.5), "centre")


def place_symbol(surface: Surface, who: Identity, zone: Zone, version: int) -> None:
    """The symbol alone; drawn once a file, for it stands on a card twice."""
    surface.piece_at(
        zone.x,
        zone.y,
        f"qr-{who.code.url}",
        zone.width,
        zone.height,
        lambda: surface.symbol(symbol(who.code.url, version), 0, 0, zone.width),
    )


def write_line(surface: Surface, zone: Zone, words: Sequence[str], weights: Sequence[float], *, size: float = 8) -> None:
    """A line to write on: words with blanks between them, `第 __ 次 ____ 月 __ 日`; the blanks share the room by `weights`."""
    style, gap = Type(size), 0.5
    taken = sum(typography.width(word, style.size) for word in words) + 2 * gap * len(weights)
    share = (zone.width - taken) / sum(weights)
    x, baseline = zone.x, zone.bottom - 1
    for at, word in enumerate(words):
        x += surface.text(x, baseline, word, style) + gap
        if at < len(weights):
            end = x + share * weights[at]
            surface.line(x, zone.bottom, end, zone.bottom, colour=LINE_STRONG)
            x = end + gap


def two_lines(surface: Surface, x: float, y: float, first: str, second: str, *, size: float = 7.5) -> None:
    """A bold line and one in the second language under it; `y` is the first baseline."""
    surface.text(x, y, first, Type(size, True))
    surface.text(x, y + size * POINT * 1.15, second, Type(6.5, colour=INK_2))


def label(surface: Surface, x: float, baseline: float, key: str, *, size: float = 7, second: bool = True) -> float:
    """A caption in both languages; returns its width."""
    text = wording.say(key) + (f" {wording.say(key, second=True)}" if second else "")
    return surface.text(x, baseline, text, Type(size, colour=INK_3 if size <= 7 else INK))


def fill_box(surface: Surface, box: DoseBox, zone: Zone) -> None:
    """What is known of a dose in its box; else the captions of what to write."""
    x, middle = zone.x + 1.2, zone.y + zone.height / 2
    if box.not_needed:
        two_lines(surface, x, middle - 0.2, wording.say("not_needed"), wording.say("not_needed", second=True))
        return
    if box.given_on is None:
        empty_box(surface, zone)
        return
    surface.text(x, middle - 0.45, box.given_on.isoformat(), Type(8.5, True))
    for at, line in enumerate(lot_lines(box.lot, zone.width - 2.2)):
        surface.text(x, middle + 2.55 + at * 2.5, line, Type(7 if at == 0 else 6.5, colour=INK_2))


def empty_box(surface: Surface, zone: Zone) -> None:
    """The captions of what is to be written into a dose's box."""
    surface.text(zone.x + 1.2, zone.y + 3.15, wording.say("given_on"), Type(7, colour=INK_3))
    surface.text(zone.x + 1.2, zone.bottom - 1.05, wording.say("lot"), Type(7, colour=INK_3))


def lot_lines(lot: str | None, room: float) -> tuple[str, ...]:
    """The lot with its caption, or alone where it is long; one that fits nowhere leaves the caption, to be written by hand."""
    for text in (f"{wording.say('lot')} {lot}", lot) if lot and not typography.missing(lot) else ():
        try:
            return typography.fit(text, room, (7,), place="").lines
        except DoesNotFit:
            continue
    return (wording.say("lot"),)


def remarks(surface: Surface) -> None:
    """The white box for whatever else is to be noted; what is printed into it leaves no room for its caption."""
    zone = layout.REMARKS
    surface.box(zone.x, zone.y, zone.width, zone.height, fill=WHITE, stroke=LINE_STRONG, radius=1.2)
