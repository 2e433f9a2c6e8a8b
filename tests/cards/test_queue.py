"""The print queue: runs wait, are printed, show how far they are, and go on after a kill without a card under two tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.cards.conftest import BORN, NOW, TODAY, letters
from tests.cards.test_printing import links
from tests.story import Story, an_id, begin
from vaxcard.cards.queue import KEPT, PrintShop, clear_away, files_of, folder_of, work_queue
from vaxcard.errors import InputFault, NotFound, Refused
from vaxcard.records import print_queue
from vaxcard.records.chart import load_child
from vaxcard.records.issued_cards import cards_of
from vaxcard.records.print_queue import ALL, BABIES, BLANK, CHILD, SILENCE, PaperChoice
from vaxcard.records.print_runs import PrintRunRecord, RunState


@dataclass
class Watch:
    """A clock that goes on by two seconds whenever somebody looks."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=2)
        return self.moment


class PowerCutError(Exception):
    """The machine went off."""


@pytest.fixture
def shop(story, new_id, tmp_path):
    return PrintShop(story.database, story.schedule, tmp_path / "print", "https://vax.example.org", 3, Watch(), new_id, letters())


def asked(story: Story, choice: str, paper: PaperChoice | None = None, **more: Any) -> PrintRunRecord:
    with story.on(TODAY) as acting:
        return print_queue.ask(acting, an_id(), choice, paper or PaperChoice(), **more)


def now_of(story: Story, run: PrintRunRecord) -> PrintRunRecord:
    with story.database.reading() as session:
        return session.get_one(PrintRunRecord, run.id)


def test_what_is_offered_counts_whom_it_would_print(story, press):
    for born in (BORN, BORN, date(2024, 3, 1)):
        story.newborn(born, TODAY)
    with_cards = story.newborn(BORN, TODAY)
    press(story, [with_cards])
    hidden = story.newborn(BORN, TODAY)
    with story.on(TODAY) as acting:
        load_child(acting.session, hidden).is_sensitive = True
    with story.database.reading() as session:
        told = print_queue.offered(session, story.clinic_id, TODAY)
    assert told == {BABIES: 2, "born:2026": 3, "born:2024": 1, ALL: 4}


def test_a_run_is_printed_as_it_was_asked_for(story, shop):
    babies = [story.newborn(BORN, TODAY) for _ in range(2)]
    older = story.newborn(date(2024, 3, 1), TODAY)
    run = asked(story, "born:2026", PaperChoice("a4", "short", (0.5, -1.0)))
    assert work_queue(shop) == 1 and work_queue(shop) == 0
    done = now_of(story, run)
    assert (done.state, done.asked, done.sets, done.cards, done.files) == (RunState.DONE, 2, 2, 16, 1)
    assert done.finished_at is not None and done.turn == "short"
    (file,) = files_of(shop.folder, run.id).files
    assert len(set(links(file))) == 16
    with story.database.reading() as session:
        assert [len(cards_of(session, child)) for child in (*babies, older)] == [8, 8, 0]


def test_the_queue_shows_how_far_a_run_is(story, shop):
    for _ in range(3):
        story.newborn(BORN, TODAY)
    run = asked(story, ALL)
    watch, seen = Watch(), []

    def looked() -> datetime:
        seen.append(now_of(story, run).done)
        return watch()

    work_queue(replace(shop, clock=looked))
    assert seen == sorted(seen) and {0, 1, 2} <= set(seen)
    assert now_of(story, run).done == 3


def dying(after: int) -> Callable[[], datetime]:
    """A clock at which the machine goes off once it was looked at so often."""
    looks = iter(range(10**6))

    def look() -> datetime:
        if next(looks) >= after:
            raise PowerCutError
        return NOW

    return look


def test_a_run_killed_half_way_is_taken_up_again_and_prints_no_card_twice(story, shop):
    children = [story.newborn(BORN, TODAY) for _ in range(3)]
    run = asked(story, ALL)
    with pytest.raises(PowerCutError):
        work_queue(replace(shop, clock=dying(4)))
    assert now_of(story, run).state == RunState.WORKING
    with story.database.reading() as session:
        issued = {card.id for child in children for card in cards_of(session, child, only_active=False)}
    assert issued, "it died after cards were issued"
    assert work_queue(replace(shop, clock=Watch(NOW + SILENCE / 2))) == 0, "whoever was silent for a moment only is left in peace"
    assert work_queue(replace(shop, clock=Watch(NOW + 2 * SILENCE))) == 1
    assert now_of(story, run).state == RunState.DONE
    with story.database.reading() as session:
        cards = [card for child in children for card in cards_of(session, child, only_active=False)]
    assert len(cards) == 24 and issued <= {card.id for card in cards}
    printed = [link for file in files_of(shop.folder, run.id).files for link in links(file)]
    assert len(printed) == 48 and len(set(printed)) == 24


