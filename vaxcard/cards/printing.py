"""Prints the card sets of many children: gathers and issues in short transactions, draws, reads every symbol back, then writes.

A file that fails its check is not written. Cards are issued before they are drawn and a manifest stands beside the files,
so that a run that was killed goes on where it stopped, and printing again gives the same cards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from vaxcard.cards import manifest
from vaxcard.cards.gathering import Asked, CardSet, gather
from vaxcard.cards.imposing import Drawn, draw, write
from vaxcard.cards.manifest import Manifest
from vaxcard.cards.payload import check_public_url
from vaxcard.errors import InputFault
from vaxcard.papers.check import DPI, require_readable
from vaxcard.papers.sheets import Paper, Turn
from vaxcard.records import print_runs
from vaxcard.records.acting import Acting
from vaxcard.records.database import Database
from vaxcard.records.print_runs import PrintKind
from vaxcard.schedule.rules import Schedule

SETS_A_FILE = 100
"""Card sets in one file: bounds memory, and what a failed check throws away."""

_SETS_A_TRANSACTION = 10  # about 50 ms: nurses record doses meanwhile
_GATHERED, _DRAWN = 0.2, 0.4  # how far a file is when its sets are gathered, and when they are drawn; the rest is checking

__all__ = ["Drawn", "PrintRun", "draw", "print_cards"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PrintRun:
    """What a run wrote; `notes` name the children for whom something is left to be written by hand; `resumed` sets were there before."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]
    sets: int
    cards: int
    resumed: int = 0


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
    progress: Progress | None = None,
    sets_a_file: int = SETS_A_FILE,
    check_dpi: int = DPI,
    turn: Turn = "long",
    offset: tuple[float, float] = (0.0, 0.0),
    places: Collection[int] = (),
    pool: Executor | None = None,
    clinic_id: UUID | None = None,
    run_id: UUID | None = None,
) -> PrintRun:
    """Print the sets of `children` to `out`, or to `out-001` … where one file does not hold them; `progress(done, total)` as it goes.

    A run to `out` that was killed is gone on with. With `places`, only these cards of each set (2 is "2 / 8"). `pool` checks on
    several processes. `clinic_id` is where the actor acts; `run_id` names a run that stands in the queue. Raises SettingsError
    for an address that does not fit the symbol, DoesNotFit with the place, UnreadableSheet with the card, Refused and NotFound
    with the child's id, InputFault for another run's unfinished files.
    """
    check_public_url(public_url, qr_version=qr_version)
    if not children:
        raise InputFault("there is no child to print cards for", advice="import a roster or register a child first")
    paper = Paper(sheet, turn, offset)
    places = (1,) if sheet == "id1" else places  # a card of that size is a cover
    made_for = {"sheet": sheet, "turn": turn, "offset": list(offset), "places": sorted(places), "url": public_url, "qr": qr_version}
    known = manifest.unfinished(out, made_for)
    run = known or Manifest(str(run_id or new_id()), made_for, len(children) > sets_a_file, is_finished=False)
    asked = Asked(public_url, qr_version, new_id, random_text, frozenset(places))
    desk = _Desk(database, schedule, actor, now, today, asked, run.run_id, clinic_id)
    press = _Press(desk, paper, qr_version, check_dpi, pool, _Bar(progress, len(children)))
    return press.print(run, children, out, sets_a_file)


@dataclass(frozen=True)
class _Desk:
    """Where sets come from: the registry, in short transactions."""

    database: Database
    schedule: Schedule
    actor: str
    now: datetime
    today: date
    asked: Asked
    run_id: UUID
    clinic_id: UUID | None

    def begin(self, children: int, sheet: str) -> None:
        kind = PrintKind.CARDS if self.asked.places else PrintKind.SETS
        with self.database.writing() as session:
            print_runs.begin_run(self._acting(session), self.run_id, kind, sheet=sheet, asked=children)

    def sets(self, children: Sequence[UUID]) -> list[CardSet]:
        """The sets of a few children, their cards issued."""
        with self.database.writing() as session:
            acting = self._acting(session)
            acting.note("cards.print", subjects=[str(child_id) for child_id in children])
            gathered = [gather(acting, child_id, self.asked) for child_id in children]
            session.flush()
            print_runs.note_printed(session, self.run_id, [card_id for one in gathered for card_id in one.card_ids])
            return gathered

    def wrote(self, run: Manifest) -> None:
        with self.database.writing() as session:
            print_runs.note_progress(session, self.run_id, **run.totals(), finished_at=self.now if run.is_finished else None)

    def _acting(self, session: Any) -> Acting:
        return Acting(session, self.database.keyring, self.schedule, self.actor, self.clinic_id, self.now, self.today)


@dataclass(frozen=True)
class _Bar:
    """Turns parts of a file into whole sets that are done, so that the bar moves evenly."""

    progress: Progress | None
    total: int

    def show(self, before: int, sets: int, share: float) -> None:
        if self.progress:
            self.progress(before + int(sets * share + 1e-9), self.total)


@dataclass(frozen=True)
class _Press:
    """What turns sets into files."""

    desk: _Desk
    paper: Paper
    qr_version: int
    check_dpi: int
    pool: Executor | None
    bar: _Bar

    def print(self, run: Manifest, children: Sequence[UUID], out: Path, sets_a_file: int) -> PrintRun:
        printed = run.printed()
        left = [child for child in children if child not in printed]
        numbered = run.is_numbered or bool(run.files)
        self.desk.begin(len(children), self.paper.sheet)
        manifest.save(run, out)
        done = len(children) - len(left)
        for chosen in _parts(left, sets_a_file):
            sets, pdf = self._file(chosen, done)
            path = out.with_name(f"{out.stem}-{len(run.files) + 1:03}{out.suffix}") if numbered else out
            done += len(sets)
            notes = dict.fromkeys(note for one in sets for note in one.notes)
            cards = sum(len(one.cards) for one in sets)
            run = run.with_file(write(pdf, path), chosen, cards, notes, is_last=done == len(children))
            manifest.save(run, out)
            self.desk.wrote(run)
        if not left:
            run = replace(run, is_finished=True)
            manifest.save(run, out)
            self.desk.wrote(run)
        notes = dict.fromkeys(note for file in run.files for note in file.notes)
        totals = run.totals()
        return PrintRun(
            tuple(out.with_name(file.name) for file in run.files), tuple(notes), totals["sets"], totals["cards"], len(children) - len(left)
        )

    def _file(self, children: Sequence[UUID], before: int) -> tuple[list[CardSet], bytes]:
        """The sets of one file, and its bytes, every symbol read back."""
        count = len(children)
        sets: list[CardSet] = []
        for some in _parts(children, _SETS_A_TRANSACTION):
            sets += self.desk.sets(some)
            self.bar.show(before, count, _GATHERED * len(sets) / count)
        drawn = draw(
            sets,
            sheet=self.paper,
            qr_version=self.qr_version,
            each=lambda at: self.bar.show(before, count, _GATHERED + (_DRAWN - _GATHERED) * at / count),
        )

        def checked(pages: int, of: int) -> None:
            self.bar.show(before, count, _DRAWN + (1 - _DRAWN) * pages / of)

        require_readable(drawn.pdf, drawn.expected, dpi=self.check_dpi, each=checked, pool=self.pool)
        return sets, drawn.pdf


def _parts(items: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    return (items[start : start + size] for start in range(0, len(items), size))
