"""A year of the timetable, with and without daylight saving, over a long holiday: no text at a wrong hour or on a shut day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from tests.reminders.conftest import RecordingChannel
from tests.story import WEEKDAYS, Story, an_id, begin
from vaxcard.records import enrolment
from vaxcard.records.clinics import ClinicClosure, ClinicRecord, all_clinics, load_clinic
from vaxcard.records.database import Database
from vaxcard.records.messages import MessageRecord
from vaxcard.records.visits import is_open_on
from vaxcard.reminders.channels import Outcome, Text
from vaxcard.schedule.loader import load_schedule
from vaxcard.worker import JOBS, Timetable, run_due

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
FESTIVAL = [date(2026, 2, 15) + timedelta(days=ahead) for ahead in range(9)]
CHANGES = [date(2026, 3, 29), date(2026, 10, 25)]  # of the clock, in Berlin
ZONES = {"清河卫生服务中心": "Asia/Shanghai", "Praxis am Bach": "Europe/Berlin"}
PREFIXES = {"清河卫生服务中心": "+86139", "Praxis am Bach": "+49151"}


@dataclass
class Noted(RecordingChannel):
    """Remembers when each text went, to which number."""

    clock: Callable[[], datetime] = lambda: datetime.max
    went: list[tuple[datetime, str]] = field(default_factory=list)

    def send(self, text: Text) -> Outcome:
        self.went.append((self.clock(), text.to))
        return super().send(text)


def families(story: Story, clinic: str) -> None:
    """A child born every three weeks for a year and a half, of whom none comes: something is told of in every season."""
    for number in range(28):
        born = date(2025, 1, 5) + timedelta(days=20 * number)
        guardian = story.guardian(f"{PREFIXES[clinic]}{number:06}77", language="zh")
        story.newborn(born, max(born, FIRST), guardians=[guardian])


def two_clinics(database: Database) -> None:
    schedule = load_schedule("cn")
    for number, (name, zone) in enumerate(ZONES.items()):
        if number == 0:
            story = begin(database, schedule, name=name, time_zone=zone, sessions=WEEKDAYS)
        else:
            story = Story(database, schedule, an_id())
            with story.on(FIRST) as acting:
                enrolment.open_clinic(acting, story.clinic_id, name, time_zone=zone, language="zh", region="CN", sessions=WEEKDAYS)
        with story.on(FIRST) as acting:
            load_clinic(acting.session, story.clinic_id).closures = [ClinicClosure(closed_on=day) for day in FESTIVAL]
        families(story, name)


@pytest.mark.long
def test_over_a_year_no_text_goes_at_a_wrong_hour_or_on_a_shut_day(sqlite_database: Database, scaled: Callable[[int], int]) -> None:
    event.listen(sqlite_database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    two_clinics(sqlite_database)
    moment = datetime.combine(FIRST, time(0, 7), UTC)
    channel = Noted(clock=lambda: moment)
    jobs = Timetable(sqlite_database, load_schedule("cn"), channel, ZoneInfo("Asia/Shanghai"), lambda: moment)
    dawn = next(job for job in JOBS if job.name == "dawn")
    step = timedelta(days=365) / scaled(365 * 24 * 2)
    while moment.date() <= LAST:
        run_due(jobs, dawn)
        jobs.send()
        moment += step
    with sqlite_database.reading() as session:
        clinics = {clinic.name: clinic for clinic in all_clinics(session)}
        kinds = Counter(session.scalars(select(MessageRecord.kind)))
    by_clinic = {name: when_of(clinic, channel) for name, clinic in clinics.items()}

    for name, went in by_clinic.items():
        assert [each for each in went if not time(9) <= each.time() < time(18)] == [], name
        assert [each for each in went if not is_open_on(clinics[name], each.date())] == [], name
        days = {each.date() for each in went}
        assert len(days) > 60, name
        for around in (FESTIVAL[-1], *CHANGES):
            assert any(around < day <= around + timedelta(days=7) for day in days), (name, around)
    assert {"before", "today", "missed", "last"} <= kinds.keys()
    print(f"\n{len(channel.went)} texts in a year, looked at every {step}: {dict(kinds)}")


def when_of(clinic: ClinicRecord, channel: Noted) -> list[datetime]:
    """When the clinic's texts went, by its own clock."""
    zone = ZoneInfo(clinic.time_zone)
    return [moment.astimezone(zone) for moment, number in channel.went if number.startswith(PREFIXES[clinic.name])]
