"""Children and those who care for them: tables in which every name, number and address is sealed under a key per person.

What can be searched stands apart in `search_keys`, as keyed hashes that go when the person is erased.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from vaxcard.keyring import Keyring
from vaxcard.records.columns import Base, Id, Instant, Sealed


def context(field: str, person_id: UUID) -> str:
    """What a person's field is sealed for: moved into another person's row, it does not open."""
    return f"{field} {person_id}"


class ChildState(StrEnum):
    """Whether a child is vaccinated here."""

    ACTIVE = "active"
    MOVED_AWAY = "moved-away"
    DIED = "died"
    ENTERED_IN_ERROR = "entered-in-error"  # by an import that was taken back


class ChildRecord(Base):
    """A child. `version` counts the changes of its record; `assessed_*` say by what the stored due rows were worked out."""

    __tablename__ = "children"
    __table_args__ = (Index("ix_children_assessed_holds_until", "assessed_holds_until"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"), index=True)
    person_key: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes] = mapped_column(Sealed)
    display_name_sealed: Mapped[bytes] = mapped_column(Sealed)
    display_name_confirmed: Mapped[bool] = mapped_column(default=False)
    born_on: Mapped[date] = mapped_column(index=True)
    sex: Mapped[str] = mapped_column(String(10))
    sign: Mapped[str] = mapped_column(String(20))
    residence: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default=ChildState.ACTIVE)
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    dose_count: Mapped[int] = mapped_column(default=0)
    dose_head: Mapped[bytes] = mapped_column(LargeBinary(32), default=b"")
    facts_mac: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # over findings and decisions; None where there never was one
    record_seal: Mapped[bytes] = mapped_column(LargeBinary(32))
    registered_at: Mapped[datetime] = mapped_column(Instant)
    assessed_on: Mapped[date | None]
    assessed_edition: Mapped[str | None] = mapped_column(String(40))
    assessed_engine: Mapped[str | None] = mapped_column(String(40))
    assessed_version: Mapped[int | None]
    assessed_holds_until: Mapped[date | None]

    guardianships: Mapped[list[Guardianship]] = relationship(order_by="Guardianship.rank", lazy="select")

    def name(self, keyring: Keyring) -> str:
        """The full name, for signed-in staff."""
        return keyring.unseal(self.person_key, self.name_sealed, context("child.name", self.id))

    def display_name(self, keyring: Keyring) -> str:
        """The name that cards show: agreed with the family, usually without the surname."""
        return keyring.unseal(self.person_key, self.display_name_sealed, context("child.display-name", self.id))


class ChildIdentifier(Base):
    """A number under which somebody knows the child: the programme's child code, a certificate, a birth certificate."""

    __tablename__ = "child_identifiers"
    __table_args__ = (Index("ix_child_identifiers_child_id", "child_id"),)

    system: Mapped[str] = mapped_column(String(40), primary_key=True)
    value_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    value_sealed: Mapped[bytes] = mapped_column(Sealed)


class GuardianRecord(Base):
    """A guardian, under a key of their own: one family's children share the row."""

    __tablename__ = "guardians"
    __table_args__ = (Index("ix_guardians_phone_key", "phone_key"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    person_key: Mapped[bytes] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    phone_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    phone_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    phone_can_be_texted: Mapped[bool]
    address_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    language: Mapped[str | None] = mapped_column(String(10))
    agrees_to_texts: Mapped[bool] = mapped_column(default=True)
    phone_confirmed_on: Mapped[date | None]  # when the family last said that this is still the number
    registered_at: Mapped[datetime] = mapped_column(Instant)

    def name(self, keyring: Keyring) -> str | None:
        """The guardian's name, where one is on file."""
        return keyring.unseal(self.person_key, self.name_sealed, context("guardian.name", self.id)) if self.name_sealed else None

    def phone(self, keyring: Keyring) -> str | None:
        """The phone number: E.164 where it can be dialled, else as it was written."""
        return keyring.unseal(self.person_key, self.phone_sealed, context("guardian.phone", self.id)) if self.phone_sealed else None

    def address(self, keyring: Keyring) -> str | None:
        """Where the family lives, as written."""
        return keyring.unseal(self.person_key, self.address_sealed, context("guardian.address", self.id)) if self.address_sealed else None


class Guardianship(Base):
    """Who a guardian is to a child; rank 1 is asked first."""

    __tablename__ = "guardianships"
    __table_args__ = (Index("ix_guardianships_guardian_id", "guardian_id"),)

    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"), primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(Id, ForeignKey("guardians.id"), primary_key=True)
    relation: Mapped[str | None] = mapped_column(String(40))
    rank: Mapped[int]

    guardian: Mapped[GuardianRecord] = relationship(lazy="joined")


class SearchKey(Base):
    """A keyed hash under which a child can be found: kind is name, pinyin, initials, phone or identifier."""

    __tablename__ = "search_keys"
    __table_args__ = (Index("ix_search_keys_child_id", "child_id"),)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"), primary_key=True)


def children_to_print(session: Session, clinic_id: UUID | None) -> list[UUID]:
    """Active children of a clinic, or of all, in a steady order: oldest registration first."""
    rows = select(ChildRecord.id).where(ChildRecord.state == ChildState.ACTIVE, ChildRecord.is_sensitive.is_(False))
    rows = rows if clinic_id is None else rows.where(ChildRecord.clinic_id == clinic_id)
    return list(session.scalars(rows.order_by(ChildRecord.registered_at, ChildRecord.id)))
