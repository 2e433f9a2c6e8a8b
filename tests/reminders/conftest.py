"""A clinic with families, and the day's texts planned and sent through a channel that remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from tests.story import Story, begin
from vaxcard.records.database import Database
from vaxcard.records.messages import MessageRecord, texts_of
from vaxcard.reminders.channels import Fate, Outcome, Text
from vaxcard.reminders.dispatch import send_due
from vaxcard.reminders.planning import Planned, plan
from vaxcard.schedule.loader import load_schedule


@pytest.fixture
def story(database: Database) -> Story:
    """A clinic that is open on every day."""
    return begin(database, load_schedule("cn"))


@dataclass
class RecordingChannel:
    """Remembers what it was given and answers as told."""

    answers: list[Outcome] = field(default_factory=list)
    is_real: bool = False
    name: str = "recording"
    given: list[tuple[str, str, UUID]] = field(default_factory=list)

    can_be_asked: bool = False
    reports: bool = False

    def look_up(self, text: Text, provider_id: str | None) -> Outcome:
        return Outcome(Fate.UNKNOWN)

    def send(self, text: Text) -> Outcome:
        self.given.append((text.to, text.body, text.reference))
        return self.answers.pop(0) if self.answers else Outcome(Fate.SENT, provider_id=f"P{len(self.given)}")


def planned(story: Story, on: date, *, today: date | None = None) -> Planned:
    """The clinic's texts planned for a day, on that day unless another is told."""
    with story.on(today or on, actor="system:test") as acting:
        return plan(acting, on)


def sent(story: Story, channel: RecordingChannel, on: date, *, hour: int = 2, signed: bool = True) -> Mapping[str, int]:
    """What may go at ten in the morning of the clinic's day, unless another UTC hour is told."""
    moment = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    return send_due(story.database, story.schedule, channel, moment, edition_signed=signed)


def texts(story: Story, child_id: UUID) -> list[MessageRecord]:
    """Every text that spoke of the child, latest first."""
    with story.database.reading() as session:
        return texts_of(session, child_id)
