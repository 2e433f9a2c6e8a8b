"""The verbs of a child's guardians: a number that changed, somebody more or less, who is asked first, a number that is still right.

Brothers and sisters share a guardian's row, so that a new number is new for all of them. What was open by the old one closes at once;
texts that are planned go to whoever is asked first when they are sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from vaxcard.errors import Conflict, InputFault, NotFound
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import load_clinic
from vaxcard.records.doses import hash_of
from vaxcard.records.enrolment import GuardianForm, guardians_name, take_guardian
from vaxcard.records.family_calendars import revoke_calendar
from vaxcard.records.family_codes import end_codes
from vaxcard.records.family_devices import forget_all
from vaxcard.records.guardian_changes import GuardianChange, GuardianChangeKind
from vaxcard.records.people import ChildRecord, GuardianRecord, Guardianship, SearchKey, context
from vaxcard.records.phone_faults import forget_fault
from vaxcard.records.phones import Phone, read_phone
from vaxcard.records.registry import changed

_SEALED_FOR = "guardian.change"


@dataclass(frozen=True)
class ContactForm:
    """A guardian as told. `id` is the change's, made by the client; a `phone` of None leaves the number as it is."""

    id: UUID
    name: str | None = None
    phone: str | None = None
    relation: str | None = None
    language: str | None = None
    agrees_to_texts: bool = True
    without_phone: bool = False


def change_guardian(acting: Acting, child_id: UUID, guardian_id: UUID, form: ContactForm, *, seen_version: int) -> Chart:
    """Put what is told in the place of what was on file. The same id and body again changes nothing.

    Raises NotFound, Conflict (the record changed since `seen_version`, or the id stands for another change) and InputFault
    (a name or number that cannot be one).
    """
    told = {"changed": str(guardian_id), **_plain(form)}
    children = _locked(acting, child_id, guardian_id)
    child, bond = children[child_id], _bond(children[child_id], guardian_id)
    if _is_repeated(acting, child, form.id, told):
        return _read(acting, child)
    _refuse_stale(child, seen_version)
    before, phone_before = _on_file(acting, bond), bond.guardian.phone_key
    _put_in(acting, bond, form, _number(acting, form))
    _keep(acting, child, form.id, GuardianChangeKind.CHANGED, told, before)
    if bond.guardian.phone_key != phone_before:
        for each in children.values():
            _reached_otherwise(acting, each)
    fields = [name for name, value in _on_file(acting, bond).items() if value != before.get(name)]
    for sibling in (each for each in children.values() if each.id != child_id):
        changed(acting, sibling, "guardian.change", [str(guardian_id), *fields])
    return changed(acting, child, "guardian.change", [str(guardian_id), *fields])


def add_guardian(acting: Acting, child_id: UUID, form: ContactForm, *, guardian_id: UUID, seen_version: int) -> Chart:
    """One guardian more, asked last; `guardian_id` is for a new one: who is on file under this name and number is the same person."""
    told = {"added": "guardian", **_plain(form)}
    child = chart.load_child(acting.session, child_id, lock=True)
    if _is_repeated(acting, child, form.id, told):
        return _read(acting, child)
    _refuse_stale(child, seen_version)
    phone, name = _number(acting, form), guardians_name(form.name)
    if phone is None and name is None:
        raise InputFault("neither a name nor a number is told", place="name", advice="fill in one of them at least")
    kept, texted = (phone.kept, phone.can_be_texted) if phone else (None, False)
    new = GuardianForm(guardian_id, name, kept, texted, relation=form.relation, language=form.language)
    guardian = take_guardian(acting, new)
    if any(bond.guardian_id == guardian.id for bond in child.guardianships):
        raise InputFault("this guardian is on file already", place="phone", advice="change the one on file instead")
    rank = max((bond.rank for bond in child.guardianships), default=0) + 1
    child.guardianships.append(Guardianship(child_id=child.id, guardian_id=guardian.id, relation=form.relation, rank=rank))
    guardian.agrees_to_texts = form.agrees_to_texts
    _keep(acting, child, form.id, GuardianChangeKind.ADDED, told, {})
    _reached_otherwise(acting, child)
    return changed(acting, child, "guardian.add", [str(guardian.id)])


