"""Handing a one-time code over to be texted, after the answer to the family has been made: how long that takes tells nothing.

Which channel takes it and what becomes of it is for `reminders`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import UUID

from flask import current_app

from vaxcard.api.service import service
from vaxcard.errors import Refused, VaxcardError
from vaxcard.records.signatures import unsigned
from vaxcard.reminders.channels.choosing import SmsSettings, open_channels
from vaxcard.reminders.codes import CodeAsked, send_code
from vaxcard.reminders.dispatch import Sender
from vaxcard.reminders.lineup import Lineup

LINEUP = "vaxcard.lineup"
"""Where an application keeps its channels; tests put theirs here."""
HANDS = "vaxcard.texting"
"""Where it keeps what runs a job beside the answers: `submit(job)`."""
_THREADS = 2
_log = logging.getLogger("vaxcard")


def text_code(asked: CodeAsked, clinic_id: UUID) -> None:
    """Have a code texted beside the answer at hand. What goes wrong stands in the log by its kind alone; the family is told to ask."""
    sender = _sender()
    hands = current_app.extensions.setdefault(HANDS, None) or ThreadPoolExecutor(_THREADS, "texting")
    current_app.extensions[HANDS] = hands
    hands.submit(_job(sender, asked, clinic_id))


def _sender() -> Sender:
    here = service()
    if LINEUP not in current_app.extensions:
        told = cast(SmsSettings, getattr(here.settings, "sms", SmsSettings()))
        current_app.extensions[LINEUP] = Lineup(open_channels(told, sys.stdout))
    return Sender(here.database, here.schedule, current_app.extensions[LINEUP], here.clock)


def _job(sender: Sender, asked: CodeAsked, clinic_id: UUID) -> Callable[[], Any]:
    def send() -> None:
        try:
            _refuse_unsigned(sender)
            send_code(sender, clinic_id, asked)
        except Refused as fault:
            _log.warning("a code was not texted: %s", fault.reason)
        except VaxcardError as fault:
            _log.error("a code was not texted: %s", type(fault).__name__)

    return send


def _refuse_unsigned(sender: Sender) -> None:
    """Nothing reaches families while no programme officer has signed the schedule."""
    with sender.database.reading() as session:
        waits = sender.lineup.is_real and bool(unsigned(session, sender.schedule))
    if waits:
        raise Refused("texts may not reach families while the schedule is unsigned", reason="edition-unsigned")
