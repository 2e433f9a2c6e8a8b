"""Clinics, when they are open, and who works there: tables and the questions asked of them alone."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Connection, ForeignKey, LargeBinary, String, UniqueConstraint, bindparam, false, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from vaxcard.errors import NotFound
from vaxcard.records.columns import Base, Id, Instant, Sealed


class Role(StrEnum):
    """What a member of staff may be; the rules that hang on it stand in `api.access`."""

    PHYSICIAN = "physician"
    VACCINATOR = "vaccinator"
    REGISTRAR = "registrar"
    MANAGER = "manager"
    PROGRAMME_OFFICER = "programme-officer"
    SCHOOL = "school"
    AUDITOR = "auditor"


class Scope(StrEnum):
    """What an API key opens for a machine."""

    SCAN = "scan"
    READ = "read"
    SEARCH = "search"
    RECORD = "record"
    REGISTER = "register"
    CARDS = "cards"


class ClinicRecord(Base):
    """A vaccination clinic. `imported_on` and `backlog_released_at` keep texts about old arrears waiting until the clinic says so."""

    __tablename__ = "clinics"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    code: Mapped[str | None] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(300))
    time_zone: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(10))
    region: Mapped[str] = mapped_column(String(2))
    schedule: Mapped[str] = mapped_column(String(20))
    injections_a_visit: Mapped[int | None]  # the most that are given at one visit; None: as many as there are sites
    imported_on: Mapped[date | None]
    backlog_released_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)

    sessions: Mapped[list[ClinicSession]] = relationship(
        lazy="selectin", order_by="ClinicSession.weekday, ClinicSession.opens", cascade="all, delete-orphan"
    )
    closures: Mapped[list[ClinicClosure]] = relationship(lazy="selectin", order_by="ClinicClosure.closed_on", cascade="all, delete-orphan")
    extra_days: Mapped[list[ClinicExtraDay]] = relationship(
        lazy="selectin", order_by="ClinicExtraDay.open_on", cascade="all, delete-orphan"
    )


class ClinicSession(Base):
    """A weekly opening: `weekday` 0 is Monday; times are the clinic's own."""

    __tablename__ = "clinic_sessions"

    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    opens: Mapped[time] = mapped_column(primary_key=True)
    closes: Mapped[time]


class ClinicClosure(Base):
    """A day on which the clinic is shut although the week says open."""

    __tablename__ = "clinic_closures"

    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"), primary_key=True)
    closed_on: Mapped[date] = mapped_column(primary_key=True)
    reason: Mapped[str | None] = mapped_column(String(200))


class ClinicExtraDay(Base):
    """A day on which the clinic vaccinates although its week says no, such as a working Saturday before a holiday."""

    __tablename__ = "clinic_extra_days"

    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"), primary_key=True)
    open_on: Mapped[date] = mapped_column(primary_key=True)
    opens: Mapped[time]
    closes: Mapped[time]


class StaffRecord(Base):
    """A member of staff who can sign in. The name is shown beside the doses that they gave.

    A session counts as long as `session_number` stays as it was at sign-in; a new password raises it, and so does signing out.
    """

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"), index=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(30))
    password_hash: Mapped[str] = mapped_column(String(200))
    session_number: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(10))
    is_active: Mapped[bool]
    must_choose_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    code_key: Mapped[bytes | None] = mapped_column(LargeBinary)  # with it the secret of the phone's codes is sealed
    code_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    code_step: Mapped[int | None]  # the time step of the last code that was taken: none is taken twice
    created_at: Mapped[datetime] = mapped_column(Instant)

    clinic: Mapped[ClinicRecord] = relationship(lazy="joined")

    @validates("password_hash")
    def _end_sessions(self, _name: str, password_hash: str) -> str:
        self.session_number = (self.session_number or 0) + 1
        return password_hash


class ApiKeyRecord(Base):
    """A machine's way in: only the SHA-256 of the key is kept."""

    __tablename__ = "api_keys"
    __table_args__ = (UniqueConstraint("fingerprint"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    name: Mapped[str] = mapped_column(String(100))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


def name_key(name: str) -> str:
    """The form under which a clinic's name is compared: no blanks, one case."""
    return "".join(name.split()).casefold()


def clinic_named(session: Session, name: str) -> ClinicRecord | None:
    """The clinic with this name, whatever its blanks."""
    return session.scalar(select(ClinicRecord).where(ClinicRecord.name_key == name_key(name)))


def load_clinic(session: Session, clinic_id: UUID) -> ClinicRecord:
    """The clinic. Raises NotFound."""
    clinic = session.get(ClinicRecord, clinic_id)
    if clinic is None:
        raise NotFound("no such clinic", place=str(clinic_id))
    return clinic


def find_clinic(session: Session, told: str) -> ClinicRecord:
    """The clinic of that id or name. Raises NotFound."""
    try:
        found = session.get(ClinicRecord, UUID(told))
    except ValueError:
        found = clinic_named(session, told)
    if found is None:
        raise NotFound("no such clinic", place="--clinic", advice="give an id or a name of `vaxcard clinics list`")
    return found


def all_clinics(session: Session) -> list[ClinicRecord]:
    """Every clinic, by name."""
    return list(session.scalars(select(ClinicRecord).order_by(ClinicRecord.name)))


def staff_by_login(session: Session, login: str) -> StaffRecord | None:
    """The active member of staff who signs in under this name."""
    return session.scalar(select(StaffRecord).where(StaffRecord.login == login.strip().casefold(), StaffRecord.is_active))


def staff_by_id(session: Session, staff_id: UUID) -> StaffRecord | None:
    """The active member of staff of that id."""
    staff = session.get(StaffRecord, staff_id)
    return staff if staff is not None and staff.is_active else None


def end_sessions(session: Session, staff_id: UUID) -> None:
    """Sign a member of staff out everywhere: every session begun before counts no longer."""
    session.execute(
        update(StaffRecord).where(StaffRecord.id == staff_id).values(session_number=StaffRecord.session_number + 1)
    )


def api_key_by_fingerprint(rows: Session | Connection, fingerprint: bytes) -> Any:
    """The key that is in force, with its clinic's name, time zone and language, or None."""
    return rows.execute(_KEY, {"sought": fingerprint}).first()


def signed_in(rows: Session | Connection, staff_id: UUID) -> Any:
    """An active member of staff, with their clinic's name and time zone, or None."""
    return rows.execute(_STAFF, {"sought": staff_id}).first()


# Asked at every request: made once.
_CLINIC = (ClinicRecord.name.label("clinic_name"), ClinicRecord.time_zone, ClinicRecord.language.label("clinic_language"))
_KEY_FACTS = (ApiKeyRecord.id, ApiKeyRecord.clinic_id, ApiKeyRecord.name, ApiKeyRecord.scopes)
_STAFF_FACTS: list[Any] = [StaffRecord.id, StaffRecord.clinic_id, StaffRecord.name, StaffRecord.role, StaffRecord.language]
_STAFF_FACTS += [StaffRecord.session_number, StaffRecord.must_choose_password]
_KEY = (
    select(*_KEY_FACTS, *_CLINIC)
    .join_from(ApiKeyRecord, ClinicRecord)
    .where(ApiKeyRecord.fingerprint == bindparam("sought"), ApiKeyRecord.revoked_at.is_(None))
)
_STAFF = (
    select(*_STAFF_FACTS, *_CLINIC)
    .join_from(StaffRecord, ClinicRecord)
    .where(StaffRecord.id == bindparam("sought"), StaffRecord.is_active)
)
