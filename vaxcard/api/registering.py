"""From what was sent to the registry's form of a child; and whether a child under the same id is the one that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vaxcard.api.service import new_id
from vaxcard.errors import Conflict, InputFault
from vaxcard.records.acting import Acting
from vaxcard.records.characters import has_a_letter
from vaxcard.records.clinics import load_clinic
from vaxcard.records.enrolment import ChildForm, GuardianForm
from vaxcard.records.names import tidy_name
from vaxcard.records.people import ChildRecord
from vaxcard.records.phones import read_phone

CERTIFICATE = "certificate"  # the system under which a number on a child's paper is kept


def child_form(acting: Acting, told: Mapping[str, Any]) -> ChildForm:
    """The child that was sent, at the clinic of the one who sends it. Raises InputFault for a name that nobody can read."""
    assert acting.clinic_id is not None  # whoever comes through these doors acts for a clinic
    if not has_a_letter(told["name"]):
        raise InputFault("this is not a name", place="name", advice="write it as on the child's papers")
    number = told["certificate_number"]
    return ChildForm(
        id=told["id"],
        name=tidy_name(told["name"]),
        born_on=told["born_on"],
        sex=told["sex"],
        clinic_id=acting.clinic_id,
        display_name=tidy_name(told["display_name"]) if told["display_name"] else None,
        identifiers=((CERTIFICATE, number),) if number else (),
        guardians=_guardians(acting, told),
    )


def _guardians(acting: Acting, told: Mapping[str, Any]) -> tuple[GuardianForm, ...]:
    name, written = told["guardian_name"], told["guardian_phone"]
    if not name and not written:
        return ()
    assert acting.clinic_id is not None
    phone = read_phone(written, load_clinic(acting.session, acting.clinic_id).region) if written else None
    name = tidy_name(name) if name else None
    relation, texted = told["guardian_relation"], phone is not None and phone.can_be_texted
    return (GuardianForm(new_id(), name, phone.kept if phone else None, texted, relation=relation),)


def same_child(acting: Acting, told: Mapping[str, Any]) -> ChildRecord | None:
    """The child on file under the id that was sent, None for none. Raises Conflict where it is another child."""
    stored = acting.session.get(ChildRecord, told["id"])
    if stored is None:
        return None
    same = (stored.born_on, stored.sex, stored.clinic_id) == (told["born_on"], told["sex"], acting.clinic_id)
    if not same or stored.name(acting.keyring) != tidy_name(told["name"]):
        raise Conflict("this id already stands for another child", advice="make a new id for a new child")
    return stored
