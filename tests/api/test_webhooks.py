"""Receipts of texts: believed only when signed, taken in any order, and never answered with anything personal."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from werkzeug.datastructures import ImmutableMultiDict

from tests.reminders.conftest import RecordingChannel, planned, sent, texts
from tests.serving import Clock, House, Wishes
from tests.story import PHONE, begin
from tests.twilio_double import SID, TOKEN, Report, TwilioDouble
from vaxcard.app import create_app
from vaxcard.records.database import Database
from vaxcard.records.messages import MessageRecord, MessageState
from vaxcard.records.people import GuardianRecord
from vaxcard.records.phone_faults import guardians_to_ask
from vaxcard.reminders.channels import Fate, Outcome
from vaxcard.reminders.channels.choosing import SmsSettings
from vaxcard.reminders.channels.twilio_sms import callback_url, is_signed
from vaxcard.schedule.loader import load_schedule

BORN, DUE = date(2026, 5, 20), date(2026, 6, 20)
PUBLIC = "https://Vaxcard.Example"
SENT_SID = "SM" + "1".zfill(32)


@dataclass
class Told(Wishes):
    """Settings with an account at Twilio."""

    public_url: str = PUBLIC
    sms: SmsSettings = SmsSettings(twilio_account_sid=SID, twilio_auth_token=TOKEN)


@pytest.fixture
def house(database: Database) -> House:
    schedule = load_schedule("cn")
    clock = Clock(datetime(2026, 6, 20, 3, tzinfo=UTC))
    return House(begin(database, schedule), create_app(Told(), database, schedule, clock), clock)


def a_text(house: House, outcome: Outcome | None = None) -> MessageRecord:
    child = house.story.newborn(BORN, BORN)
    planned(house.story, DUE)
    sent(house.story, RecordingChannel([outcome or Outcome(Fate.SENT, provider_id=SENT_SID)]), DUE)
    return texts(house.story, child)[0]


def report(message_id: UUID, status: str, code: int | None = None, sid: str = SENT_SID) -> Report:
    return TwilioDouble().report(callback_url(PUBLIC, str(message_id)), sid, status, code)


def post(house: House, told: Report, **headers: str) -> int:
    path = told.url.removeprefix("https://vaxcard.example")
    return house.client().post(path, data=told.form, headers={**told.headers, **headers}).status_code


def state_of(house: House, message_id: UUID) -> MessageRecord:
    with house.story.database.reading() as session:
        return session.get_one(MessageRecord, message_id)


def test_a_signed_receipt_is_taken(house: House) -> None:
    message = a_text(house)
    assert post(house, report(message.id, "delivered")) == 204
    assert state_of(house, message.id).state == MessageState.DELIVERED


def test_a_forged_receipt_changes_nothing(house: House) -> None:
    message = a_text(house)
    told = report(message.id, "delivered")
    assert post(house, replace(told, headers={})) == 403
    assert post(house, replace(told, headers={"X-Twilio-Signature": "AAAA"})) == 403
    assert post(house, replace(told, form={**told.form, "MessageStatus": "failed"})) == 403
    other = report(UUID(int=5), "delivered")
    assert post(house, replace(told, headers=other.headers)) == 403
    assert state_of(house, message.id).state == MessageState.SENT


def test_a_receipt_before_our_own_row_knows_its_sid_is_taken(house: House) -> None:
    message = a_text(house, Outcome(Fate.UNKNOWN, reason="no-answer"))
    assert post(house, report(message.id, "sent")) == 204
    row = state_of(house, message.id)
    assert (row.state, row.provider_id) == (MessageState.SENT, SENT_SID)


def test_a_receipt_for_another_request_of_the_same_text_changes_nothing(house: House) -> None:
    message = a_text(house)
    assert post(house, report(message.id, "failed", 30005, sid="SM" + "9".zfill(32))) == 204
    assert state_of(house, message.id).state == MessageState.SENT


def test_a_receipt_for_no_text_of_ours_is_told_so(house: House) -> None:
    assert post(house, report(UUID(int=5), "sent")) == 404
    assert post(house, TwilioDouble().report(callback_url(PUBLIC, "nonsense"), SENT_SID, "sent")) == 404


def orders(*ways: str) -> Iterator[tuple[str, ...]]:
    """Every order in which receipts may come, each of them once and any one of them twice."""
    for twice in (None, *ways):
        yield from set(itertools.permutations([*ways, twice] if twice else ways))


@pytest.mark.parametrize(("ends", "code"), [("delivered", None), ("undelivered", 30005), ("failed", 30007)])
def test_receipts_in_any_order_and_twice_end_alike(house: House, ends: str, code: int | None) -> None:
    message = a_text(house)
    first = state_of(house, message.id)
    for order in orders("queued", "sending", "sent", ends):
        with house.story.on(DUE) as acting:
            row = acting.session.get_one(MessageRecord, message.id)
            row.state, row.provider_id, row.failure, row.failure_kind = MessageState.SENDING, None, None, None
        for status in order:
            assert post(house, report(message.id, status, code if status == ends else None)) == 204
        row = state_of(house, message.id)
        assert (row.state, row.provider_id) == ("delivered" if ends == "delivered" else "failed", first.provider_id), order
        assert row.failure == (f"twilio-{code}" if code else None), order


@pytest.mark.parametrize(("first", "then"), [("delivered", "failed"), ("failed", "delivered"), ("undelivered", "sent")])
def test_what_is_final_stays(house: House, first: str, then: str) -> None:
    message = a_text(house)
    post(house, report(message.id, first))
    before = state_of(house, message.id).state
    post(house, report(message.id, then))
    assert state_of(house, message.id).state == before


def test_a_number_that_is_none_is_asked_for_at_the_counter_until_it_changes(house: House) -> None:
    message = a_text(house)
    post(house, report(message.id, "undelivered", 30005))
    (child,) = [told.child_id for told in message.children]
    with house.story.database.reading() as session:
        assert guardians_to_ask(session, child) == {message.guardian_id: "twilio-30005"}
    with house.story.on(DUE) as acting:
        acting.session.get_one(GuardianRecord, message.guardian_id).phone_key = acting.keyring.index("phone", "+8613900000077")
    with house.story.database.reading() as session:
        assert guardians_to_ask(session, child) == {}


def test_a_telephone_that_is_switched_off_is_not_asked_for(house: House) -> None:
    message = a_text(house)
    post(house, report(message.id, "undelivered", 30003))
    with house.story.database.reading() as session:
        assert guardians_to_ask(session, message.children[0].child_id) == {}


def inbound(house: House, words: str) -> int:
    url = "https://vaxcard.example/api/v1/webhooks/twilio/inbound"
    told = TwilioDouble().report(url, SENT_SID, "received")
    form = {**told.form, "From": PHONE, "Body": words}
    signature = {"X-Twilio-Signature": signed(url, form)}
    answer = house.client().post("/api/v1/webhooks/twilio/inbound", data=form, headers=signature)
    assert answer.data == b""
    return answer.status_code


def signed(url: str, form: dict[str, str]) -> str:
    from twilio.request_validator import RequestValidator

    return str(RequestValidator(TOKEN).compute_signature(url, form))


@pytest.mark.parametrize(("words", "agrees"), [("STOP", False), ("退订", False), (" ｔｄ。", False), ("自动回复：在开会", True)])
def test_stop_is_obeyed_in_any_language_and_nothing_is_answered(house: House, words: str, agrees: bool) -> None:
    message = a_text(house)
    assert inbound(house, words) == 204
    with house.story.database.reading() as session:
        assert session.get_one(GuardianRecord, message.guardian_id).agrees_to_texts is agrees


# Twilio's own vectors


FORM = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309", "To": "+18005551212", "Caller": "+14158675309"}
PAGE = "mycompany.com/myapp.php?foo=1&bar=2"


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (f"https://{PAGE}", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (f"https://{PAGE.replace('.com', '.com:443')}", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (f"http://{PAGE.replace('.com', '.com:80')}", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (f"http://{PAGE.replace('.com', '.com:1234')}", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ],
)
def test_signatures_are_those_of_twilios_documentation(url: str, signature: str) -> None:
    assert is_signed("12345", url, ImmutableMultiDict(FORM), signature)
    assert not is_signed("12346", url, ImmutableMultiDict(FORM), signature)


def test_names_that_come_twice_are_signed_as_twilio_does() -> None:
    form = ImmutableMultiDict([("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")])
    assert is_signed("12345", f"https://{PAGE}", form, "IK+Dwps556ElfBT0I3Rgjkr1wJU=")
