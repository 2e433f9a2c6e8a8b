"""A guardian's number that changes: who is found, texted and let in by it afterwards, and what is kept of how it was."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from tests.story import Story, an_id, begin
from vaxcard.errors import Conflict, InputFault, NotFound
from vaxcard.keyring import random_secret
from vaxcard.records import guardians
from vaxcard.records.chart import load_child
from vaxcard.records.database import Database
from vaxcard.records.family_devices import NewDevice, device_with, devices_of, remember
from vaxcard.records.guardian_changes import guardian_changes_of
from vaxcard.records.guardians import ContactForm
from vaxcard.records.issued_cards import issue_card
from vaxcard.records.phone_faults import faulty, note_fault
from vaxcard.records.search import find_children
from vaxcard.schedule.loader import load_schedule

BORN, TODAY = date(2026, 7, 22), date(2026, 11, 24)
OLD, NEW = "+8613900000001", "+8613900000009"


@pytest.fixture
def in_a_file(sqlite_database: Database) -> Story:
    """The same clinic, for what is refused before any row is touched."""
    return begin(sqlite_database, load_schedule("cn"))


def seen(story: Story, child_id: UUID) -> tuple[int, list[UUID]]:
    """The version of the record, and its guardians in the order in which they are asked."""
    with story.database.reading() as session:
        child = load_child(session, child_id)
        return child.version, [bond.guardian_id for bond in child.guardianships]


def change(story: Story, child_id: UUID, form: ContactForm, *, version: int | None = None) -> None:
    known, (mother, *_) = seen(story, child_id)
    with story.on(TODAY) as acting:
        guardians.change_guardian(acting, child_id, mother, form, seen_version=version or known)


def found_by(story: Story, number: str) -> set[UUID]:
    with story.on(TODAY) as acting:
        return {child.id for child in find_children(acting, number)}


def opened(story: Story, child_id: UUID) -> str:
    """The child's record lies open on a telephone, which holds this secret."""
    secret = random_secret()
    with story.on(TODAY) as acting:
        child = load_child(acting.session, child_id)
        told = {"child_id": child_id, "person_key": child.person_key, "bracket": 0, "short_code": secret[:8], "now": acting.now}
        card = issue_card(acting.session, acting.keyring, card_id=an_id(), **told)  # type: ignore[arg-type]
        acting.session.flush()
        remember(acting, child, NewDevice(an_id(), secret, "a phone", card.id, None))
    return secret


def test_a_new_number_is_the_one_for_all_of_the_family(story: Story) -> None:
    first, second = story.newborn(BORN, TODAY), story.newborn(date(2024, 3, 1), TODAY, name="云阳阳")
    change(story, first, ContactForm(an_id(), phone="139 0000 0009"))
    assert found_by(story, "13900000009") == {first, second}
    assert found_by(story, "13900000001") == set()
    with story.database.reading() as session:
        mother = load_child(session, second).guardianships[0].guardian
        assert mother.phone(story.database.keyring) == NEW and mother.phone_confirmed_on == TODAY


def test_what_was_open_by_the_old_number_stays_closed_when_it_comes_back(story: Story) -> None:
    child_id = story.newborn(BORN, TODAY)
    secret = opened(story, child_id)
    change(story, child_id, ContactForm(an_id(), phone=NEW))
    change(story, child_id, ContactForm(an_id(), phone=OLD))
    with story.on(TODAY) as acting:
        assert device_with(acting.session, child_id, secret, acting.now) is None


def test_another_relation_closes_nothing(story: Story) -> None:
    child_id = story.newborn(BORN, TODAY)
    opened(story, child_id)
    change(story, child_id, ContactForm(an_id(), relation="grandmother", agrees_to_texts=False))
    with story.on(TODAY) as acting:
        assert len(devices_of(acting.session, child_id, acting.now)) == 1
        bond = load_child(acting.session, child_id).guardianships[0]
        assert (bond.relation, bond.guardian.agrees_to_texts) == ("grandmother", False)
        assert bond.guardian.phone(acting.keyring) == OLD


