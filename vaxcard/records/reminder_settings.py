"""What a programme officer has set about texts, kept beside who set it and when; what it means is decided by `reminders`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Instant


class ReminderSetting(Base):
    """One thing that was set, by its name."""

    __tablename__ = "reminder_settings"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(60))
    set_by: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(Instant)


def setting(session: Session, name: str) -> str | None:
    """What was set under a name, None where nobody did."""
    found = session.get(ReminderSetting, name)
    return found.value if found else None


def set_setting(acting: Acting, name: str, value: str, *, by: str) -> None:
    """Set something about texts, in an officer's name."""
    acting.session.merge(ReminderSetting(name=name, value=value, set_by=by, set_at=acting.now))
    acting.note("texts.set", subjects=[name])
