"""Finding a child without its card: in one's own clinic by what a family says, anywhere by an exact identifier."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from tests.story import PHONE, Story, begin
from vaxcard.records.audit import AuditEntry
from vaxcard.records.search import child_by_identifier, find_children

BORN = date(2026, 5, 20)


@pytest.fixture
def child(story: Story) -> UUID:
    return story.child(BORN, BORN, name="曾一辰", identifiers=[("child-code", "3301-0001-26")])


def found(story: Story, typed: str) -> list[UUID]:
    with story.on(BORN) as acting:
        return [each.id for each in find_children(acting, typed)]


@pytest.mark.parametrize(
    "typed",
    [
        *("曾一辰", " 曾 一辰", "zengyichen", "Zeng Yichen", "zyc", "ＺＹＣ"),
        *(PHONE, "13900000001", "139 0000 0001", "139-0000-0001", "１３９０００００００１"),
        "3301-0001-26",
        *("2026-05-20", "20260520", "2026年5月20日", "2026.5.20"),
    ],
)
def test_what_a_family_says_finds_the_child(story: Story, child: UUID, typed: str) -> None:
    assert found(story, typed) == [child]


@pytest.mark.parametrize("typed", ["", "   ", "曾", "zeng", "13900000099", "2026-02-30", "2026-05-21", "%", "'; --"])
def test_what_means_nobody_finds_nobody(story: Story, child: UUID, typed: str) -> None:
    assert found(story, typed) == []


@pytest.mark.parametrize("typed", ["曾一辰", "zyc", PHONE, "2026-05-20"])
def test_another_clinics_child_is_not_found_by_name_phone_or_birth(story: Story, child: UUID, typed: str) -> None:
    other = begin(story.database, story.schedule, name="云溪卫生院")
    assert found(other, typed) == []


def test_an_exact_identifier_finds_a_child_anywhere(story: Story, child: UUID) -> None:
    other = begin(story.database, story.schedule, name="云溪卫生院")
    assert found(other, "3301-0001-26") == [child]
    with story.database.reading() as session:
        known = child_by_identifier(session, story.database.keyring, "3301-0001-26")
        assert known is not None and known.id == child
        assert child_by_identifier(session, story.database.keyring, "3301-0001-27") is None


def test_names_that_sound_alike_are_all_offered_youngest_first(story: Story, child: UUID) -> None:
    younger = story.child(date(2026, 5, 22), date(2026, 5, 22), name="曾怡晨")
    assert found(story, "zengyichen") == [younger, child]


def test_a_look_is_noted_and_what_was_typed_is_not(story: Story, child: UUID) -> None:
    found(story, "曾一辰")
    with story.database.reading() as session:
        (entry,) = session.query(AuditEntry).filter(AuditEntry.action == "child.search")
        assert (entry.subjects, entry.reason) == ([str(child)], None)
