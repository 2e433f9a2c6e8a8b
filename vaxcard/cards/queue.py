"""Works a clinic's print queue: claims a run, prints it where it stopped, shows how far it is, and names the card that failed.

Whoever holds no claim any more stops before the next file. When the queue is worked, and by which process, is for the doors above.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcard.cards import manifest
from vaxcard.cards.blanks import prepare_blanks, print_blanks
from vaxcard.cards.gathering import Asked
from vaxcard.cards.printing import SETS_A_FILE, print_cards
from vaxcard.errors import InputFault, VaxcardError
from vaxcard.papers.sheets import Paper, Turn
from vaxcard.records import print_queue
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.database import Database
from vaxcard.records.print_runs import PrintKind, PrintRunRecord, RunState, note_progress
from vaxcard.schedule.rules import Schedule

KEPT = timedelta(days=14)
"""How long the files of a run are kept: they carry names, and codes that open records."""

_LIFE_EVERY = timedelta(seconds=1)
_FILE = "cards.pdf"
_CARD = re.compile(r"child ([0-9a-f-]{36})(?:, card (\d+) of (\d+))?")
_MOST_NAMED = 5


def _nobody_else(_sets: int) -> AbstractContextManager[Executor | None]:
    return nullcontext()


@dataclass(frozen=True)
class PrintShop:
    """Where runs are printed and with what, and how many sets stand in a file. `readers(sets)` opens processes that read symbols
    back, where that many are worth it."""

    database: Database
    schedule: Schedule
    folder: Path
    public_url: str
    qr_version: int
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]
    random_text: Callable[[int], str]
    readers: Callable[[int], AbstractContextManager[Executor | None]] = _nobody_else
    sets_a_file: int = SETS_A_FILE


@dataclass(frozen=True)
class RunFiles:
    """What lies ready of a run: its files in order, each checked, and what is left to write by hand."""

    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


class _ClaimLost(VaxcardError):
    """Somebody else works this run now, or it was stopped."""


def folder_of(folder: Path, run_id: UUID) -> Path:
    """Where a run's files lie."""
    return folder / str(run_id)


def files_of(folder: Path, run_id: UUID) -> RunFiles:
    """The files of a run that can be handed out."""
    place = folder_of(folder, run_id)
    return RunFiles(tuple(sorted(place.glob("*.pdf"))), manifest.notes_beside(place / _FILE))


def work_queue(shop: PrintShop) -> int:
    """Print what waits, oldest first, until nothing does; returns how many runs were worked. Never raises for a run that fails."""
    worked = 0
    while True:
        with shop.database.writing() as session:
            run = print_queue.claim_next(session, shop.clock())
            clinic = load_clinic(session, run.clinic_id) if run is not None and run.clinic_id else None
        if run is None or clinic is None:
            return worked
        worked += 1
        if run.state == RunState.WORKING:
            _work(_Job(shop, run, clinic))


def clear_away(database: Database, folder: Path, now: datetime) -> int:
    """Delete the files of runs that ended long ago; returns how many runs' files went."""
    gone = 0
    for place in folder.iterdir() if folder.is_dir() else ():
        with database.reading() as session:
            run = session.get(PrintRunRecord, UUID(place.name)) if _is_id(place.name) else None
        if run is not None and run.finished_at is not None and now - run.finished_at > KEPT:
            shutil.rmtree(place)
            gone += 1
    return gone


def _is_id(name: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name) is not None


@dataclass
class _Job:
    """One claimed run at work."""

    shop: PrintShop
    run: PrintRunRecord
    clinic: ClinicRecord
    seen_at: datetime = field(init=False)
    done: int = 0

    def __post_init__(self) -> None:
        self.seen_at = self.shop.clock()

    @property
    def out(self) -> Path:
        place = folder_of(self.shop.folder, self.run.id)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place / _FILE

    @property
    def offset(self) -> tuple[float, float]:
        return self.run.offset_right, self.run.offset_down

    def acting(self, session: Session) -> Acting:
        now = self.shop.clock()
        today = now.astimezone(ZoneInfo(self.clinic.time_zone)).date()
        return Acting(session, self.shop.database.keyring, self.shop.schedule, self.run.actor, self.clinic.id, now, today)

    def asked(self) -> Asked:
        return Asked(self.shop.public_url, self.shop.qr_version, self.shop.new_id, self.shop.random_text)

    def show(self, done: int, _total: int) -> None:
        """Say how far the run is, at most once a second. Raises where the claim is gone."""
        now = self.shop.clock()
        if done == self.done and now - self.seen_at < print_queue.SILENCE / 4 or now - self.seen_at < _LIFE_EVERY:
            return
        self.done, self.seen_at = done, now
        with self.shop.database.writing() as session:
            held = print_queue.show_life(session, self.run, done, now)
        if not held:
            raise _ClaimLost("this run is somebody else's now")


def _work(job: _Job) -> None:
    state, failure = RunState.DONE, None
    try:
        if job.run.kind == PrintKind.BLANK:
            _print_blanks(job)
        else:
            _print_sets(job)
    except _ClaimLost:
        return
    except VaxcardError as fault:
        state, failure = RunState.FAILED, failure_of(fault)
    except OSError:
        written = InputFault("the file could not be written", advice="see that the disk has room and the print folder can be written to")
        state, failure = RunState.FAILED, failure_of(written)
    with job.shop.database.writing() as session:
        print_queue.end(session, job.run, state, job.shop.clock(), failure)


def _print_sets(job: _Job) -> None:
    shop = job.shop
    with shop.database.reading() as session:
        children, _ = print_queue.children_of(session, job.run.id)
        acting = job.acting(session)
    if not children:
        raise InputFault("nobody is left to print for", advice="everyone of this run has moved away or has closed cards")
    with shop.readers(len(children)) as pool:
        print_cards(
            shop.database,
            shop.schedule,
            children,
            job.out,
            sheet=job.run.sheet,
            public_url=shop.public_url,
            qr_version=shop.qr_version,
            actor=job.run.actor,
            now=acting.now,
            today=acting.today,
            new_id=shop.new_id,
            random_text=shop.random_text,
            progress=job.show,
            turn=cast(Turn, job.run.turn),
            offset=job.offset,
            sets_a_file=shop.sets_a_file,
            pool=pool,
            clinic_id=job.clinic.id,
            run_id=job.run.id,
        )


def _print_blanks(job: _Job) -> None:
    shop, number = job.shop, job.run.asked
    with shop.database.writing() as session:
        blanks = prepare_blanks(job.acting(session), number, job.asked(), job.run.id, sheet=job.run.sheet)
    paper = Paper(job.run.sheet, cast(Turn, job.run.turn), job.offset)
    print_blanks(blanks, job.out, paper, qr_version=shop.qr_version, each=lambda pages, of: job.show(number * pages // of, number))
    with shop.database.writing() as session:
        note_progress(session, job.run.id, sets=0, cards=number, files=1, finished_at=None)


def failure_of(fault: VaxcardError) -> dict[str, Any]:
    """What is kept of a fault: its words, and which cards of which children it names."""
    named = dict.fromkeys(_CARD.findall(f"{fault.place or ''} {fault.problem}"))
    cards = [{"child": child, "card": int(card or 0), "of": int(of or 0)} for child, card, of in named][:_MOST_NAMED]
    return {"code": fault.code, "problem": fault.problem, "advice": fault.advice, "cards": cards}