def remove_guardian(acting: Acting, child_id: UUID, guardian_id: UUID, change_id: UUID, *, seen_version: int) -> Chart:
    """The guardian is none of this child's any more; of brothers and sisters they stay one."""
    told = {"removed": str(guardian_id)}
    child = chart.load_child(acting.session, child_id, lock=True)
    if _is_repeated(acting, child, change_id, told):
        return _read(acting, child)
    bond = _bond(child, guardian_id)
    _refuse_stale(child, seen_version)
    _keep(acting, child, change_id, GuardianChangeKind.REMOVED, told, _on_file(acting, bond))
    acting.session.delete(bond)
    _in_order(acting, child, [each.guardian_id for each in child.guardianships if each.guardian_id != guardian_id])
    _reached_otherwise(acting, child)
    return changed(acting, child, "guardian.remove", [str(guardian_id)])


def ask_first(acting: Acting, child_id: UUID, guardian_id: UUID, change_id: UUID, *, seen_version: int) -> Chart:
    """From now on this guardian is asked and texted first; the others stay in their order."""
    told = {"first": str(guardian_id)}
    child = chart.load_child(acting.session, child_id, lock=True)
    if _is_repeated(acting, child, change_id, told):
        return _read(acting, child)
    _bond(child, guardian_id)
    _refuse_stale(child, seen_version)
    order = [bond.guardian_id for bond in child.guardianships]
    _keep(acting, child, change_id, GuardianChangeKind.ORDERED, told, {"order": [str(each) for each in order]})
    _in_order(acting, child, sorted(order, key=lambda each: each != guardian_id))
    return changed(acting, child, "guardian.order", [str(guardian_id)])


def confirm_number(acting: Acting, child_id: UUID, guardian_id: UUID) -> None:
    """The family says that the number is still right: it is tried again, whatever a provider said of it. Raises NotFound."""
    child = chart.load_child(acting.session, child_id, lock=True)
    guardian = _bond(child, guardian_id).guardian
    if guardian.phone_key is None:
        raise NotFound("no number is on file for this guardian", advice="write down the number instead")
    guardian.phone_confirmed_on = acting.today
    forget_fault(acting.session, guardian.phone_key)
    acting.note("guardian.confirm", child_id=child.id, subjects=[str(guardian_id), "phone"])


def _locked(acting: Acting, child_id: UUID, guardian_id: UUID) -> dict[UUID, ChildRecord]:
    """The child and all others of this guardian, their rows locked in one order."""
    rows = select(Guardianship.child_id).where(Guardianship.guardian_id == guardian_id)
    ids = sorted({child_id, *acting.session.scalars(rows)})
    return {each: chart.load_child(acting.session, each, lock=True) for each in ids}


def _bond(child: ChildRecord, guardian_id: UUID) -> Guardianship:
    for bond in child.guardianships:
        if bond.guardian_id == guardian_id:
            return bond
    raise NotFound("nobody of this child's guardians is this one", advice="open the child again and look at the guardians")


def _refuse_stale(child: ChildRecord, seen_version: int) -> None:
    if child.version != seen_version:
        raise chart.stale(child, seen_version)


def _is_repeated(acting: Acting, child: ChildRecord, change_id: UUID, told: Mapping[str, Any]) -> bool:
    stored = acting.session.get(GuardianChange, change_id)
    if stored is not None and (stored.child_id, stored.content_hash) != (child.id, hash_of(dict(told))):
        raise Conflict("this id already stands for something else", advice="make a new id for each fact")
    return stored is not None


def _keep(
    acting: Acting, child: ChildRecord, change_id: UUID, kind: GuardianChangeKind, told: Mapping[str, Any], before: Mapping[str, Any]
) -> None:
    words = json.dumps({"told": told, "before": before}, ensure_ascii=False, sort_keys=True)
    row = GuardianChange(
        id=change_id,
        child_id=child.id,
        kind=kind.value,
        told_sealed=acting.keyring.seal(child.person_key, words, f"{_SEALED_FOR} {change_id}"),
        content_hash=hash_of(dict(told)),
        recorded_by=acting.actor,
        recorded_at=acting.now,
    )
    acting.session.add(row)


