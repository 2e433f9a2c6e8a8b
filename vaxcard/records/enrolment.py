"""Taking in a child and its guardians, clinics, staff and API keys: everything that must exist before a dose can be recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcard.errors import Conflict, InputFault
from vaxcard.keyring import Keyring, fingerprint, hash_password
from vaxcard.records import names, search
from vaxcard.records.acting import Acting
from vaxcard.records.characters import has_a_letter
from vaxcard.records.clinics import ApiKeyRecord, ClinicRecord, ClinicSession, Role, StaffRecord, clinic_named, name_key
from vaxcard.records.integrity import seal_child
from vaxcard.records.people import ChildIdentifier, ChildRecord, GuardianRecord, Guardianship, context
from vaxcard.records.signs import choose_sign


@dataclass(frozen=True)
class GuardianForm:
    """A guardian as told. `phone` is E.164 where `can_be_texted`, else whatever was written down."""

    id: UUID
    name: str | None = None
    phone: str | None = None
    can_be_texted: bool = False
    address: str | None = None
    relation: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class ChildForm:
    """A child as told. `identifiers` are (system, value) pairs; `display_name` is worked out from the name where none is given."""

    id: UUID
    name: str
    born_on: date
    sex: str
    clinic_id: UUID
    display_name: str | None = None
    residence: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    guardians: tuple[GuardianForm, ...] = ()


def register_child(acting: Acting, form: ChildForm, *, note: bool = True) -> ChildRecord:
    """Put a child on file with its guardians, identifiers, search keys and sign. The caller lets `chart.refresh` work out what is owed.

    With `note=False` the caller puts it into the audit trail, as an import does once a batch.
    Names are kept tidy. Raises InputFault for a birth in the future or a name that cannot be read, and Conflict
    where an identifier already belongs to another child.
    """
    form = _checked(acting, form)
    session, keyring = acting.session, acting.keyring
    guardians = [take_guardian(acting, guardian) for guardian in form.guardians]
    key, shown = keyring.new_person_key(), form.display_name or names.display_name(form.name)
    child = ChildRecord(
        id=form.id,
        clinic_id=form.clinic_id,
        person_key=key,
        name_sealed=keyring.seal(key, form.name, context("child.name", form.id)),
        display_name_sealed=keyring.seal(key, shown, context("child.display-name", form.id)),
        display_name_confirmed=form.display_name is not None,
        born_on=form.born_on,
        sex=form.sex,
        sign=choose_sign(form.id, _signs_taken(session, guardians)),
        residence=form.residence,
        registered_at=acting.now,
        dose_count=0,
        dose_head=b"",
    )
    seal_child(keyring, child)
    session.add(child)
    session.add_all(_identifier(acting, child, system, value) for system, value in form.identifiers)
    _bind(session, child, guardians, form.guardians)
    phones = [guardian.phone for guardian in form.guardians if guardian.phone]
    session.add_all(search.search_keys(keyring, form.id, form.name, phones, [value for _, value in form.identifiers]))
    session.flush()
    if note:
        acting.note("child.register", child_id=child.id, subjects=[str(guardian.id) for guardian in guardians])
    return child


def _checked(acting: Acting, form: ChildForm) -> ChildForm:
    """The form with its names as they are kept: one width, nothing unseen, and a letter that can be read in each."""
    if form.born_on > acting.today:
        raise InputFault("the birth date lies in the future", place="born_on", advice="correct the date")
    shown = names.tidy_name(form.display_name) if form.display_name else None
    told = replace(form, name=names.tidy_name(form.name), display_name=shown)
    for place, name in (("name", told.name), ("display_name", shown)):
        if name is not None and not has_a_letter(name):
            raise InputFault("there is no letter in this name", place=place, advice="write the name as the family writes it")
    guardians = [replace(each, name=guardians_name(each.name)) for each in form.guardians]
    return replace(told, guardians=tuple(guardians))


def guardians_name(name: str | None) -> str | None:
    """A guardian's name as it is kept. Raises InputFault for one without a letter in it."""
    tidy = names.tidy_name(name) if name else None
    if tidy is not None and not has_a_letter(tidy):
        raise InputFault("there is no letter in this name", place="guardian", advice="write the name as the family writes it")
    return tidy


def _signs_taken(session: Session, guardians: Sequence[GuardianRecord]) -> set[str]:
    ids = [guardian.id for guardian in guardians]
    rows = select(ChildRecord.sign).join(Guardianship, Guardianship.child_id == ChildRecord.id).where(Guardianship.guardian_id.in_(ids))
    return set(session.scalars(rows))


