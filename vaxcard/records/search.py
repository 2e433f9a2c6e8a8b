"""Finding a child without its card: by name, sound, initials, birth date, phone or identifier, all through keyed hashes.

A clinic finds its own children; an exact identifier is found anywhere. Matching opens sealed names only among those found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, or_, select, tuple_, union
from sqlalchemy.orm import Session

from vaxcard.keyring import Keyring
from vaxcard.records import names
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import load_clinic
from vaxcard.records.columns import Id
from vaxcard.records.people import ChildRecord, Guardianship, SearchKey, context
from vaxcard.records.phones import read_phone

_DATE = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?")
LIMIT = 20  # children in a list; whoever asks for one more learns that there are others


def search_keys(keyring: Keyring, child_id: UUID, name: str, phones: Iterable[str], identifiers: Iterable[str]) -> list[SearchKey]:
    """The rows under which a child can be found. Initials of a Han name are found by their pinyin."""
    sound, initials = names.sounds(name)
    kinds = [("name", name), ("pinyin", sound), ("initials", initials)]
    kinds += [("phone", phone) for phone in phones] + [("identifier", value) for value in identifiers]
    unique = {(kind, keyring.index(kind, value)) for kind, value in kinds if value}
    return [SearchKey(kind=kind, key=key, child_id=child_id) for kind, key in sorted(unique)]


def find_children(acting: Acting, typed: str, *, limit: int = LIMIT, after: tuple[date, UUID] | None = None) -> list[ChildRecord]:
    """Children whom `typed` may mean, youngest first. The look is noted; what was typed is not.

    With `after`, the birth date and id of the last child of a page, the page that follows it.

    A birth date beside another word narrows it: of fifty children of one name or of one day the one meant can be had.
    """
    written = " ".join(typed.split())
    day, others = _divided(written)
    conditions = _by_keys(acting, written)
    if day is not None:
        born_here = and_(ChildRecord.born_on == day, ChildRecord.clinic_id == acting.clinic_id)
        conditions += [and_(born_here, each) for each in _by_keys(acting, others)] if others else [born_here]
    children: list[ChildRecord] = []
    if conditions:
        # Each way is asked for by itself: joined by OR, PostgreSQL would read every child to see whether one of them is true.
        meant = union(*(select(ChildRecord.id).where(each) for each in conditions))
        rows = select(ChildRecord).where(ChildRecord.id.in_(meant)).order_by(ChildRecord.born_on.desc(), ChildRecord.id.desc())
        if after is not None:
            rows = rows.where(tuple_(ChildRecord.born_on, ChildRecord.id) < tuple_(literal(after[0]), literal(after[1], Id)))
        children = list(acting.session.scalars(rows.limit(limit)))
    acting.note("child.search", subjects=[str(child.id) for child in children])
    return children


def find_by_part(acting: Acting, typed: str, *, limit: int = LIMIT) -> list[ChildRecord]:
    """Children of the clinic whose name holds what was typed, such as a surname alone, or sounds so from its beginning; youngest first.

    It opens every name of the clinic, some 10 microseconds each, for no key is kept of a part: to be asked when a key finds nobody.
    """
    part = " ".join(typed.split()).casefold()
    rows = select(ChildRecord.id, ChildRecord.person_key, ChildRecord.name_sealed).where(ChildRecord.clinic_id == acting.clinic_id)
    found: list[UUID] = []
    for child_id, key, sealed in acting.session.execute(rows.order_by(ChildRecord.born_on.desc(), ChildRecord.id.desc())) if part else ():
        name = acting.keyring.unseal(key, sealed, context("child.name", child_id))
        if part in name.casefold() or (part.isascii() and names.sounds(name)[0].startswith(part)):
            found.append(child_id)
        if len(found) == limit:
            break
    acting.note("child.search", subjects=[str(child_id) for child_id in found])
    children = {child.id: child for child in acting.session.scalars(select(ChildRecord).where(ChildRecord.id.in_(found)))}
    return [children[child_id] for child_id in found]


def _divided(written: str) -> tuple[date | None, str]:
    """The birth date in what was typed, and what stands beside it."""
    whole = _as_date(written)
    if whole is not None:
        return whole, ""
    words = written.split()
    place, day = next(((place, day) for place, word in enumerate(words) if (day := _as_date(word))), (None, None))
    return (day, " ".join(words[:place] + words[place + 1 :])) if place is not None else (None, "")


def _by_keys(acting: Acting, written: str) -> list[ColumnElement[bool]]:
    """What is true of a child that is found by this text: an identifier anywhere, anything else at the clinic of the one who asks."""
    if not written:
        return []
    keyring = acting.keyring
    own = [(kind, keyring.index(kind, written)) for kind in ("name", "pinyin", "initials", "phone")]
    own += [("phone", keyring.index("phone", number)) for number in _as_numbers(acting, written)]
    known_as = select(SearchKey.child_id)
    everywhere = known_as.where(SearchKey.kind == "identifier", SearchKey.key == keyring.index("identifier", written))
    here = known_as.where(or_(*(and_(SearchKey.kind == kind, SearchKey.key == key) for kind, key in own)))
    return [ChildRecord.id.in_(everywhere), and_(ChildRecord.id.in_(here), ChildRecord.clinic_id == acting.clinic_id)]


def _as_numbers(acting: Acting, written: str) -> list[str]:
    """What was typed as a telephone number of the clinic's country, in the form in which numbers are kept."""
    if acting.clinic_id is None or not any(character.isdecimal() for character in written):
        return []
    number = read_phone(written, load_clinic(acting.session, acting.clinic_id).region)
    return [number.kept] if number.can_be_dialled else []


def _as_date(written: str) -> date | None:
    match = _DATE.fullmatch(written)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def child_by_identifier(session: Session, keyring: Keyring, value: str) -> ChildRecord | None:
    """The one child known under this identifier, wherever it lives; None when there is none or more than one."""
    rows = select(ChildRecord).join(SearchKey, SearchKey.child_id == ChildRecord.id)
    rows = rows.where(SearchKey.kind == "identifier", SearchKey.key == keyring.index("identifier", value)).limit(2)
    found = list(session.scalars(rows))
    return found[0] if len(found) == 1 else None


def siblings_of(session: Session, child_id: UUID) -> Sequence[ChildRecord]:
    """Other children who share a guardian with this one, oldest first."""
    guardians = select(Guardianship.guardian_id).where(Guardianship.child_id == child_id)
    ids = select(Guardianship.child_id).where(Guardianship.guardian_id.in_(guardians), Guardianship.child_id != child_id)
    return list(session.scalars(select(ChildRecord).where(ChildRecord.id.in_(ids)).order_by(ChildRecord.born_on, ChildRecord.id)))
