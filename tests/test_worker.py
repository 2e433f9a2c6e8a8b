"""The timetable: what has run out is assessed, then the day's texts are planned and sent, each in the clinic's own hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.reminders.conftest import RecordingChannel, texts
from tests.story import Story, begin
from vaxcard.errors import Refused, SettingsError
from vaxcard.records.chart import load_child
from vaxcard.records.database import Database
from vaxcard.schedule.loader import load_schedule
from vaxcard.settings import Settings, load_settings
from vaxcard.worker import Timetable, run_worker, scheduler_for

BORN = date(2026, 5, 20)
DUE = date(2026, 6, 20)


@dataclass
class Day:
    """A timetable whose clock stands where it is put: an hour UTC of the day, eight behind the clinic's."""

    story: Story
    channel: RecordingChannel = field(default_factory=RecordingChannel)
    moment: datetime = datetime(2026, 6, 20, 0, tzinfo=UTC)

    def at(self, hour: int, on: date = DUE) -> Timetable:
        self.moment = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
        return Timetable(self.story.database, self.story.schedule, self.channel, ZoneInfo("Asia/Shanghai"), lambda: self.moment)


@pytest.fixture
def day(database: Database) -> Day:
    return Day(begin(database, load_schedule("cn")))


def test_a_day_runs_from_sweep_to_sent(day: Day) -> None:
    child = day.story.newborn(BORN, BORN)
    jobs = day.at(1)
    assert jobs.sweep() == 1  # an edition changed on 17 June, and HepB came due today
    assert jobs.plan().planned == 1
    assert dict(jobs.send()) == {"sent": 1}
    assert [text.state for text in texts(day.story, child)] == ["sent"]


def test_every_job_may_run_again(day: Day) -> None:
    day.story.newborn(BORN, BORN)
    jobs = day.at(1)
    for _ in range(3):
        jobs.dawn()
        jobs.send()
    assert len(day.channel.given) == 1
    assert jobs.sweep() == 0


def test_a_sweep_assesses_only_those_whose_answer_has_run_out(day: Day) -> None:
    child = day.story.newborn(BORN, BORN)
    with day.story.database.reading() as session:
        holds_until = load_child(session, child).assessed_holds_until
    assert holds_until is not None
    assert day.at(1, holds_until).sweep() == 0
    assert day.at(1, holds_until + timedelta(days=1)).sweep() == 1
    with day.story.database.reading() as session:
        assert load_child(session, child).assessed_on == holds_until + timedelta(days=1)


@pytest.mark.parametrize(("hour", "planned"), [(20, 0), (21, 1), (9, 1), (10, 0)])
def test_a_clinics_texts_are_planned_from_its_dawn_to_its_evening(day: Day, hour: int, planned: int) -> None:
    day.story.newborn(BORN, BORN)
    on = DUE - timedelta(days=1) if hour > 12 else DUE  # nine in the evening UTC is already the clinic's morning
    assert day.at(hour, on).plan().planned == planned


def test_a_channel_that_reaches_people_waits_for_a_signature(day: Day) -> None:
    day.story.newborn(BORN, BORN)
    day.channel.is_real = True
    jobs = day.at(1)
    jobs.dawn()
    with pytest.raises(Refused, match="unsigned"):
        jobs.send()


def test_the_timetable_knows_its_jobs_and_their_hours(day: Day) -> None:
    scheduler = scheduler_for(day.at(1))
    assert {job.id: str(job.trigger) for job in scheduler.get_jobs()} == {"dawn": "cron[minute='5']", "send": "cron[minute='*/5']"}


def settings_for(database: Database, **more: str) -> Settings:
    told = {"VAXCARD_DATABASE_URL": database.url, "VAXCARD_SECRET_KEY": "an invented secret for tests only, number 1"}
    return load_settings({**told, **more})


def test_a_worker_can_do_what_is_due_and_end(sqlite_database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    story = begin(sqlite_database, load_schedule("cn"))
    run_worker(settings_for(sqlite_database), sqlite_database, story.schedule, once=True)
    assert capsys.readouterr().out == ""


def test_a_worker_with_an_unknown_channel_does_not_start(sqlite_database: Database) -> None:
    with pytest.raises(SettingsError, match="VAXCARD_SMS_CHANNEL"):
        run_worker(settings_for(sqlite_database, VAXCARD_SMS_CHANNEL="pigeon"), sqlite_database, load_schedule("cn"), once=True)