def _bind(session: Session, child: ChildRecord, guardians: Sequence[GuardianRecord], forms: Sequence[GuardianForm]) -> None:
    for rank, (guardian, form) in enumerate(zip(guardians, forms, strict=True), start=1):
        session.add(Guardianship(child_id=child.id, guardian_id=guardian.id, relation=form.relation, rank=rank))


def _identifier(acting: Acting, child: ChildRecord, system: str, value: str) -> ChildIdentifier:
    key = acting.keyring.index(system, value)
    if acting.session.get(ChildIdentifier, (system, key)) is not None:
        raise Conflict("this identifier already belongs to a child on file", advice="open that child instead")
    return ChildIdentifier(
        child_id=child.id,
        system=system,
        value_sealed=acting.keyring.seal(child.person_key, value, f"identifier.{system}"),
        value_key=key,
    )


def take_guardian(acting: Acting, form: GuardianForm) -> GuardianRecord:
    """The guardian on file with this phone and name, else a new one: so that brothers and sisters share a row."""
    known = _known_guardian(acting.session, acting.keyring, form)
    if known is not None:
        return known
    keyring = acting.keyring
    key = keyring.new_person_key()

    def sealed(text: str | None, field: str) -> bytes | None:
        return keyring.seal(key, text, context(field, form.id)) if text else None

    guardian = GuardianRecord(
        id=form.id,
        person_key=key,
        name_sealed=sealed(form.name, "guardian.name"),
        phone_sealed=sealed(form.phone, "guardian.phone"),
        phone_key=keyring.index("phone", form.phone) if form.phone else None,
        phone_can_be_texted=form.can_be_texted,
        address_sealed=sealed(form.address, "guardian.address"),
        language=form.language,
        registered_at=acting.now,
    )
    acting.session.add(guardian)
    acting.session.flush()
    return guardian


def _known_guardian(session: Session, keyring: Keyring, form: GuardianForm) -> GuardianRecord | None:
    if not form.phone:
        return None
    rows = session.scalars(select(GuardianRecord).where(GuardianRecord.phone_key == keyring.index("phone", form.phone)))
    return next((guardian for guardian in rows if guardian.name(keyring) == form.name), None)


def open_clinic(
    acting: Acting,
    clinic_id: UUID,
    name: str,
    *,
    time_zone: str,
    language: str,
    region: str,
    code: str | None = None,
    phone: str | None = None,
    address: str | None = None,
    sessions: Sequence[tuple[int, time, time]] = (),
) -> ClinicRecord:
    """The clinic of that name, made where there is none; phone, address and sessions (weekday, opens, closes) are filled in where given."""
    clinic = clinic_named(acting.session, name)
    if clinic is None:
        clinic = ClinicRecord(
            id=clinic_id,
            name=" ".join(name.split()),
            name_key=name_key(name),
            time_zone=time_zone,
            language=language,
            region=region,
            schedule=acting.schedule.code,
            created_at=acting.now,
            sessions=[],
            closures=[],
            extra_days=[],
        )
        acting.session.add(clinic)
    clinic.code, clinic.phone, clinic.address = code or clinic.code, phone or clinic.phone, address or clinic.address
    if sessions:
        clinic.sessions = [ClinicSession(weekday=day, opens=opens, closes=closes) for day, opens, closes in sessions]
    acting.session.flush()
    acting.note("clinic.open", subjects=[str(clinic.id)])
    return clinic


def add_staff(
    acting: Acting, staff_id: UUID, clinic_id: UUID, *, login: str, name: str, role: Role, password: str, language: str
) -> StaffRecord:
    """A member of staff who can sign in. Raises Conflict where the login name is taken."""
    login = login.strip().casefold()
    if acting.session.scalar(select(StaffRecord.id).where(StaffRecord.login == login)):
        raise Conflict("this sign-in name is taken", advice="choose another")
    staff = StaffRecord(
        id=staff_id,
        clinic_id=clinic_id,
        login=login,
        name=name,
        role=role,
        password_hash=hash_password(password),
        language=language,
        is_active=True,
        created_at=acting.now,
    )
    acting.session.add(staff)
    acting.note("staff.add", subjects=[str(staff_id)])
    return staff


def add_api_key(acting: Acting, key_id: UUID, clinic_id: UUID, *, name: str, secret: str, scopes: Sequence[str]) -> ApiKeyRecord:
    """A machine's way in. The secret is shown once by the caller; only its fingerprint is kept."""
    key = ApiKeyRecord(
        id=key_id,
        clinic_id=clinic_id,
        name=name,
        fingerprint=fingerprint(secret),
        scopes=list(scopes),
        created_at=acting.now,
        revoked_at=None,
    )
    acting.session.add(key)
    acting.note("api-key.add", subjects=[str(key_id)])
    return key
