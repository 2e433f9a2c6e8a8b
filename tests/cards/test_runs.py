"""Print runs: gone on with after a kill, without a card twice under two tokens; single cards, lost cards and blank ones."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cards.conftest import BORN, NOW, TODAY, letters
from tests.cards.test_printing import links
from vaxcard.cards import printing
from vaxcard.cards.blanks import prepare_blanks, print_blanks
from vaxcard.cards.gathering import Asked
from vaxcard.cards.issuing import bind_cover, replace_cards
from vaxcard.cards.payload import token_from_scan
from vaxcard.errors import CardClosed, CardReplaced, CardRevoked, InputFault
from vaxcard.papers.sheets import Paper
from vaxcard.records.audit import verify
from vaxcard.records.chart import load_child
from vaxcard.records.issued_cards import CardState, card_by_short_code, card_by_token, cards_of, note_scanned, note_typed
from vaxcard.records.print_runs import Reading, readings, runs


class PowerCutError(Exception):
    """The machine went off."""


def manifest(tmp_path):
    return json.loads((tmp_path / "cards.manifest.json").read_text(encoding="utf-8"))


def cut_short(story, press, children, after, **more):
    """A run of one set a file that dies once `after` sets are done."""

    def die(done, _total):
        if done > after:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        press(story, children, sets_a_file=1, progress=die, **more)


def test_a_run_that_was_killed_goes_on_and_prints_no_card_twice(story, press, tmp_path):
    children = [story.newborn(BORN, TODAY) for _ in range(4)]
    cut_short(story, press, children, 2)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("cards-*.pdf")}
    assert list(before) and len(before) == 2 and not manifest(tmp_path)["is_finished"]
    run = press(story, children, sets_a_file=1)
    assert (run.sets, run.resumed, len(run.files)) == (4, 2, 4)
    assert all((tmp_path / name).read_bytes() == pdf for name, pdf in before.items())
    assert len({link for file in run.files for link in links(file)}) == 32
    with story.database.reading() as session:
        assert all(len(cards_of(session, child, only_active=False)) == 8 for child in children)
        (row,) = runs(session)
        assert (row.sets, row.cards, row.files, row.asked) == (4, 32, 4, 4) and row.finished_at == NOW


def test_a_file_that_was_damaged_meanwhile_is_printed_again(story, press, tmp_path):
    children = [story.newborn(BORN, TODAY) for _ in range(3)]
    cut_short(story, press, children, 2, places=[2])
    (tmp_path / "cards-002.pdf").write_bytes(b"half a file")
    run = press(story, children, sets_a_file=1, places=[2])
    assert run.resumed == 1 and len(links(tmp_path / "cards-002.pdf")) == 2


def test_children_who_came_meanwhile_are_printed_after_the_others(story, press, tmp_path):
    children = [story.newborn(BORN, TODAY) for _ in range(2)]
    cut_short(story, press, children, 1, places=[2])
    run = press(story, [*children, story.newborn(BORN, TODAY)], sets_a_file=1, places=[2])
    assert run.sets == 3 and manifest(tmp_path)["totals"] == {"sets": 3, "cards": 3, "files": 3}


def test_an_unfinished_run_is_not_mixed_with_one_of_another_kind(story, press):
    children = [story.newborn(BORN, TODAY) for _ in range(2)]
    cut_short(story, press, children, 1, places=[2])
    with pytest.raises(InputFault, match="give another --out"):
        press(story, children, sets_a_file=1, sheet="single", places=[2])


def test_a_finished_run_is_printed_anew(story, press):
    child = story.newborn(BORN, TODAY)
    first, second = press(story, [child]), press(story, [child])
    assert (first.resumed, second.resumed) == (0, 0)
    with story.database.reading() as session:
        assert len(runs(session)) == 2


def test_the_bar_moves_evenly(story, press):
    told = []
    press(story, [story.newborn(BORN, TODAY) for _ in range(10)], places=[2], progress=lambda done, _: told.append(done))
    assert told == sorted(told) and set(told) >= {2, 4, 6, 8, 10}


def test_several_readers_find_what_one_finds(story, press):
    child = story.newborn(BORN, TODAY)
    with ThreadPoolExecutor(2) as pool:
        assert press(story, [child], pool=pool).cards == 8


def test_one_card_of_a_set_is_printed_again_under_its_own_token(story, press, tmp_path):
    child = story.newborn(BORN, TODAY)
    whole = press(story, [child])
    one = press(story, [child], out=tmp_path / "one.pdf", places=[3])
    assert one.cards == 1 and set(links(one.files[0])) < set(links(whole.files[0]))


@pytest.mark.parametrize(("sheet", "turn"), [("a4", "short"), ("shop", "long"), ("shop", "short"), ("single", "long")])
def test_every_sheet_reads_however_it_is_turned_and_shifted(story, press, sheet, turn):
    child = story.newborn(BORN, TODAY)
    assert press(story, [child], sheet=sheet, turn=turn, offset=(0.8, -1.2)).cards == 8


def test_lost_cards_are_replaced_with_a_reason_and_the_old_symbol_says_so(story, press, tmp_path):
    child = story.newborn(BORN, TODAY)
    old = links(press(story, [child]).files[0])
    with story.on(TODAY) as acting:
        closed = replace_cards(acting, load_child(acting.session, child, lock=True), reason="lost on the bus")
        assert len(closed) == 8 and {card.closed_reason for card in closed} == {"lost on the bus"}
    with story.database.reading() as session, pytest.raises(CardRevoked, match="no new one is printed yet"):
        card_by_token(session, token_from_scan(old[0]))
    new = links(press(story, [child], out=tmp_path / "new.pdf").files[0])
    assert not set(old) & set(new)
    with story.database.reading() as session:
        with pytest.raises(CardReplaced):
            card_by_token(session, token_from_scan(old[0]))
        assert card_by_token(session, token_from_scan(new[0])).issue == 2
        assert verify(session, story.database.keyring) == []


def test_nobodys_cards_are_replaced_without_a_reason(story):
    child = story.newborn(BORN, TODAY)
    with pytest.raises(InputFault, match="for a reason"), story.on(TODAY) as acting:
        replace_cards(acting, load_child(acting.session, child), reason=" ")


@pytest.fixture
def blank(story, new_id, tmp_path):
    """The links of two blank covers that were printed."""
    run_id = new_id()
    asked = Asked("https://vax.example.org", 3, new_id, letters())
    with story.on(TODAY) as acting:
        blanks = prepare_blanks(acting, 2, asked, run_id, sheet="a4")
    return sorted(set(links(print_blanks(blanks, tmp_path / "blank.pdf", Paper(), qr_version=3))))


def test_a_blank_card_opens_nothing_until_it_is_bound_to_a_child(story, press, blank):
    child = story.newborn(BORN, TODAY)
    press(story, [child])
    token = token_from_scan(blank[0])
    with story.database.reading() as session, pytest.raises(CardClosed, match="belongs to no child yet"):
        card_by_token(session, token)
    with story.on(TODAY) as acting:
        card = bind_cover(acting, load_child(acting.session, child, lock=True), token)
        key = load_child(acting.session, child).person_key
        short_code = card.short_code(acting.keyring, key)
    with story.database.reading() as session:
        assert card_by_token(session, token).child_id == child
        assert card_by_short_code(session, story.database.keyring, short_code).id == card.id
        states = [one.state for one in cards_of(session, child, only_active=False) if one.bracket == 0]
    assert sorted(states) == [CardState.ACTIVE, CardState.REPLACED]


def test_a_blank_card_is_bound_once(story, blank):
    first, second = story.newborn(BORN, TODAY), story.newborn(BORN, TODAY)
    token = token_from_scan(blank[0])
    with story.on(TODAY) as acting:
        bind_cover(acting, load_child(acting.session, first), token)
    with pytest.raises(CardClosed, match="belongs to a child already"), story.on(TODAY) as acting:
        bind_cover(acting, load_child(acting.session, second), token)


def read(story, child, *, scanned=0, typed=0):
    with story.on(TODAY) as acting:
        card = cards_of(acting.session, child)[1]
        for _ in range(scanned):
            note_scanned(acting.session, card)
        for _ in range(typed):
            note_typed(acting.session, card)


def counted(story):
    with story.database.reading() as session:
        found = runs(session)
        read = readings(session, found)
        return [read[run.id] for run in reversed(found)]


def test_codes_that_had_to_be_typed_are_counted_for_the_run_that_printed_the_card(story, press):
    child = story.newborn(BORN, TODAY)
    press(story, [child], places=[2])
    assert counted(story) == [Reading(0, 0)] and counted(story)[0].typed_share is None
    read(story, child, scanned=3, typed=1)
    assert counted(story) == [Reading(3, 1)] and counted(story)[0].typed_share == 0.25


def test_what_a_bad_print_counted_stays_with_it_when_its_cards_are_printed_again(story, press, tmp_path):
    child = story.newborn(BORN, TODAY)
    press(story, [child], places=[2])
    read(story, child, typed=2)
    press(story, [child], out=tmp_path / "again.pdf", places=[2])
    read(story, child, scanned=5)
    assert sorted(counted(story), key=lambda each: each.typed) == [Reading(5, 0), Reading(0, 2)]


def test_a_file_holds_no_more_sets_than_it_should():
    assert printing.SETS_A_FILE == 100