def test_what_was_on_file_before_is_kept_and_told_by_the_change(story: Story) -> None:
    child_id = story.newborn(BORN, TODAY)
    change(story, child_id, ContactForm(an_id(), phone=NEW))
    with story.on(TODAY) as acting:
        child = load_child(acting.session, child_id)
        (row,) = guardian_changes_of(acting.session, child_id)
        told = guardians.told_of(acting, child, row)
        assert (told["before"]["phone"], told["told"]["phone"], row.recorded_by) == (OLD, NEW, "staff:1")


def test_the_same_form_twice_is_one_change_and_another_under_its_id_is_refused(story: Story) -> None:
    child_id, form = story.newborn(BORN, TODAY), ContactForm(an_id(), phone=NEW)
    version, _ = seen(story, child_id)
    change(story, child_id, form)
    change(story, child_id, form, version=version)
    assert seen(story, child_id)[0] == version + 1
    with pytest.raises(Conflict):
        change(story, child_id, ContactForm(form.id, phone=OLD))


def test_a_form_opened_before_another_change_is_stopped(story: Story) -> None:
    child_id = story.newborn(BORN, TODAY)
    version, _ = seen(story, child_id)
    change(story, child_id, ContactForm(an_id(), phone=NEW))
    with pytest.raises(Conflict) as stopped:
        change(story, child_id, ContactForm(an_id(), phone=OLD), version=version)
    assert stopped.value.difference == {"version_seen": version, "version_now": version + 1}


@pytest.mark.parametrize("written", ["12", "abc", "1390000000"])
def test_a_number_that_nobody_can_dial_is_refused(in_a_file: Story, written: str) -> None:
    with pytest.raises(InputFault):
        change(in_a_file, in_a_file.newborn(BORN, TODAY), ContactForm(an_id(), phone=written))


def test_guardians_come_and_go_and_change_places(story: Story) -> None:
    child_id = story.newborn(BORN, TODAY)
    version, (mother,) = seen(story, child_id)
    father = an_id()
    with story.on(TODAY) as acting:
        form = ContactForm(an_id(), name="云大山", phone=NEW, relation="father")
        guardians.add_guardian(acting, child_id, form, guardian_id=father, seen_version=version)
    assert seen(story, child_id) == (version + 1, [mother, father])
    assert found_by(story, NEW) == {child_id}
    with story.on(TODAY) as acting:
        guardians.ask_first(acting, child_id, father, an_id(), seen_version=version + 1)
    assert seen(story, child_id)[1] == [father, mother]
    with story.on(TODAY) as acting:
        guardians.remove_guardian(acting, child_id, mother, an_id(), seen_version=version + 2)
    assert seen(story, child_id) == (version + 3, [father])
    assert found_by(story, OLD) == set()


def test_whoever_is_a_guardian_already_is_not_added_again(in_a_file: Story) -> None:
    child_id = in_a_file.newborn(BORN, TODAY)
    with pytest.raises(InputFault), in_a_file.on(TODAY) as acting:
        form = ContactForm(an_id(), name="云小莲", phone=OLD)
        guardians.add_guardian(acting, child_id, form, guardian_id=an_id(), seen_version=seen(in_a_file, child_id)[0])


def test_a_number_that_the_family_confirms_is_tried_again(story: Story) -> None:
    child_id = story.newborn(BORN, TODAY)
    key = story.database.keyring.index("phone", OLD)
    with story.on(TODAY) as acting:
        note_fault(acting.session, key, "unreachable", acting.now)
        guardians.confirm_number(acting, child_id, load_child(acting.session, child_id).guardianships[0].guardian_id)
        assert faulty(acting.session, [key]) == set()


def test_nobody_else_s_guardian_is_changed(in_a_file: Story) -> None:
    child_id = in_a_file.newborn(BORN, TODAY)
    with pytest.raises(NotFound), in_a_file.on(TODAY) as acting:
        guardians.change_guardian(acting, child_id, an_id(), ContactForm(an_id(), phone=NEW), seen_version=1)
