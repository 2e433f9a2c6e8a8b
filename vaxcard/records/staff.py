"""A clinic's staff and programs as its manager sees them: accounts, roles, passwords, codes from a phone, keys.

Whoever loses an account loses its sessions at once. A clinic keeps one manager, and nobody shuts themselves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcard.errors import InputFault, NotFound, Refused
from vaxcard.keyring import code_step, hash_password, password_matches
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ApiKeyRecord, Role, StaffRecord, end_sessions

SHORTEST_PASSWORD = 10  # characters
_CODE = "staff.code"


@dataclass(frozen=True)
class Colleague:
    """A member of staff in a list."""

    id: UUID
    login: str
    name: str
    role: str
    is_active: bool
    has_code: bool


def colleagues_of(session: Session, clinic_id: UUID) -> list[Colleague]:
    """Everybody who could ever sign in at the clinic, those who can first, by name."""
    rows = session.scalars(select(StaffRecord).where(StaffRecord.clinic_id == clinic_id).order_by(StaffRecord.login))
    people = [Colleague(row.id, row.login, row.name, row.role, row.is_active, row.code_sealed is not None) for row in rows]
    return sorted(people, key=lambda one: (not one.is_active, one.name, one.login))


def keys_of(session: Session, clinic_id: UUID) -> list[ApiKeyRecord]:
    """The clinic's API keys, those in force first, the newest first."""
    rows = session.scalars(select(ApiKeyRecord).where(ApiKeyRecord.clinic_id == clinic_id).order_by(ApiKeyRecord.created_at.desc()))
    return sorted(rows, key=lambda key: key.revoked_at is not None)


def change_role(acting: Acting, staff_id: UUID, role: Role) -> None:
    """Give somebody another role; sessions begun under the old one end."""
    one = _colleague(acting, staff_id)
    if one.role == Role.MANAGER and role != Role.MANAGER:
        _keep_a_manager(acting, one)
    one.role = role.value
    end_sessions(acting.session, one.id)
    acting.note("staff.role", subjects=[str(one.id), role.value])


def set_active(acting: Acting, staff_id: UUID, is_active: bool) -> None:
    """Let somebody sign in, or not any more. Nobody shuts themselves out."""
    one = _colleague(acting, staff_id)
    if not is_active:
        if acting.actor == f"staff:{one.id}":
            raise Refused("this is your own account", reason="own-account", advice="ask another manager")
        _keep_a_manager(acting, one)
    one.is_active = is_active
    end_sessions(acting.session, one.id)
    acting.note("staff.enable" if is_active else "staff.disable", subjects=[str(one.id)])


def reset_password(acting: Acting, staff_id: UUID, password: str) -> str:
    """A password for one sign-in, at which another is chosen; the phone's code is forgotten with it. Returns the sign-in name."""
    one = _colleague(acting, staff_id)
    one.password_hash, one.must_choose_password = hash_password(password), True
    one.code_key = one.code_sealed = one.code_step = None
    acting.note("staff.password", subjects=[str(one.id)])
    return one.login


def choose_password(acting: Acting, staff_id: UUID, old: str, new: str, again: str) -> StaffRecord:
    """One's own password, changed by who knows the old one. Raises InputFault with its place."""
    one = _colleague(acting, staff_id)
    if not password_matches(one.password_hash, old):
        raise InputFault("this is not your password", place="old", advice="type it again")
    if len(new) < SHORTEST_PASSWORD or new.casefold() == one.login or new == old:
        raise InputFault(
            "this password is too easy", place="new", advice="ten characters or more, not your name and not the one before"
        )
    if new != again:
        raise InputFault("the two are not alike", place="again", advice="type the new password twice")
    one.password_hash, one.must_choose_password = hash_password(new), False
    acting.session.flush()
    acting.note("staff.password", subjects=[str(one.id)])
    return one


def confirm_code(acting: Acting, staff_id: UUID, secret: str, code: str) -> None:
    """Ask for codes from now on, if this one is right. Raises InputFault."""
    one = _colleague(acting, staff_id)
    step = code_step(secret, code, acting.now)
    if step is None:
        raise InputFault("this code is not right", place="code", advice="wait for the next code on the phone, and type that")
    one.code_key = acting.keyring.new_person_key()
    one.code_sealed, one.code_step = acting.keyring.seal(one.code_key, secret, _CODE), step
    acting.note("staff.code", subjects=[str(one.id)])


def forget_code(acting: Acting, staff_id: UUID) -> None:
    """Ask for no code any more."""
    one = _colleague(acting, staff_id)
    one.code_key = one.code_sealed = one.code_step = None
    acting.note("staff.no-code", subjects=[str(one.id)])


def code_is_right(acting: Acting, staff_id: UUID, code: str) -> bool:
    """Whether a code is the phone's of this half minute or the ones beside it; none is taken twice."""
    one = acting.session.get(StaffRecord, staff_id, with_for_update=True, populate_existing=True)
    if one is None or not one.is_active or one.code_key is None or one.code_sealed is None:
        return False
    step = code_step(acting.keyring.unseal(one.code_key, one.code_sealed, _CODE), code, acting.now)
    if step is None or (one.code_step is not None and step <= one.code_step):
        return False
    one.code_step = step
    return True


def revoke_key(acting: Acting, key_id: UUID) -> None:
    """Take a key out of force for good. Raises NotFound for another clinic's."""
    key = acting.session.get(ApiKeyRecord, key_id)
    if key is None or key.clinic_id != acting.clinic_id:
        raise NotFound("no such key at this clinic", advice="look at the list again")
    if key.revoked_at is None:
        key.revoked_at = acting.now
        acting.note("api-key.revoke", subjects=[str(key.id)])


def _colleague(acting: Acting, staff_id: UUID) -> StaffRecord:
    one = acting.session.get(StaffRecord, staff_id)
    if one is None or one.clinic_id != acting.clinic_id:
        raise NotFound("nobody of this clinic has this account", advice="look at the list again")
    return one


def _keep_a_manager(acting: Acting, one: StaffRecord) -> None:
    others = select(func.count()).where(
        StaffRecord.clinic_id == one.clinic_id, StaffRecord.role == Role.MANAGER, StaffRecord.is_active, StaffRecord.id != one.id
    )
    if one.role == Role.MANAGER and one.is_active and not acting.session.scalar(others):
        raise Refused("this is the clinic's only manager", reason="only-manager", advice="make somebody else a manager first")