def told_of(acting: Acting, child: ChildRecord, change: GuardianChange) -> dict[str, Any]:
    """What a change told and what was on file `before`, for staff who may read the record."""
    read: dict[str, Any] = json.loads(acting.keyring.unseal(child.person_key, change.told_sealed, f"{_SEALED_FOR} {change.id}"))
    return read


def _plain(form: ContactForm) -> dict[str, Any]:
    return {name: value for name, value in asdict(form).items() if name != "id" and value is not None}


def _on_file(acting: Acting, bond: Guardianship) -> dict[str, Any]:
    guardian = bond.guardian
    told = {"name": guardian.name(acting.keyring), "phone": guardian.phone(acting.keyring), "relation": bond.relation}
    return {**told, "language": guardian.language, "agrees_to_texts": guardian.agrees_to_texts}


def _number(acting: Acting, form: ContactForm) -> Phone | None:
    """The number that is told. Raises InputFault for one that cannot be dialled: it would be found out when nobody answers."""
    if not form.phone:
        return None
    assert acting.clinic_id is not None  # whoever stands at a counter acts for a clinic
    phone = read_phone(form.phone, load_clinic(acting.session, acting.clinic_id).region)
    if not phone.can_be_dialled:
        raise InputFault("this number can't be dialled", place="phone", advice="read it out to the guardian and type it again")
    return phone


def _put_in(acting: Acting, bond: Guardianship, form: ContactForm, phone: Phone | None) -> None:
    guardian, name = bond.guardian, guardians_name(form.name)
    guardian.name_sealed = _sealed(acting, guardian, "guardian.name", name) if name else guardian.name_sealed
    guardian.language, guardian.agrees_to_texts = form.language or guardian.language, form.agrees_to_texts
    bond.relation = form.relation or bond.relation
    if phone is not None:
        guardian.phone_sealed = _sealed(acting, guardian, "guardian.phone", phone.kept)
        guardian.phone_key, guardian.phone_can_be_texted = acting.keyring.index("phone", phone.kept), phone.can_be_texted
        guardian.phone_confirmed_on = acting.today
    elif form.without_phone:
        guardian.phone_sealed = guardian.phone_key = guardian.phone_confirmed_on = None
        guardian.phone_can_be_texted = False
    acting.session.flush()


def _sealed(acting: Acting, guardian: GuardianRecord, field: str, text: str) -> bytes:
    return acting.keyring.seal(guardian.person_key, text, context(field, guardian.id))


def _in_order(acting: Acting, child: ChildRecord, guardian_ids: Sequence[UUID]) -> None:
    places = {guardian_id: place for place, guardian_id in enumerate(guardian_ids, start=1)}
    for bond in child.guardianships:
        if bond.guardian_id in places:
            bond.rank = places[bond.guardian_id]
    acting.session.flush()
    acting.session.expire(child, ["guardianships"])


def _reached_otherwise(acting: Acting, child: ChildRecord) -> None:
    """What was open by the old numbers closes, and the child is found under the new ones."""
    session = acting.session
    session.flush()
    session.expire(child, ["guardianships"])
    forget_all(acting, child.id)
    revoke_calendar(acting, child.id)
    end_codes(acting, child.id)
    session.execute(delete(SearchKey).where(SearchKey.child_id == child.id, SearchKey.kind == "phone"))
    phones = {number for bond in child.guardianships if (number := bond.guardian.phone(acting.keyring))}
    keys = sorted(acting.keyring.index("phone", number) for number in phones)
    session.add_all(SearchKey(kind="phone", key=key, child_id=child.id) for key in keys)


def _read(acting: Acting, child: ChildRecord) -> Chart:
    return chart.read(acting.session, acting.keyring, acting.schedule, child.id, acting.today)