def test_two_never_work_the_same_run(story):
    story.newborn(BORN, TODAY)
    asked(story, ALL)
    with story.database.writing() as session:
        first = print_queue.claim_next(session, NOW)
    with story.database.writing() as session:
        assert first is not None and print_queue.claim_next(session, NOW) is None
    with story.database.writing() as session:
        second = print_queue.claim_next(session, NOW + 2 * SILENCE)
        assert second is not None and second.claim == first.claim + 1
    with story.database.writing() as session:
        assert not print_queue.show_life(session, first, 1, NOW), "the first holds nothing any more"
        assert not print_queue.end(session, first, RunState.DONE, NOW)


def test_a_run_that_is_stopped_ends_before_its_next_step(story, shop):
    story.newborn(BORN, TODAY)
    run = asked(story, ALL)
    watch = Watch()
    looks = iter(range(10**6))

    def stopped() -> datetime:
        if next(looks) == 3:
            with story.on(TODAY) as acting:
                print_queue.cancel(acting, acting.session.get_one(PrintRunRecord, run.id))
        return watch()

    work_queue(replace(shop, clock=stopped))
    assert now_of(story, run).state == RunState.CANCELLED
    assert files_of(shop.folder, run.id).files == ()
    with story.on(TODAY) as acting, pytest.raises(Refused, match="ended already"):
        print_queue.cancel(acting, acting.session.get_one(PrintRunRecord, run.id))
    with story.on(TODAY) as acting:
        print_queue.again(acting, acting.session.get_one(PrintRunRecord, run.id))
    assert work_queue(shop) == 1 and now_of(story, run).state == RunState.DONE


def test_a_card_that_fails_is_named_and_the_next_run_is_printed(sqlite_database, schedule, shop):
    story = begin(sqlite_database, schedule, name="清河" * 60)
    child = story.newborn(BORN, TODAY)
    failing = asked(story, CHILD, child_id=child)
    good = begin(sqlite_database, schedule, name="青禾镇卫生院")
    other = asked(good, CHILD, child_id=good.newborn(BORN, TODAY))
    assert work_queue(shop) == 2
    failed = now_of(story, failing)
    assert failed.state == RunState.FAILED and failed.failure is not None
    assert failed.failure["code"] == "does-not-fit" and [named["child"] for named in failed.failure["cards"]] == [str(child)]
    assert now_of(good, other).state == RunState.DONE


def test_who_was_hidden_meanwhile_is_left_out_and_the_others_printed(story, shop):
    hidden, seen = story.newborn(BORN, TODAY), story.newborn(BORN, TODAY)
    run = asked(story, ALL)
    with story.on(TODAY) as acting:
        load_child(acting.session, hidden).is_sensitive = True
    work_queue(shop)
    done = now_of(story, run)
    assert (done.state, done.asked, done.sets) == (RunState.DONE, 2, 1)
    with story.database.reading() as session:
        assert (cards_of(session, hidden), len(cards_of(session, seen))) == ([], 8)


def test_blank_covers_of_a_clinic_are_printed_and_a_killed_run_issues_none_twice(story, shop):
    run = asked(story, BLANK, number=10)
    with pytest.raises(PowerCutError):
        work_queue(replace(shop, clock=dying(3)))
    assert blanks(story) == 10 and files_of(shop.folder, run.id).files == ()
    assert work_queue(replace(shop, clock=Watch(NOW + 5 * SILENCE))) == 1
    done = now_of(story, run)
    assert (done.state, done.cards, done.sets) == (RunState.DONE, 10, 0)
    (file,) = files_of(shop.folder, run.id).files
    assert len(set(links(file))) == 10
    assert blanks(story) == 10


def blanks(story: Story) -> int:
    with story.database.reading() as session:
        return int(session.connection().exec_driver_sql("SELECT count(*) FROM cards").scalar_one())


@pytest.mark.parametrize(("choice", "more"), [("nobody", {}), ("born:1999", {}), (BLANK, {"number": 0}), (BLANK, {"number": 801})])
def test_what_can_not_be_printed_is_refused_when_it_is_asked_for(story, choice, more):
    story.newborn(BORN, TODAY)
    with pytest.raises(InputFault):
        asked(story, choice, **more)


def test_another_clinics_run_is_not_found(story):
    child = story.newborn(BORN, TODAY)
    run = asked(story, CHILD, child_id=child)
    with story.database.reading() as session, pytest.raises(NotFound):
        print_queue.run_of(session, an_id(), run.id)


def test_files_go_a_fortnight_after_their_run(story, shop):
    story.newborn(BORN, TODAY)
    run = asked(story, ALL)
    work_queue(shop)
    assert clear_away(story.database, shop.folder, NOW) == 0
    (shop.folder / "notes").mkdir()
    assert clear_away(story.database, shop.folder, NOW + KEPT + timedelta(hours=1)) == 1
    assert not folder_of(shop.folder, run.id).exists() and (shop.folder / "notes").exists()
