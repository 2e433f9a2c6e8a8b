"""The timetable: what has run out is assessed, then the day's texts are planned and sent, each in the clinic's own hours."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.reminders.conftest import RecordingChannel, texts
from tests.story import Story, begin
from vaxcard.errors import Refused, SettingsError
from vaxcard.records.chart import load_child
from vaxcard.records.database import Database
from vaxcard.records.job_runs import finish, latest_runs, renew, take
from vaxcard.schedule.loader import load_schedule
from vaxcard.settings import Settings, load_settings
from vaxcard.worker import JOBS, Timetable, hourly, run_due, run_worker, scheduler_for

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


def test_the_timetable_looks_at_every_job_and_sends(day: Day) -> None:
    scheduler = scheduler_for(day.at(1))
    assert {job.id for job in scheduler.get_jobs()} == {*(job.name for job in JOBS), "send"}


# Any number of workers


DAWN = next(job for job in JOBS if job.name == "dawn")
BACKUP = next(job for job in JOBS if job.name == "backup")


def named(jobs: Timetable, owner: str) -> Timetable:
    return replace(jobs, owner=owner)


def runs_of(day: Day) -> list[tuple[str, str, int, bool]]:
    with day.story.database.reading() as session:
        return [(run.job, run.owner, run.fence, run.finished_at is not None) for run in latest_runs(session)]


def test_a_slot_is_run_by_one_worker_and_once(day: Day) -> None:
    day.story.newborn(BORN, BORN)
    assert [run_due(named(day.at(1), owner), DAWN) for owner in ("a", "b", "a")] == [True, False, False]
    assert runs_of(day) == [("dawn", "a", 1, True)]
    assert run_due(named(day.at(2), "b"), DAWN)  # the next hour is another slot


def test_workers_at_one_moment_share_the_slots(day: Day) -> None:
    taken: list[bool] = []
    jobs = day.at(1)
    workers = [threading.Thread(target=lambda name=name: taken.append(run_due(named(jobs, name), DAWN))) for name in "abcd"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == [False, False, False, True]


def test_who_dies_is_taken_over_and_has_no_say_any_more(day: Day) -> None:
    day.story.newborn(BORN, BORN)
    jobs = day.at(1)
    with day.story.database.writing() as session:
        dead = take(session, "dawn", hourly(day.moment), "dead", day.moment, DAWN.lease)
    assert dead is not None
    assert not run_due(jobs, DAWN)  # perhaps it lives
    day.moment += DAWN.lease
    assert run_due(named(jobs, "heir"), DAWN)
    assert runs_of(day) == [("dawn", "heir", 2, True)]
    with day.story.database.writing() as session:
        assert not renew(session, dead, day.moment, DAWN.lease)
        assert not finish(session, dead, day.moment, "late")


def test_a_worker_whose_slot_was_taken_over_stops(day: Day) -> None:
    def lose(jobs: Timetable) -> str:
        day.moment += DAWN.lease * 2
        with day.story.database.writing() as session:
            assert take(session, "dawn", hourly(day.moment), "heir", day.moment, DAWN.lease)
        jobs.hold()
        return "never told"

    assert not run_due(named(day.at(1), "slow"), replace(DAWN, run=lose))
    assert runs_of(day) == [("dawn", "heir", 2, False)]


def test_a_job_that_fails_is_tried_again(day: Day) -> None:
    def fail(_jobs: Timetable) -> str:
        raise Refused("no room", reason="full")

    jobs = day.at(1)
    assert not run_due(jobs, replace(DAWN, run=fail))
    assert run_due(jobs, DAWN)


def test_what_was_missed_in_the_night_is_not_caught_up_by_day(day: Day) -> None:
    jobs = day.at(4)  # noon at the programme's office
    assert BACKUP.slot(day.moment.astimezone(jobs.programme_zone)) is None
    assert not run_due(jobs, BACKUP)


def test_the_backup_of_a_night_is_made_once(sqlite_database: Database, tmp_path: Path) -> None:
    day = Day(begin(sqlite_database, load_schedule("cn")))
    jobs = replace(day.at(18, DUE - timedelta(days=1)), backup_folder=tmp_path / "copies")
    assert [run_due(jobs, BACKUP), run_due(jobs, BACKUP)] == [True, False]
    assert [path.suffix for path in sorted((tmp_path / "copies").iterdir())] == [".backup", ".json"]


def test_a_sound_audit_trail_is_told_so(day: Day) -> None:
    day.story.newborn(BORN, BORN)
    assert day.at(1).check_audit() == "0 broken"


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
