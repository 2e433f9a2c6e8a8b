"""Doors for providers of texts: receipts and families' answers, believed only where the provider signed them for our public address."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol, cast
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.exceptions import Forbidden, NotFound

from vaxcard.api.service import service
from vaxcard.records.acting import Acting
from vaxcard.reminders.channels.choosing import SmsSettings
from vaxcard.reminders.receipts import take_answer, take_receipt

webhooks = Blueprint("webhooks", __name__, url_prefix="/api/v1/webhooks")

_ACTOR = "system:twilio"


class _TellsOfTexts(Protocol):
    @property
    def sms(self) -> SmsSettings:
        """What was set about texts."""


@webhooks.post("/twilio/status")
def twilio_status() -> Response:
    """A receipt for the text whose id stands in the address. 204 for anything signed, so that Twilio does not repeat it."""
    from vaxcard.reminders.channels.twilio_sms import reported

    _signed()
    outcome = reported(request.form)
    if outcome is not None:
        with _acting() as acting:
            if take_receipt(acting, _message_id(), outcome) is None:
                raise NotFound
    return Response(status=204)


@webhooks.post("/twilio/inbound")
def twilio_inbound() -> Response:
    """A text from a family. The answer is empty: an auto-reply to an auto-reply never ends."""
    _signed()
    with _acting() as acting:
        take_answer(acting, request.form.get("From", ""), request.form.get("Body", ""))
    return Response(status=204)


def _signed() -> None:
    """Refuse what Twilio did not sign for the address that it was told: the public one, whatever proxies stand between."""
    from vaxcard.reminders.channels.twilio_sms import at_public_address, is_signed

    settings = cast(_TellsOfTexts, service().settings).sms
    path = request.full_path if request.query_string else request.path
    url = at_public_address(service().settings.public_url, path)
    if not settings.twilio_auth_token or not is_signed(
        settings.twilio_auth_token, url, request.form, request.headers.get("X-Twilio-Signature", "")
    ):
        raise Forbidden


def _message_id() -> UUID:
    try:
        return UUID(request.args.get("message", ""))
    except ValueError as fault:
        raise NotFound from fault


def _acting() -> AbstractContextManager[Acting]:
    return service().acting(_ACTOR, None, None)
