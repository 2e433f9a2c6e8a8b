"""The registry's verbs: doses are facts, the impossible is refused for good, the wrong is stopped unless it really happened."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.story import Story, an_id
from vaxcard.errors import Conflict, InputFault, NotFound, Refused
from vaxcard.records import registry
from vaxcard.records.audit import AuditEntry
from vaxcard.records.chart import Chart, load_child, read
from vaxcard.records.doses import DoseForm, DoseRecord, DoseSource, doses_of, versions_of
from vaxcard.records.people import ChildState
from vaxcard.records.registry import DecisionForm, Recorded, correct_dose, decide, observe, record_dose, void_dose
from vaxcard.records.visits import due_rows_of, next_visit_of

BORN = date(2026, 5, 20)
DUE = date(2026, 6, 20)  # the second HepB


@pytest.fixture
def child(story: Story) -> UUID:
    """A girl who got what is given at birth."""
    return story.newborn(BORN, BORN + timedelta(days=1))


def a_form(**more: Any) -> DoseForm:
    return DoseForm(**{"id": an_id(), "vaccine": "HepB", "given_on": DUE, **more})


def record(story: Story, child_id: UUID, form: DoseForm, today: date = DUE) -> Recorded:
    with story.on(today) as acting:
        return record_dose(acting, child_id, form)


def standing(story: Story, child_id: UUID) -> list[DoseRecord]:
    with story.database.reading() as session:
        return doses_of(session, child_id)


def chart_of(story: Story, child_id: UUID, today: date = DUE) -> Chart:
    with story.database.reading() as session:
        return read(session, story.database.keyring, story.schedule, child_id, today)


# Recording


def test_recording_a_dose_moves_what_is_owed_and_the_next_visit(story: Story, child: UUID) -> None:
    recorded = record(story, child, a_form())
    assert recorded.is_new
    assert "HepB" not in recorded.chart.assessment.due_now
    assert recorded.chart.next_visit is not None
    with story.database.reading() as session:
        visit = next_visit_of(session, child)
        hepb = next(row for row in due_rows_of(session, child) if row.group == "HepB")
        assert visit is not None
        assert (visit.visit_on, visit.groups) == (date(2026, 7, 20), ["Polio", "DTaP"])
        engine, version = recorded.chart.assessment.engine, load_child(session, child).version
        assert (hepb.dose_number, hepb.record_version, hepb.engine) == (3, version, engine)


def test_the_same_id_and_body_again_is_the_stored_dose(story: Story, child: UUID) -> None:
    form = a_form(lot_number="A123")
    first, again = record(story, child, form), record(story, child, form)
    assert (first.is_new, again.is_new, again.dose.id) == (True, False, form.id)
    assert len(standing(story, child)) == 3


def test_the_same_id_with_another_body_is_a_conflict(story: Story, child: UUID) -> None:
    form = a_form(lot_number="A123")
    record(story, child, form)
    with pytest.raises(Conflict, match="make a new id"):
        record(story, child, replace(form, lot_number="B456"))
    assert [dose.lot_number for dose in standing(story, child)] == [None, None, "A123"]


def test_the_same_id_for_another_child_is_a_conflict(story: Story, child: UUID) -> None:
    form = a_form()
    record(story, child, form)
    other = story.newborn(BORN, BORN, name="云阳阳")
    with pytest.raises(Conflict):
        record(story, other, form)


def test_two_clicks_at_once_record_one_dose(story: Story, child: UUID) -> None:
    form, results = a_form(), []
    clicks = [threading.Thread(target=lambda: results.append(record(story, child, form).is_new)) for _ in range(4)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert sorted(results) == [False, False, False, True]
    assert len(standing(story, child)) == 3


def test_an_unknown_child_is_told_what_to_do(story: Story) -> None:
    with pytest.raises(NotFound, match="search by name"):
        record(story, UUID(int=1), a_form())


# What cannot have happened


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"given_on": BORN - timedelta(days=1)}, "given_on"),
        ({"given_on": DUE + timedelta(days=1)}, "given_on"),
        ({"vaccine": "Smallpox"}, "vaccine"),
    ],
)
def test_the_impossible_is_refused_whatever_is_said(story: Story, child: UUID, change: dict[str, Any], place: str) -> None:
    with pytest.raises(InputFault) as refused:
        record(story, child, a_form(happened="it really happened", **change))
    assert refused.value.place == place
    assert len(standing(story, child)) == 2


def test_a_dose_on_the_day_of_birth_is_possible(story: Story) -> None:
    child = story.child(BORN, BORN)
    assert record(story, child, a_form(given_on=BORN), BORN).is_new


def test_a_child_who_died_gets_no_dose(story: Story, child: UUID) -> None:
    with story.on(DUE) as acting:
        load_child(acting.session, child).state = ChildState.DIED
    with pytest.raises(InputFault, match="ask a physician"):
        record(story, child, a_form(happened="it really happened"))


# What is stopped before injecting


def a_wrong_dose(story: Story, child_id: UUID, incident: str) -> DoseForm:
    """A dose that should not be given, for one reason alone."""
    if incident == "expired":
        return a_form(expires_on=DUE - timedelta(days=1))
    if incident == "not-due":
        return a_form(vaccine="DTaP")
    if incident == "duplicate-vaccine-same-day":
        story.dose(child_id, "HepB", DUE - timedelta(days=1), DUE)
        return a_form(given_on=DUE - timedelta(days=1))
    story.dose(child_id, "IPV", DUE - timedelta(days=1), DUE, site="left-thigh")
    return a_form(given_on=DUE - timedelta(days=1), site="left-thigh")


INCIDENTS = ["expired", "not-due", "duplicate-vaccine-same-day", "site-already-used-today"]


@pytest.mark.parametrize("incident", INCIDENTS)
def test_what_is_wrong_is_stopped_with_its_reason(story: Story, child: UUID, incident: str) -> None:
    form = a_wrong_dose(story, child, incident)
    before = len(standing(story, child))
    with pytest.raises(Refused, match="don't inject") as refused:
        record(story, child, form)
    assert refused.value.reason == incident
    assert len(standing(story, child)) == before


@pytest.mark.parametrize("incident", INCIDENTS)
def test_what_really_happened_is_recorded_with_its_incident(story: Story, child: UUID, incident: str) -> None:
    form = replace(a_wrong_dose(story, child, incident), happened="given by mistake")
    dose = record(story, child, form).dose
    assert (dose.incidents, dose.reason) == ([incident], "given by mistake")


def test_the_expiry_day_itself_is_still_good(story: Story, child: UUID) -> None:
    assert record(story, child, a_form(expires_on=DUE)).dose.incidents == []


def test_drops_and_an_injection_may_share_a_site(story: Story, child: UUID) -> None:
    for month in (7, 8):
        story.dose(child, "IPV", date(2026, month, 20))
    story.dose(child, "DTaP", date(2026, 9, 20), site="mouth")
    drops = a_form(vaccine="bOPV", given_on=date(2026, 9, 20), site="mouth")
    assert record(story, child, drops, date(2026, 9, 20)).dose.incidents == []


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"vaccine": "bOPV"}, "would-not-count"),  # the group is due, this product is not
        ({"vaccine": "IPV", "site": "mouth"}, "wrong-route"),
        ({"vaccine": "IPV", "route": "oral"}, "wrong-route"),
    ],
)
def test_the_wrong_product_or_way_is_stopped_before_the_needle(story: Story, child: UUID, told: dict[str, str], reason: str) -> None:
    day = date(2026, 7, 20)
    with pytest.raises(Refused) as stopped:
        record(story, child, a_form(given_on=day, **told), day)
    assert stopped.value.reason == reason
    assert record(story, child, a_form(given_on=day, vaccine="IPV", site="left-upper-arm"), day).dose.incidents == []


def test_a_dose_dated_back_is_asked_whether_it_would_have_counted(story: Story, child: UUID) -> None:
    early = a_form(vaccine="IPV", given_on=date(2026, 7, 1))
    with pytest.raises(Refused, match="would not count"):
        record(story, child, early, date(2026, 8, 3))


def test_a_dose_from_a_certificate_need_not_be_due(story: Story, child: UUID) -> None:
    assert record(story, child, a_form(vaccine="DTaP", source=DoseSource.CERTIFICATE)).dose.incidents == []


def test_a_paid_vaccine_may_always_be_begun(story: Story, child: UUID) -> None:
    assert record(story, child, a_form(vaccine="EV71", given_on=date(2026, 12, 1)), date(2026, 12, 1)).is_new


# Correcting and voiding


def version_of(story: Story, child_id: UUID) -> int:
    with story.database.reading() as session:
        return load_child(session, child_id).version


def test_a_correction_supersedes_and_the_old_row_stays(story: Story, child: UUID) -> None:
    wrong = record(story, child, a_form(lot_number="A123")).dose
    with story.on(DUE) as acting:
        form = a_form(lot_number="A124")
        corrected = correct_dose(acting, child, wrong.id, form, seen_version=version_of(story, child), reason="misread")
    assert corrected.dose.supersedes_id == wrong.id
    assert [dose.lot_number for dose in standing(story, child)][-1] == "A124"
    with story.database.reading() as session:
        assert {dose.lot_number for dose in versions_of(session, child)} == {None, "A123", "A124"}


def test_a_void_says_who_when_and_why_and_the_dose_is_owed_again(story: Story, child: UUID) -> None:
    wrong = record(story, child, a_form()).dose
    void_id = an_id()
    with story.on(DUE, actor="staff:9") as acting:
        after = void_dose(acting, child, wrong.id, void_id, seen_version=version_of(story, child), reason="another child's")
    assert "HepB" in after.assessment.due_now
    with story.database.reading() as session:
        void = session.get_one(DoseRecord, void_id)
        assert (void.recorded_by, void.reason, void.status) == ("staff:9", "another child's", "entered-in-error")
        assert len(versions_of(session, child)) == 4


def test_a_stale_reader_changes_nothing(story: Story, child: UUID) -> None:
    seen = version_of(story, child)
    dose = record(story, child, a_form()).dose
    with pytest.raises(Conflict, match="open the child again") as refused, story.on(DUE) as acting:
        void_dose(acting, child, dose.id, an_id(), seen_version=seen, reason="mistaken")
    assert refused.value.difference == {"version_seen": seen, "version_now": seen + 1}
    assert len(standing(story, child)) == 3


def test_what_was_voided_cannot_be_corrected(story: Story, child: UUID) -> None:
    dose = record(story, child, a_form()).dose
    with story.on(DUE) as acting:
        void_dose(acting, child, dose.id, an_id(), seen_version=version_of(story, child), reason="mistaken")
    with pytest.raises(Conflict), story.on(DUE) as acting:
        correct_dose(acting, child, dose.id, a_form(), seen_version=version_of(story, child), reason="misread")


def test_a_correction_may_not_become_impossible(story: Story, child: UUID) -> None:
    dose = record(story, child, a_form()).dose
    with pytest.raises(InputFault), story.on(DUE) as acting:
        form = a_form(given_on=BORN - timedelta(days=1))
        correct_dose(acting, child, dose.id, form, seen_version=version_of(story, child), reason="misread")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE doses SET lot_number = 'X'", "DELETE FROM doses", "UPDATE audit_entries SET actor = 'x'", "DELETE FROM audit_entries"],
)
def test_facts_are_only_added_whoever_asks(story: Story, child: UUID, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only added|by a new row|stands for good"), story.database.writing() as session:
        session.execute(text(statement))
    assert len(standing(story, child)) == 2


# What bears on doses besides


def test_an_observation_enters_the_next_assessment_and_is_sealed(story: Story, child: UUID) -> None:
    observation = an_id()
    with story.on(DUE) as acting:
        observe(acting, child, observation, "hiv-status", "infected", on=DUE)
    version = version_of(story, child)
    with story.on(DUE) as acting:
        observe(acting, child, observation, "hiv-status", "infected", on=DUE)
    assert version_of(story, child) == version
    with story.database.reading() as session:
        (sealed,) = session.execute(text("SELECT value_sealed FROM observations")).scalars()
    assert b"infected" not in bytes(sealed)


def test_a_physicians_decision_is_an_input_of_the_assessment(story: Story, child: UUID) -> None:
    form = DecisionForm(an_id(), "HepB", "complete", "two doses given abroad, card seen")
    with story.on(DUE) as acting:
        after = decide(acting, child, form)
    hepb = next(forecast for forecast in after.assessment.forecasts if forecast.group == "HepB")
    assert hepb.status == "complete"
    version = version_of(story, child)
    with story.on(DUE) as acting:
        decide(acting, child, form)
    assert version_of(story, child) == version


# Every verb


def test_every_change_is_counted_and_noted_by_ids_alone(story: Story, child: UUID) -> None:
    before = version_of(story, child)
    dose = record(story, child, a_form(lot_number="SECRETLOT", happened="in a hurry")).dose
    assert version_of(story, child) == before + 1
    with story.database.reading() as session:
        entry = session.query(AuditEntry).filter(AuditEntry.action == "dose.record", AuditEntry.chain.endswith(DUE.isoformat())).one()
        assert (entry.child_id, entry.subjects, entry.reason) == (child, [str(dose.id)], None)


def test_a_refused_dose_leaves_no_trace_in_the_record(story: Story, child: UUID) -> None:
    before = chart_of(story, child)
    with pytest.raises(Refused):
        record(story, child, a_form(vaccine="DTaP"))
    after = chart_of(story, child)
    assert (len(after.doses), after.child.version) == (len(before.doses), before.child.version)


def test_a_stored_answer_is_stale_from_the_day_after_it_holds(story: Story, child: UUID) -> None:
    with story.database.reading() as session:
        holds_until = load_child(session, child).assessed_holds_until
    assert holds_until is not None
    with story.on(holds_until) as acting:
        assert child not in registry.stale_children(acting, 10)
    with story.on(holds_until + timedelta(days=1)) as acting:
        assert registry.stale_children(acting, 10) == [child]


def test_the_stored_answer_is_the_engines_own(story: Story, child: UUID) -> None:
    chart = chart_of(story, child, BORN + timedelta(days=1))
    with story.database.reading() as session:
        rows = {row.group: (row.status, row.dose_number, row.recommended, row.is_due) for row in due_rows_of(session, child)}
    owed = {
        forecast.group: (
            forecast.status.value,
            forecast.dose,
            forecast.recommended if forecast.status == "not_complete" else None,
            forecast.group in chart.assessment.due_now,
        )
        for forecast in chart.assessment.forecasts
    }
    assert rows == owed


@pytest.mark.parametrize("nothing", ["", " ", ".", "\u200b\u200b", "\u202e", "\u3164 "])
def test_a_reason_that_nobody_can_read_is_none(story: Story, child: UUID, nothing: str) -> None:
    with pytest.raises(Refused):
        story.dose(child, "BCG", BORN, DUE, happened=nothing)
