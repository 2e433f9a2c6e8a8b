"""Prints the card sets of many children: gathers and issues in short transactions, draws, reads every symbol back, then writes.

A file that fails its check is not written. Cards are issued before they are drawn, so that printing again gives the same cards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from vaxcard.cards import layout
from vaxcard.cards.content import CoverCard
from vaxcard.cards.faces import faces
from vaxcard.cards.gathering import Asked, CardSet, gather
from vaxcard.cards.payload import check_public_url
from vaxcard.errors import InputFault
from vaxcard.papers import sheets
from vaxcard.papers.check import DPI, Expected, require_readable
from vaxcard.records.acting import Acting
from vaxcard.records.database import Database
from vaxcard.schedule.rules import Schedule

SETS_A_FILE = 100
"""Card sets in one file: bounds memory, and what a failed check throws away."""

_SETS_A_TRANSACTION = 10  # about 50 ms: nurses record doses meanwhile


@dataclass(frozen=True)
class PrintRun:
    """What a run wrote; `notes` name the children for whom something is left to be written by hand."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]
    sets: int
    cards: int

    def with_file(self, file: Path, sets: Sequence[CardSet]) -> PrintRun:
        """This run and one file more."""
        notes = dict.fromkeys([*self.notes, *(note for one in sets for note in one.notes)])
        cards = sum(len(one.cards) for one in sets)
        return PrintRun((*self.files, file), tuple(notes), self.sets + len(sets), self.cards + cards)


@dataclass(frozen=True)
class Drawn:
    """A finished file, and the symbols that must read on it."""

    pdf: bytes
    expected: tuple[Expected, ...]


def print_cards(
    database: Database,
    schedule: Schedule,
    children: Sequence[UUID],
    out: Path,
    *,
    sheet: str,
    public_url: str,
    qr_version: int,
    actor: str,
    now: datetime,
    today: date,
    new_id: Callable[[], UUID],
    random_text: Callable[[int], str],
    progress: Callable[[int, int], None] | None = None,
    sets_a_file: int = SETS_A_FILE,
    check_dpi: int = DPI,
) -> PrintRun:
    """Print the sets of `children` to `out`, or to `out-001` … where one file does not hold them; `progress(done, total)` after each.

    Raises SettingsError for an address that does not fit the symbol, DoesNotFit with the place,
    UnreadableSheet with the card, Refused and NotFound with the child's id.
    """
    check_public_url(public_url, qr_version=qr_version)
    if not children:
        raise InputFault("there is no child to print cards for", advice="import a roster or register a child first")

    def gather_some(some: Sequence[UUID]) -> list[CardSet]:
        with database.writing() as session:
            acting = Acting(session, database.keyring, schedule, actor, None, now, today)
            acting.note("cards.print", subjects=[str(child_id) for child_id in some])
            more = Asked(public_url, qr_version, new_id, random_text)
            return [gather(acting, child_id, more) for child_id in some]

    run = PrintRun((), (), 0, 0)
    for number, chosen in enumerate(_parts(children, sets_a_file)):
        sets = [one for some in _parts(chosen, _SETS_A_TRANSACTION) for one in gather_some(some)]
        drawn = draw(sets, sheet=sheet, qr_version=qr_version)
        each = _counting(progress, run.sets, len(sets), len(children))
        require_readable(drawn.pdf, drawn.expected, dpi=check_dpi, each=each)
        path = out if len(children) <= sets_a_file else out.with_name(f"{out.stem}-{number + 1:03}{out.suffix}")
        run = run.with_file(_write(drawn.pdf, path), sets)
    return run


def _counting(progress: Callable[[int, int], None] | None, before: int, sets: int, total: int) -> Callable[[int, int], None]:
    """Turns pages that were read into sets that are done."""

    def each(pages: int, of: int) -> None:
        if progress:
            progress(before + sets * pages // of, total)

    return each


def _parts(items: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def draw(sets: Sequence[CardSet], *, sheet: str = "a4", qr_version: int = 3) -> Drawn:
    """A file of card sets. Pure: the same sets give the same bytes. Raises DoesNotFit with the child's id and the card."""
    surface = sheets.single_surface(_TITLE) if sheet == "single" else sheets.a4_surface(_TITLE)
    expected: list[Expected] = []
    pages = 0
    for one in sets:
        where = f"child {one.child_id}"
        drawings = [faces(surface, card, where, qr_version=qr_version) for card in one.cards]
        expected += _expected(one, pages, sheet, qr_version)
        pages += sheets.draw_singles(surface, drawings) if sheet == "single" else sheets.draw_a4(surface, drawings)
    return Drawn(surface.finish(), tuple(expected))


_TITLE = "Vaccination cards"


def _expected(one: CardSet, first_page: int, sheet: str, version: int) -> Iterator[Expected]:
    """Where each symbol of a set must be read."""
    for position, card in enumerate(one.cards):
        for back in (False, True):
            page, left, top = _place(position, back, sheet)
            face = "back" if back else "front"
            label = f"child {one.child_id}, card {card.identity.number} of {card.identity.total}, {face}"
            for zone in layout.symbol_zones(version, back=back, cover=isinstance(card, CoverCard)):
                yield Expected(first_page + page, card.identity.code.url, left + zone.x, top + zone.y, zone.width, label)


def _place(position: int, back: bool, sheet: str) -> tuple[int, float, float]:
    """The page within a set, and the card's corner on it."""
    if sheet == "single":
        return 2 * position + back, 0.0, 0.0
    turn, on_sheet = divmod(position, sheets.A_SHEET)
    place = sheets.back_place(on_sheet) if back else sheets.front_place(on_sheet)
    return 2 * turn + back, place.x, place.y


def _write(pdf: bytes, path: Path) -> Path:
    """Whole or not at all: a print that is killed leaves no half file."""
    growing = path.with_name(f".{path.name}.part")
    growing.write_bytes(pdf)
    growing.replace(path)
    return path
