"""Printing a registry's sets: the same cards at every print, whole files only, nothing personal in a message."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pypdfium2 import PdfDocument

from tests.cards.conftest import BORN, NOW, TODAY, letters
from tests.story import begin
from vaxcard.cards.content import NOTES
from vaxcard.cards.payload import short_code_from, token_from_scan
from vaxcard.cards.printing import print_cards
from vaxcard.errors import InputFault, NotFound, Refused, SettingsError
from vaxcard.papers.check import UnreadableSheet, read_page
from vaxcard.records.audit import verify
from vaxcard.records.issued_cards import CardState, card_by_short_code, card_by_token, cards_of, close_cards
from vaxcard.records.people import ChildRecord


def links(path: Path) -> list[str]:
    document = PdfDocument(path.read_bytes())
    return [found.text for page in range(len(document)) for found in read_page(document, page)]


def words(path: Path) -> str:
    document = PdfDocument(path.read_bytes())
    return "".join(document[page].get_textpage().get_text_range() for page in range(len(document)))


def test_every_printed_symbol_opens_the_childs_record(story, press):
    child = story.newborn(BORN, TODAY)
    run = press(story, [child])
    with story.database.reading() as session:
        found = [card_by_token(session, token_from_scan(link)) for link in links(run.files[0])]
    assert {card.child_id for card in found} == {child}
    assert {card.bracket for card in found} == set(range(8))
    assert (run.sets, run.cards, run.notes) == (1, 8, ())


def test_a_short_code_that_is_typed_opens_it_too(story, press):
    child = story.newborn(BORN, TODAY)
    run = press(story, [child])
    codes = {code for word in words(run.files[0]).split() if (code := short_code_from(word))}
    assert len(codes) == 8
    with story.database.reading() as session:
        assert {card_by_short_code(session, story.database.keyring, code).child_id for code in codes} == {child}


def test_printing_again_prints_the_same_cards(story, press, tmp_path):
    child = story.newborn(BORN, TODAY)
    first, second = press(story, [child]), press(story, [child], out=tmp_path / "again.pdf")
    assert links(first.files[0]) == links(second.files[0])
    with story.database.reading() as session:
        assert len(cards_of(session, child, only_active=False)) == 8


def test_a_lost_card_comes_out_new_and_the_others_as_they_were(story, press, tmp_path):
    child = story.newborn(BORN, TODAY)
    before = set(links(press(story, [child]).files[0]))
    with story.on(TODAY) as acting:
        lost = cards_of(acting.session, child)[2]
        close_cards(acting.session, [lost], CardState.LOST, by="staff:1", reason="lost", now=NOW)
    after = set(links(press(story, [child], out=tmp_path / "again.pdf").files[0]))
    assert len(before & after) == 7 and len(after) == 8


def test_what_was_given_and_when_to_come_next_are_on_paper(story, press):
    child = story.newborn(BORN, TODAY)
    story.dose(child, "IPV", date(2026, 4, 16), TODAY, lot_number="202510023")
    said = words(press(story, [child]).files[0])
    assert "2026-04-16" in said and "202510023" in said
    with story.database.reading() as session:
        visit = story_visit(session, child)
    assert f"{visit:%Y}" in said and str(visit.day) in said


def story_visit(session: Any, child: UUID) -> date:
    from vaxcard.records.visits import next_visit_of

    visit = next_visit_of(session, child)
    assert visit is not None
    return visit.visit_on


def test_a_boys_paid_dose_stands_on_his_notes_card(story, press):
    child = story.newborn(BORN, TODAY, sex="male")
    story.dose(child, "PCV13", date(2026, 4, 20), TODAY)
    said = words(press(story, [child]).files[0])
    assert "PCV13" in said
    with story.database.reading() as session:
        assert [card.bracket for card in cards_of(session, child)] == [0, 1, 2, 3, 4, 5, 6, NOTES]


def test_single_cards_come_one_face_a_page(story, press):
    run = press(story, [story.newborn(BORN, TODAY)], sheet="single")
    assert len(PdfDocument(run.files[0].read_bytes())) == 16


def test_a_long_run_numbers_its_files_and_tells_how_far_it_is(story, press, tmp_path):
    children = [story.newborn(BORN, TODAY) for _ in range(3)]
    told: list[tuple[int, int]] = []
    run = press(story, children, sets_a_file=2, progress=lambda done, total: told.append((done, total)))
    assert [file.name for file in run.files] == ["cards-001.pdf", "cards-002.pdf"]
    assert told[-1] == (3, 3) and sorted(told) == told
    assert not (tmp_path / "cards.pdf").exists()


def test_a_name_that_cannot_be_drawn_is_noted_and_the_child_has_its_cards(story, press):
    child = story.newborn(BORN, TODAY, name="ئابدۇرەھىم")
    run = press(story, [child])
    assert run.cards == 8
    assert str(child) in run.notes[0] and "line to write the name on" in run.notes[0]
    assert "ئ" not in run.notes[0]


def test_a_clinic_whose_name_cannot_be_drawn_is_noted(sqlite_database, schedule, press):
    story = begin(sqlite_database, schedule, name="ئامبۇلاتورىيە")
    run = press(story, [story.newborn(BORN, TODAY)])
    assert run.cards == 8 and f"clinic {story.clinic_id}" in run.notes[0]


def test_a_file_whose_symbols_do_not_read_is_not_written(story, press, tmp_path):
    child = story.newborn(BORN, TODAY)
    with pytest.raises(UnreadableSheet, match=f"16 of 16 .*child {child}, card 1 of 8, back: its symbol"):
        press(story, [child], check_dpi=20)
    assert list(tmp_path.glob("*.pdf")) == []


def test_the_cards_of_a_protected_child_are_not_printed(story, press):
    child = story.newborn(BORN, TODAY)
    with story.on(TODAY) as acting:
        acting.session.get(ChildRecord, child).is_sensitive = True
    with pytest.raises(Refused, match="this child's cards are closed"):
        press(story, [child])


def test_a_child_who_is_not_on_file_is_said_by_id(story, press):
    with pytest.raises(NotFound, match=str(UUID(int=9))):
        press(story, [UUID(int=9)])


def test_nobody_to_print_for_is_said_so(story, press):
    with pytest.raises(InputFault, match="no child to print cards for"):
        press(story, [])


def test_an_address_too_long_for_the_symbol_is_refused_before_any_card_is_issued(story, press):
    child = story.newborn(BORN, TODAY)
    with pytest.raises(SettingsError, match="VAXCARD_PUBLIC_URL"):
        press(story, [child], public_url="https://immunisation.province.example.org")
    with story.database.reading() as session:
        assert cards_of(session, child) == []


def test_issuing_and_printing_stand_in_the_audit_trail(story, press):
    from sqlalchemy import select

    from vaxcard.records.audit import AuditEntry

    child = story.newborn(BORN, TODAY)
    press(story, [child])
    with story.database.reading() as session:
        actions = list(session.scalars(select(AuditEntry.action)))
        assert verify(session, story.database.keyring) == []
    assert "cards.print" in actions and "cards.issue" in actions


def test_cards_are_issued_alike_on_either_database(database, schedule, new_id, tmp_path):
    story = begin(database, schedule)
    child = story.newborn(BORN, TODAY)
    run = print_cards(
        database,
        schedule,
        [child],
        tmp_path / "cards.pdf",
        sheet="a4",
        public_url="https://vax.example.org",
        qr_version=3,
        actor="staff:1",
        now=NOW,
        today=TODAY,
        new_id=new_id,
        random_text=letters(),
    )
    assert len(set(links(run.files[0]))) == 8
