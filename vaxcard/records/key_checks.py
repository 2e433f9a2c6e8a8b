"""Whether the key ring at hand is this registry's own: asked at every opening, before anything is read or written.

With another key a registry would look empty to its own searches, and an import would put every child on file a second time.
"""

from __future__ import annotations

from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Mapped, mapped_column

from vaxcard.errors import SettingsError
from vaxcard.records.columns import Base
from vaxcard.records.database import Database


class KeyCheck(Base):
    """What a numbered secret must make of a fixed text; nothing of the secret can be learnt from it."""

    __tablename__ = "key_checks"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[bytes] = mapped_column(LargeBinary(32))


def confirm_keys(database: Database) -> None:
    """Compare the key ring with the registry's; a number that is new to it is taken down. Raises SettingsError for another key."""
    here = database.keyring.check_values()
    with database.reading() as session:
        known = {row.number: row.value for row in session.scalars(select(KeyCheck))}
    wrong = sorted(number for number, value in known.items() if here.get(number) != value)
    if wrong:
        raise SettingsError(
            f"this registry was made with another secret key (number {', '.join(map(str, wrong))})",
            place="VAXCARD_SECRET_KEY",
            advice="set the key that made it; nothing was read or written",
        )
    if here.keys() - known.keys():
        with database.writing() as session:  # asked again under the lock: two commands may open a new registry at once
            new = [number for number in here.keys() - known.keys() if session.get(KeyCheck, number) is None]
            session.add_all(KeyCheck(number=number, value=here[number]) for number in new)
