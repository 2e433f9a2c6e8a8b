"""A clinic's print queue arranged for the desk: what each run prints, who asked for it, how far it is, what came of it, how it scans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcard.api.service import Service
from vaxcard.cards.queue import RunFiles, files_of
from vaxcard.language.catalogues import marked
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import StaffRecord
from vaxcard.records.people import ChildRecord
from vaxcard.records.print_queue import CHILD, child_of
from vaxcard.records.print_runs import PrintRunRecord, Reading, RunState, Share, readings, runs, shares

SHOWN_RUNS = 20
_FEWEST_READINGS = 10
"""Below it a share says nothing: one typed code of three may be a nurse in a hurry."""

TROUBLE = {
    "unreadable-sheet": marked("A symbol on a card could not be read back, so that the file was not handed out."),
    "does-not-fit": marked("A text does not fit on its card."),
}
_STOPPED = marked("The run stopped.")


@dataclass(frozen=True)
class Named:
    """A child on a list of the desk, by the name on its card."""

    id: UUID
    name: str
    card: int = 0
    of: int = 0


@dataclass(frozen=True)
class RunView:
    """One run on the list; `sets` and `cards` are this clinic's, of a run that printed for others as well."""

    run: PrintRunRecord
    sets: int
    cards: int
    who: str
    day: date
    at: time
    child: Named | None
    files: RunFiles
    trouble: str | None
    advice: str | None
    failed: tuple[Named, ...]
    reading: Reading
    warns: bool

    @property
    def is_going(self) -> bool:
        """Whether it waits or is being printed."""
        return self.run.state in (RunState.WAITING, RunState.WORKING)

    @property
    def left_out(self) -> int:
        """How many of those asked for were not printed, since their cards are closed by now."""
        whole = self.run.state == RunState.DONE and bool(self.run.choice) and self.run.kind == "sets"
        return max(self.run.asked - self.run.sets, 0) if whole else 0


def queue_of(acting: Acting, house: Service, time_zone: str) -> tuple[RunView, ...]:
    """The clinic's latest runs, newest first, and its share of those that the programme printed for several clinics."""
    assert acting.clinic_id is not None
    found = runs(acting.session, clinic_id=acting.clinic_id, limit=SHOWN_RUNS)
    counted = readings(acting.session, [run for run in found if run.clinic_id is not None])
    own = {run.id: Share(run.sets or run.asked, run.cards, counted[run.id]) for run in found if run.id in counted}
    own |= shares(acting.session, [run for run in found if run.clinic_id is None], acting.clinic_id)
    names = staff_names(acting.session, [run.actor for run in found])
    return tuple(_view(acting, house, run, names, own[run.id], ZoneInfo(time_zone)) for run in found if run.id in own)


def _view(acting: Acting, house: Service, run: PrintRunRecord, names: Mapping[str, str], own: Share, zone: ZoneInfo) -> RunView:
    began = run.started_at.astimezone(zone)
    failure: Mapping[str, Any] = run.failure or {}
    child = child_of(acting.session, run.id) if run.choice == CHILD else None
    return RunView(
        run=run,
        sets=own.sets,
        cards=own.cards,
        who=names.get(run.actor, ""),
        day=began.date(),
        at=began.time(),
        child=_named(acting, child) if child else None,
        files=files_of(house.print_folder, run.id) if run.choice else RunFiles(),
        trouble=TROUBLE.get(failure.get("code", ""), _STOPPED) if failure else None,
        advice=failure.get("advice"),
        failed=tuple(named for each in failure.get("cards", ()) if (named := _named(acting, **_as_named(each)))),
        reading=own.reading,
        warns=warns(own.reading, house.settings.typed_share),
    )


def _as_named(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"child_id": UUID(told["child"]), "card": told["card"], "of": told["of"]}


def _named(acting: Acting, child_id: UUID, card: int = 0, of: int = 0) -> Named | None:
    child = acting.session.get(ChildRecord, child_id)
    return Named(child.id, child.display_name(acting.keyring), card, of) if child is not None else None


def warns(reading: Reading, typed_share: int) -> bool:
    """Whether so many codes of a run had to be typed, of a hundred readings, that its print is to be looked at."""
    share = reading.typed_share
    return share is not None and reading.scanned + reading.typed >= _FEWEST_READINGS and share * 100 >= typed_share


def staff_names(session: Session, actors: Sequence[str]) -> dict[str, str]:
    """The names of those who acted, by actor; programs have none."""
    ids = {actor: UUID(actor.removeprefix("staff:")) for actor in set(actors) if _is_staff(actor)}
    found = {actor: session.get(StaffRecord, staff_id) for actor, staff_id in ids.items()}
    return {actor: staff.name for actor, staff in found.items() if staff is not None}


def _is_staff(actor: str) -> bool:
    kind, _, number = actor.partition(":")
    return kind == "staff" and len(number) == 36


def local(moment: datetime, time_zone: str) -> datetime:
    """A moment on a clinic's clock."""
    return moment.astimezone(ZoneInfo(time_zone))
