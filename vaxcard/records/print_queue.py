"""The print queue of a clinic: what was asked for, who works it now, how far it is, and what became of it.

A run is claimed under a new number in a transaction of its own. Whoever works it shows that it lives; one that has been silent
is claimed anew, and the one before may write nothing more. How a run is printed is for `cards.queue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, extract, func, or_, select, update
from sqlalchemy.orm import Session

from vaxcard.errors import InputFault, NotFound, Refused
from vaxcard.records.acting import Acting
from vaxcard.records.issued_cards import CardRecord, CardState
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.print_runs import PrintKind, PrintRunChild, PrintRunRecord, RunState

SILENCE = timedelta(minutes=2)
"""How long the one who works a run may show no sign of life before another takes it up."""

MOST_CLAIMS = 8
"""Each time a run has been claimed this often, somebody must look before it is taken up again."""

MOST_BLANKS = 800
_BABY = timedelta(days=365)
ALL, BABIES, CHILD, BLANK, _BORN = "all", "babies", "child", "blank", "born:"


@dataclass(frozen=True)
class PaperChoice:
    """What a run is printed on: the sheet, the edge it turns over, and how far (right, down) in mm the back is shifted."""

    sheet: str = "a4"
    turn: str = "long"
    offset: tuple[float, float] = (0.0, 0.0)


def offered(session: Session, clinic_id: UUID, today: date) -> dict[str, int]:
    """What can be asked for at a clinic, with how many sets each choice prints: everybody, babies without cards, each birth year."""
    year = extract("year", ChildRecord.born_on)
    years = select(year, func.count()).where(*_printable(clinic_id)).group_by(year).order_by(year.desc())
    counts = {f"{_BORN}{int(born)}": int(number) for born, number in session.execute(years)}
    babies = len(_children(session, clinic_id, BABIES, today))
    return {BABIES: babies, **counts, ALL: sum(counts.values())}


def ask(
    acting: Acting, run_id: UUID, choice: str, paper: PaperChoice, *, child_id: UUID | None = None, number: int = 0
) -> PrintRunRecord:
    """Put a run into the clinic's queue; for `child` a child is told, for `blank` a number of covers.

    Raises InputFault for a choice that there is not, or that means nobody.
    """
    clinic_id = acting.clinic_id
    if clinic_id is None:
        raise InputFault("a queue belongs to a clinic", advice="sign in at a clinic")
    if choice == BLANK and not 1 <= number <= MOST_BLANKS:
        raise InputFault("no such number of blank cards", place="number", advice="write how many, 1 to 800; eight fill a sheet")
    children = [] if choice == BLANK else [child_id] if child_id is not None else _children(acting.session, clinic_id, choice, acting.today)
    if choice != BLANK and not children:
        raise InputFault("nobody's cards are to be printed there", place="choice", advice="choose another group")
    run = PrintRunRecord(id=run_id, sets=0, cards=0, files=0, typed=0, started_at=acting.now, actor=acting.actor, clinic_id=clinic_id)
    run.kind, run.choice, run.state = PrintKind.BLANK if choice == BLANK else PrintKind.SETS, choice, RunState.WAITING
    run.sheet, run.turn, (run.offset_right, run.offset_down) = paper.sheet, paper.turn, paper.offset
    run.asked = number if choice == BLANK else len(children)
    acting.session.add(run)
    acting.session.flush()
    acting.session.add_all(PrintRunChild(run_id=run_id, position=at, child_id=one) for at, one in enumerate(children))
    acting.note("print.ask", child_id=child_id, subjects=[str(run_id), choice])
    return run


def _printable(clinic_id: UUID) -> tuple[Any, ...]:
    return ChildRecord.clinic_id == clinic_id, ChildRecord.state == ChildState.ACTIVE, ChildRecord.is_sensitive.is_(False)


def _children(session: Session, clinic_id: UUID, choice: str, today: date) -> list[UUID]:
    rows = select(ChildRecord.id).where(*_printable(clinic_id))
    if choice == BABIES:
        has_card = select(CardRecord.id).where(CardRecord.child_id == ChildRecord.id, CardRecord.state == CardState.ACTIVE)
        rows = rows.where(ChildRecord.born_on > today - _BABY, ~has_card.exists())
    elif choice.startswith(_BORN) and choice.removeprefix(_BORN).isdecimal():
        rows = rows.where(extract("year", ChildRecord.born_on) == int(choice.removeprefix(_BORN)))
    elif choice != ALL:
        raise InputFault("no such choice of children", place="choice", advice="choose one of the list")
    return list(session.scalars(rows.order_by(ChildRecord.registered_at, ChildRecord.id)))


def claim_next(session: Session, now: datetime) -> PrintRunRecord | None:
    """Take the oldest run that waits, or whose worker has fallen silent, under a new claim. Two never get the same one."""
    rows = select(PrintRunRecord).where(_waits(now))
    run = session.scalar(rows.order_by(PrintRunRecord.started_at, PrintRunRecord.id).limit(1).with_for_update(skip_locked=True))
    if run is None:
        return None
    run.claim += 1
    run.state, run.seen_at, run.failure = RunState.WORKING, now, None
    if run.claim % MOST_CLAIMS == 0:
        run.state, run.failure = RunState.FAILED, {"problem": "this run stopped again and again", "advice": "try it once more by hand"}
    return run


def is_anything_waiting(session: Session, now: datetime) -> bool:
    """Whether `claim_next` would find something."""
    return session.scalar(select(PrintRunRecord.id).where(_waits(now)).limit(1)) is not None


def _waits(now: datetime) -> ColumnElement[bool]:
    silent = (PrintRunRecord.state == RunState.WORKING) & (PrintRunRecord.choice != "") & (PrintRunRecord.seen_at < now - SILENCE)
    return or_(PrintRunRecord.state == RunState.WAITING, silent)


def children_of(session: Session, run_id: UUID) -> tuple[list[UUID], int]:
    """Whose sets a run still prints, in its order, and how many of those asked for are closed, moved or gone by now."""
    rows = select(PrintRunChild.child_id, ChildRecord.state, ChildRecord.is_sensitive)
    found = session.execute(
        rows.outerjoin(ChildRecord, ChildRecord.id == PrintRunChild.child_id)
        .where(PrintRunChild.run_id == run_id)
        .order_by(PrintRunChild.position)
    ).all()
    kept = [child_id for child_id, state, is_sensitive in found if state == ChildState.ACTIVE and not is_sensitive]
    return kept, len(found) - len(kept)


def child_of(session: Session, run_id: UUID) -> UUID | None:
    """The child whose set alone a run prints; of several the first."""
    return session.scalar(select(PrintRunChild.child_id).where(PrintRunChild.run_id == run_id).order_by(PrintRunChild.position).limit(1))


def show_life(session: Session, run: PrintRunRecord, done: int, now: datetime) -> bool:
    """How many sets the holder of a claim has done; False where the claim is no longer theirs, and they must stop."""
    return _held(session, run, {"done": done, "seen_at": now})


def end(session: Session, run: PrintRunRecord, state: RunState, now: datetime, failure: Mapping[str, Any] | None = None) -> bool:
    """What became of a claimed run; False where the claim is no longer theirs."""
    return _held(session, run, {"state": state, "seen_at": now, "finished_at": now, "failure": dict(failure) if failure else None})


def _held(session: Session, run: PrintRunRecord, values: Mapping[str, Any]) -> bool:
    mine = (PrintRunRecord.id == run.id, PrintRunRecord.claim == run.claim, PrintRunRecord.state == RunState.WORKING)
    changed = update(PrintRunRecord).where(*mine).values(**values).returning(PrintRunRecord.id)
    return session.scalar(changed) is not None


def run_of(session: Session, clinic_id: UUID, run_id: UUID) -> PrintRunRecord:
    """A clinic's run. Raises NotFound, for another clinic's too."""
    run = session.get(PrintRunRecord, run_id)
    if run is None or run.clinic_id != clinic_id:
        raise NotFound("no such print run", advice="look at the list of runs")
    return run


def cancel(acting: Acting, run: PrintRunRecord) -> None:
    """Stop a run that waits or is worked. Raises Refused for one that has ended."""
    if run.state not in (RunState.WAITING, RunState.WORKING):
        raise Refused("this run has ended already", reason="run-ended", advice="look at the list of runs")
    run.state, run.finished_at = RunState.CANCELLED, acting.now
    run.claim += 1
    acting.note("print.cancel", subjects=[str(run.id)])


def again(acting: Acting, run: PrintRunRecord) -> None:
    """Let a run that failed or was stopped go on where it was. Raises Refused for any other."""
    if run.state not in (RunState.FAILED, RunState.CANCELLED):
        raise Refused("only a run that failed or was stopped goes on", reason="run-not-stopped", advice="ask for a new one")
    run.state, run.failure, run.finished_at = RunState.WAITING, None, None
    acting.note("print.again", subjects=[str(run.id)])

