"""What else happens to a dose and a child: corrected, voided, not given, copied from paper, moved, died. Facts stay, answers follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.story import EVERY_DAY, Story, an_id
from vaxcard.errors import Conflict, InputFault, ManyFaults, NotFound, Refused
from vaxcard.records import enrolment, integrity
from vaxcard.records.audit import AuditEntry
from vaxcard.records.chart import load_child
from vaxcard.records.doses import DoseForm, doses_of, versions_of
from vaxcard.records.ending import end_decision, end_observation
from vaxcard.records.moves import MoveKind, moves_of
from vaxcard.records.moving import MoveForm, record_move, why_moved
from vaxcard.records.not_given import NotGivenBecause, NotGivenForm, not_given_of, record_not_given
from vaxcard.records.people import ChildState
from vaxcard.records.registry import DecisionForm, correct_dose, decide, observe, void_dose
from vaxcard.records.transcribing import transcribe_doses
from vaxcard.records.visits import due_rows_of, next_visit_of

BORN = date(2026, 5, 20)
DUE = date(2026, 6, 20)  # the second HepB
LATER = date(2026, 7, 1)


@pytest.fixture
def child(story: Story) -> UUID:
    return story.newborn(BORN, BORN + timedelta(days=1))


def version_of(story: Story, child_id: UUID) -> int:
    with story.database.reading() as session:
        return load_child(session, child_id).version


def visit_day(story: Story, child_id: UUID) -> date | None:
    with story.database.reading() as session:
        visit = next_visit_of(session, child_id)
        return visit.visit_on if visit else None


def is_intact(story: Story) -> bool:
    with story.database.reading() as session:
        return integrity.verify(session, story.database.keyring) == []


# Corrections and voids that are sent again, or too late


def test_a_correction_sent_again_is_the_same_correction(story: Story, child: UUID) -> None:
    wrong = story.dose(child, "HepB", DUE, lot_number="A1").dose
    form, seen = DoseForm(an_id(), "HepB", DUE, lot_number="A2"), version_of(story, child)
    for is_new in (True, False):
        with story.on(DUE) as acting:
            assert correct_dose(acting, child, wrong.id, form, seen_version=seen, reason="misread").is_new is is_new
    with story.on(DUE) as acting, pytest.raises(Conflict, match="make a new id"):
        correct_dose(acting, child, wrong.id, replace(form, lot_number="A3"), seen_version=seen, reason="misread")
    assert is_intact(story)


def test_a_void_sent_again_changes_nothing(story: Story, child: UUID) -> None:
    wrong, void = story.dose(child, "HepB", DUE).dose, an_id()
    seen = version_of(story, child)
    for _ in range(2):
        with story.on(DUE) as acting:
            void_dose(acting, child, wrong.id, void, seen_version=seen, reason="another child's")
    assert version_of(story, child) == seen + 1
    with story.database.reading() as session:
        assert len(versions_of(session, child)) == 4


def test_a_stale_correction_is_told_what_the_dose_says_now(story: Story, child: UUID) -> None:
    wrong = story.dose(child, "HepB", DUE, lot_number="A1").dose
    seen, first = version_of(story, child), an_id()
    with story.on(DUE) as acting:
        correct_dose(acting, child, wrong.id, DoseForm(first, "HepB", DUE, lot_number="A2"), seen_version=seen, reason="misread")
    with story.on(DUE) as acting, pytest.raises(Conflict) as stale:
        correct_dose(acting, child, wrong.id, DoseForm(an_id(), "HepB", DUE, lot_number="A3"), seen_version=seen, reason="misread")
    told = stale.value.difference
    assert (told["dose"], told["dose_now"], told["fields"]) == ("corrected", str(first), {"lot_number": {"seen": "A1", "now": "A2"}})
    with story.on(DUE) as acting:
        void_dose(acting, child, first, an_id(), seen_version=seen + 1, reason="another child's")
    with story.on(DUE) as acting, pytest.raises(Conflict) as gone:
        void_dose(acting, child, first, an_id(), seen_version=seen + 1, reason="another child's")
    assert gone.value.difference["dose"] == "voided"


# Not given


def refused(child_id: UUID, **more: Any) -> NotGivenForm:
    told = {"id": an_id(), "vaccine": "HepB", "on": DUE, "because": NotGivenBecause.ILL, "retry_on": LATER, **more}
    return NotGivenForm(**told)


def test_what_was_not_given_waits_for_its_day_and_stays_owed(story: Story, child: UUID) -> None:
    form = refused(child, note="a fever since last night")
    for is_new in (True, False):
        with story.on(DUE) as acting:
            assert record_not_given(acting, child, form).is_new is is_new
    assert visit_day(story, child) == LATER
    with story.database.reading() as session:
        (row,) = not_given_of(session, child)
        assert (row.not_given_because, row.retry_on, row.reason) == ("ill", LATER, "a fever since last night")
        assert next(due for due in due_rows_of(session, child) if due.group == "HepB").is_due
        assert len(doses_of(session, child)) == 2
        entry = session.query(AuditEntry).filter(AuditEntry.action == "dose.not-given").one()
        assert entry.subjects == [str(form.id), "ill"]
    assert is_intact(story)


def test_a_dose_given_after_all_ends_the_waiting(story: Story, child: UUID) -> None:
    with story.on(DUE) as acting:
        record_not_given(acting, child, refused(child, retry_on=date(2026, 8, 20)))
    story.dose(child, "HepB", DUE + timedelta(days=2))
    assert visit_day(story, child) == date(2026, 7, 20)


def test_not_given_can_be_taken_back(story: Story, child: UUID) -> None:
    form = refused(child)
    with story.on(DUE) as acting:
        record_not_given(acting, child, form)
    with story.on(DUE) as acting:
        void_dose(acting, child, form.id, an_id(), seen_version=version_of(story, child), reason="it was the brother")
    assert visit_day(story, child) == DUE
    with story.database.reading() as session:
        assert not_given_of(session, child) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [({"retry_on": DUE}, "retry_on"), ({"on": DUE + timedelta(days=1)}, "given_on"), ({"vaccine": "Smallpox"}, "vaccine")],
)
def test_what_cannot_be_is_refused(story: Story, child: UUID, change: dict[str, Any], place: str) -> None:
    with story.on(DUE) as acting, pytest.raises(InputFault) as fault:
        record_not_given(acting, child, refused(child, **change))
    assert fault.value.place == place


def test_the_same_id_with_another_reason_is_a_conflict(story: Story, child: UUID) -> None:
    form = refused(child)
    with story.on(DUE) as acting:
        record_not_given(acting, child, form)
    with story.on(DUE) as acting, pytest.raises(Conflict):
        record_not_given(acting, child, replace(form, because=NotGivenBecause.REFUSED))


# Copied from paper


def test_a_paper_is_copied_once_with_its_source(story: Story) -> None:
    child = story.child(BORN, DUE)
    forms = [DoseForm(an_id(), "HepB", BORN, place="a hospital elsewhere"), DoseForm(an_id(), "BCG", BORN, place="a hospital elsewhere")]
    for _ in range(2):
        with story.on(DUE) as acting:
            after = transcribe_doses(acting, child, forms, "booklet of another province")
    assert [(dose.source, dose.document) for dose in after.doses] == [("certificate", "booklet of another province")] * 2
    assert is_intact(story)


def test_a_paper_with_one_fault_is_not_copied_at_all(story: Story) -> None:
    child = story.child(BORN, DUE)
    forms = [DoseForm(an_id(), "HepB", BORN), DoseForm(an_id(), "BCG", BORN - timedelta(days=1)), DoseForm(an_id(), "HepB", BORN)]
    with pytest.raises(ManyFaults) as faults, story.on(DUE) as acting:
        transcribe_doses(acting, child, forms, "booklet")
    assert [fault.place for fault in faults.value.faults] == ["doses[1].given_on", "doses[2].id"]
    with story.database.reading() as session:
        assert doses_of(session, child) == []
    with pytest.raises(InputFault, match="which paper"), story.on(DUE) as acting:
        transcribe_doses(acting, child, forms[:1], "  ")


# Moved, died


def move(story: Story, child_id: UUID, kind: MoveKind, on: date = DUE, **more: Any) -> UUID:
    form = MoveForm(id=an_id(), kind=kind, happened_on=on, **more)
    seen = version_of(story, child_id)
    for _ in range(2):  # sent again, it changes nothing
        with story.on(max(on, DUE)) as acting:
            record_move(acting, child_id, form, seen_version=seen)
    assert version_of(story, child_id) == seen + 1
    return form.id


def test_who_moved_away_is_expected_no_more_and_may_come_back(story: Story, child: UUID) -> None:
    move(story, child, MoveKind.MOVED_AWAY, reason="to the grandparents")
    assert visit_day(story, child) is None
    move(story, child, MoveKind.MOVED_IN, LATER)
    assert visit_day(story, child) == LATER
    with story.on(LATER) as acting:
        first, second = moves_of(acting.session, child)
        assert (first.number, second.number, second.to_clinic_id) == (1, 2, story.clinic_id)
        assert why_moved(acting, load_child(acting.session, child), first) == "to the grandparents"
    assert is_intact(story)


def test_who_moved_in_is_expected_at_the_new_clinic(story: Story, child: UUID) -> None:
    new = an_id()
    with story.on(DUE) as acting:
        told = {"time_zone": "Asia/Shanghai", "language": "zh", "region": "CN", "sessions": EVERY_DAY}
        enrolment.open_clinic(acting, new, "东山卫生服务中心", **told)
    move(story, child, MoveKind.MOVED_IN, to_clinic_id=new)
    with story.database.reading() as session:
        visit = next_visit_of(session, child)
        assert visit is not None and visit.clinic_id == new
        assert {row.clinic_id for row in due_rows_of(session, child)} == {new}
    with story.on(DUE) as acting, pytest.raises(NotFound):
        record_move(acting, child, MoveForm(an_id(), MoveKind.MOVED_IN, DUE, an_id()), seen_version=version_of(story, child))


def test_a_death_closes_the_record_until_it_is_taken_back(story: Story, child: UUID) -> None:
    move(story, child, MoveKind.DIED)
    with story.database.reading() as session:
        row = load_child(session, child)
        assert (row.state, row.is_sensitive, next_visit_of(session, child)) == (ChildState.DIED, True, None)
    with story.on(LATER) as acting, pytest.raises(Refused, match="physician"):
        record_move(acting, child, MoveForm(an_id(), MoveKind.MOVED_IN, LATER), seen_version=version_of(story, child))
    with story.on(LATER) as acting, pytest.raises(InputFault, match="recorded in error"):
        record_move(acting, child, MoveForm(an_id(), MoveKind.TAKEN_BACK, LATER), seen_version=version_of(story, child))
    move(story, child, MoveKind.TAKEN_BACK, LATER, reason="it was a namesake")
    assert visit_day(story, child) == LATER
    assert is_intact(story)


def test_nobody_dies_before_a_dose_or_before_birth_or_tomorrow(story: Story, child: UUID) -> None:
    story.dose(child, "HepB", DUE)
    for on in (BORN - timedelta(days=1), DUE - timedelta(days=1), DUE + timedelta(days=1)):
        with story.on(DUE) as acting, pytest.raises(InputFault) as fault:
            record_move(acting, child, MoveForm(an_id(), MoveKind.DIED, on), seen_version=version_of(story, child))
        assert fault.value.place == "happened_on"


def test_a_stale_move_is_told_how_the_child_stands_now(story: Story, child: UUID) -> None:
    seen = version_of(story, child)
    move(story, child, MoveKind.MOVED_AWAY)
    with story.on(DUE) as acting, pytest.raises(Conflict) as stale:
        record_move(acting, child, MoveForm(an_id(), MoveKind.DIED, DUE), seen_version=seen)
    assert stale.value.difference["state_now"] == "moved-away"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE child_moves SET kind = 'moved-in'", "UPDATE children SET state = 'active'", "DELETE FROM child_moves WHERE number = 1"],
)
def test_a_move_changed_without_the_key_is_found(story: Story, child: UUID, statement: str) -> None:
    move(story, child, MoveKind.MOVED_AWAY)
    move(story, child, MoveKind.MOVED_IN, LATER)
    move(story, child, MoveKind.DIED, LATER)
    with story.database.writing() as session:
        session.execute(text(statement))
    assert not is_intact(story)


# What bears on doses, taken back


def test_a_finding_and_a_decision_can_be_taken_back(story: Story, child: UUID) -> None:
    finding, decision = an_id(), an_id()
    with story.on(DUE) as acting:
        observe(acting, child, finding, "immunodeficiency", "severe-combined", on=DUE)
        with_both = decide(acting, child, DecisionForm(decision, "HepB", "complete", "card seen"))
    assert {each.group: each.status for each in with_both.assessment.forecasts}["HepB"] == "complete"
    for _ in range(2):
        with story.on(DUE) as acting:
            end_observation(acting, child, finding)
            after = end_decision(acting, child, decision)
    assert {each.group: each.status for each in after.assessment.forecasts}["HepB"] == "not_complete"
    with story.on(DUE) as acting, pytest.raises(NotFound):
        end_decision(acting, child, an_id())
