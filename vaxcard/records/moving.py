"""The verbs of a child's whereabouts: it moved in, moved away, died, or none of this after all.

A move is a signed row; the child's row says how it stands now. Who died is shown to nobody outside any more: cards, pages and texts close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vaxcard.errors import Conflict, InputFault, Refused
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import load_clinic
from vaxcard.records.doses import doses_of
from vaxcard.records.integrity import move_mac, reseal_child
from vaxcard.records.moves import MoveKind, MoveRecord, moves_of
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.registry import changed

_SEALED_FOR = "move.reason"
_STATES = {
    MoveKind.MOVED_IN: ChildState.ACTIVE,
    MoveKind.MOVED_AWAY: ChildState.MOVED_AWAY,
    MoveKind.DIED: ChildState.DIED,
    MoveKind.TAKEN_BACK: ChildState.ACTIVE,
}


@dataclass(frozen=True)
class MoveForm:
    """A move as told. `id` is made by the client; `to_clinic_id` is where the child is vaccinated from now on, if that is one of ours."""

    id: UUID
    kind: MoveKind
    happened_on: date
    to_clinic_id: UUID | None = None
    reason: str | None = None


def record_move(acting: Acting, child_id: UUID, form: MoveForm, *, seen_version: int) -> Chart:
    """Note a move and work out again what is owed. The same id and body again changes nothing.

    Raises NotFound (child or clinic), Conflict (the record changed since `seen_version`, or the id stands for another move),
    InputFault (cannot be) and Refused (who is recorded as having died moves no more; take that back first).
    """
    child = chart.load_child(acting.session, child_id, lock=True)
    moves = moves_of(acting.session, child_id)
    stored = acting.session.get(MoveRecord, form.id)
    if stored is not None:
        _same_move(stored, child, form)
        return chart.read(acting.session, acting.keyring, acting.schedule, child.id, acting.today)
    if child.version != seen_version:
        raise chart.stale(child, seen_version, state_now=str(child.state))
    _check(acting, child, form)
    acting.session.add(_row(acting, child, form, moves))
    _settle(acting, child, form)
    return changed(acting, child, f"child.{form.kind.value}", [str(form.id)])


def _same_move(stored: MoveRecord, child: ChildRecord, form: MoveForm) -> None:
    told = (child.id, form.kind.value, form.happened_on)
    if (stored.child_id, stored.kind, stored.happened_on) != told or form.to_clinic_id not in (None, stored.to_clinic_id):
        raise Conflict("this id already stands for another move", advice="make a new id for a new move")


def _check(acting: Acting, child: ChildRecord, form: MoveForm) -> None:
    if not child.born_on <= form.happened_on <= acting.today:
        raise InputFault("this is before the birth, or still to come", place="happened_on", advice="correct the date")
    if form.kind == MoveKind.TAKEN_BACK:
        if child.state == ChildState.ACTIVE:
            raise InputFault("there is no move to take back", place="kind", advice="open the child again")
        if not (form.reason or "").strip():
            raise InputFault("the reason is missing", place="reason", advice="say what was recorded in error")
    elif child.state == ChildState.DIED:
        raise Refused(
            "the child is recorded as having died", reason="died", place="child", advice="ask a physician to correct the record first"
        )
    if form.kind == MoveKind.DIED and any(dose.given_on > form.happened_on for dose in doses_of(acting.session, child.id)):
        raise InputFault("a dose is recorded after that day", place="happened_on", advice="correct the date, or the dose first")


def _row(acting: Acting, child: ChildRecord, form: MoveForm, moves: Sequence[MoveRecord]) -> MoveRecord:
    sealed = acting.keyring.seal(child.person_key, form.reason, _SEALED_FOR) if form.reason else None
    row = MoveRecord(
        id=form.id,
        child_id=child.id,
        number=len(moves) + 1,
        kind=form.kind.value,
        happened_on=form.happened_on,
        from_clinic_id=child.clinic_id,
        to_clinic_id=_destination(acting, child, form),
        reason_sealed=sealed,
        recorded_by=acting.actor,
        recorded_at=acting.now,
    )
    row.mac = move_mac(acting.keyring, moves[-1].mac if moves else b"", row)
    return row


def _destination(acting: Acting, child: ChildRecord, form: MoveForm) -> UUID | None:
    if form.kind == MoveKind.MOVED_IN:
        return load_clinic(acting.session, form.to_clinic_id or acting.clinic_id or child.clinic_id).id
    return load_clinic(acting.session, form.to_clinic_id).id if form.to_clinic_id else None


def _settle(acting: Acting, child: ChildRecord, form: MoveForm) -> None:
    def change() -> None:
        child.state = _STATES[form.kind]
        if form.kind == MoveKind.MOVED_IN:
            child.clinic_id = _destination(acting, child, form) or child.clinic_id
        if form.kind == MoveKind.DIED:
            child.is_sensitive = True

    reseal_child(acting.keyring, child, change)


def why_moved(acting: Acting, child: ChildRecord, move: MoveRecord) -> str | None:
    """The words that explain a move, for staff who may read the record."""
    return acting.keyring.unseal(child.person_key, move.reason_sealed, _SEALED_FOR) if move.reason_sealed else None
