"""Who asks, and whether they may: staff by their session, machines by an API key, strangers only at the doors named here.

Every route carries a rule; a test walks all routes and finds one without.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

from flask import g, request, session
from werkzeug.exceptions import Forbidden, Unauthorized

from vaxcard.api.service import service
from vaxcard.errors import PasswordNeeded
from vaxcard.keyring import fingerprint
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import Role, StaffRecord, api_key_by_fingerprint, end_sessions, signed_in
from vaxcard.records.openings import require_open

# Pages of a card's address: the card is the key. Those that show the whole record ask for an opened device besides (`web.family_door`).
FAMILY = (
    *("card", "after", "tell", "told", "visit_file", "calendar_feed"),
    *("choose_guardian", "ask_for_code", "type_code", "open_with_code", "welcome", "open_with_pass"),
    *("record", "certificate", "texts", "wish", "devices", "forget_device", "looks", "calendar", "change_calendar"),
    *("cannot_come", "say_cannot_come", "absence_told"),
    *("knowledge", "knowledge_found", "visit_day", "care_by_age", "age_told", "vaccine_told"),
    *("worker", "offline", "ask_to_forget", "forget_here", "forgotten"),
)
# Doors that anybody may open, by endpoint; besides the family's they show nothing of anyone.
PUBLIC = frozenset(
    {
        *(f"family.{page}" for page in FAMILY),
        "front.healthz",
        "front.home",
        "look.stylesheet",
        "static",
        "openapi.description",
        "counter.sign_in",
        "counter.sign_in_now",
        "accounts.code",
        "accounts.code_now",
        "webhooks.twilio_status",  # providers sign what they say
        "webhooks.twilio_inbound",
    }
)

RECORDING = (Role.PHYSICIAN, Role.VACCINATOR)
LOOKING = (Role.PHYSICIAN, Role.VACCINATOR, Role.REGISTRAR, Role.MANAGER)
DECIDING = (Role.PHYSICIAN,)  # the only one who accepts, decides and contraindicates
CORRECTING = (Role.PHYSICIAN, Role.VACCINATOR, Role.REGISTRAR)
LIFTING = (Role.PHYSICIAN, Role.MANAGER)  # who may open a protected child's cards again, or say that a child has died
READING_TRAILS = (*LOOKING, Role.AUDITOR)
TOLD_EVERYTHING = frozenset(RECORDING)  # who hears sensitive reasons; others hear that the clinic decided otherwise

_STAFF = "staff_id"
_ACTOR = "staff:"
_UNTIL = "until"
_NUMBER = "session_number"
_RULE = "access_rule"
_BEARER = "bearer "

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Caller:
    """Who asks: a member of staff in their role, or a machine with scopes; and the clinic in whose name they act."""

    actor: str
    clinic_id: UUID
    clinic_name: str
    time_zone: str
    name: str
    language: str | None
    role: Role | None = None
    must_choose_password: bool = False
    scopes: frozenset[str] = frozenset()

    def acting(self) -> AbstractContextManager[Acting]:
        """A transaction in this one's name, at their clinic: committed, audit and all, when the block ends well."""
        return service().acting(self.actor, self.clinic_id, self.time_zone)

    def looking(self) -> AbstractContextManager[Acting]:
        """As `acting`, for what only reads: the audit has it when the block has ended."""
        return service().looking(self.actor, self.clinic_id, self.time_zone)

    @property
    def hears_sensitive_reasons(self) -> bool:
        """Whether facts such as a mother's hepatitis B may be told to them."""
        return self.role in TOLD_EVERYTHING

    @property
    def may_read_records(self) -> bool:
        """Whether they are told a whole record beside the answer to a change; a machine that may only record is not."""
        return self.role is not None or bool(self.scopes & {"read", "scan"})

    def may(self, roles: tuple[Role, ...], scope: str | None) -> bool:
        """Whether a rule of these roles, or this scope for machines, lets them in."""
        return self.role in roles if self.role is not None else scope is not None and scope in self.scopes


@dataclass(frozen=True)
class Rule:
    """Which roles a route lets in, and which scope a machine needs for it; no scope means people only."""

    roles: tuple[Role, ...]
    scope: str | None


def requires(
    *roles: Role, scope: str | None = None, unopened: bool = False, before_choosing: bool = False
) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
    """Let in these roles, and machines whose key has `scope`; anyone else is told to sign in, or that they may not.

    Whoever signed in with a password that was made for them chooses their own before any door but those `before_choosing`.
    A door to one child (`child_id`) opens another clinic's only after its card was scanned or a reason told, unless `unopened`.
    """

    def guarded(handler: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
        @wraps(handler)
        def ask_first(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
            if not caller().may(roles, scope):
                raise Forbidden
            if caller().must_choose_password and not before_choosing:
                raise PasswordNeeded("you signed in with a password that was made for you", advice="choose your own")
            if "child_id" in kwargs and not unopened:
                _refuse_unopened(cast(UUID, kwargs["child_id"]))
            return handler(*args, **kwargs)

        setattr(ask_first, _RULE, Rule(roles, scope))
        return ask_first

    return guarded


def _refuse_unopened(child_id: UUID) -> None:
    """An auditor looks at trails, not at records, and needs no card for them."""
    who, house = caller(), service()
    if who.role == Role.AUDITOR:
        return
    with house.database.asking() as rows:
        require_open(rows, child_id, actor=who.actor, clinic_id=who.clinic_id, now=house.clock())


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The rule that a route's handler carries."""
    return cast("Rule | None", getattr(view, _RULE, None))


def caller() -> Caller:
    """Who asks. Raises Unauthorized for a stranger."""
    who = caller_or_none()
    if who is None:
        raise Unauthorized
    return who


def caller_or_none() -> Caller | None:
    """Who asks, or None for a stranger. A bearer key goes before a session, and a wrong one is not forgiven."""
    if "caller" not in g:
        g.caller = _by_key() if _bearer() is not None else _by_session()
        g.staff_language = g.caller.language if g.caller else None
    return cast("Caller | None", g.caller)


def _bearer() -> str | None:
    header = request.headers.get("Authorization", "")
    return header[len(_BEARER) :].strip() if header.casefold().startswith(_BEARER) else None


def _by_key() -> Caller | None:
    with service().database.asking() as rows:
        key = api_key_by_fingerprint(rows, fingerprint(_bearer() or ""))
    if key is None:
        return None
    where = (key.clinic_id, key.clinic_name, key.time_zone)
    return Caller(f"key:{key.id}", *where, key.name, key.clinic_language, scopes=frozenset(key.scopes))


def _by_session() -> Caller | None:
    staff_id, until = session.get(_STAFF), session.get(_UNTIL, 0)
    if staff_id is None or service().clock().timestamp() >= until or not _from_our_own_pages():
        return None
    with service().database.asking() as rows:
        staff = signed_in(rows, UUID(staff_id))
    return _as_caller(staff) if staff is not None and staff.session_number == session.get(_NUMBER) else None


def _from_our_own_pages() -> bool:
    """A session counts for a change only when the browser does not say that another site asked for it."""
    return request.method in ("GET", "HEAD") or request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def _as_caller(staff: Any) -> Caller:
    where = (staff.clinic_id, staff.clinic_name, staff.time_zone)
    return Caller(f"{_ACTOR}{staff.id}", *where, staff.name, staff.language, Role(staff.role), staff.must_choose_password)


def begin_session(staff: StaffRecord, hours: int) -> None:
    """Sign a member of staff in for `hours`, on a session that carries nothing from before."""
    session.clear()
    session[_STAFF], session[_NUMBER] = str(staff.id), staff.session_number
    session[_UNTIL] = service().clock().timestamp() + hours * 3600


def end_session() -> None:
    """Sign out: a copy of this session, wherever it lies, ends with it."""
    who = caller()
    with who.acting() as acting:
        end_sessions(acting.session, UUID(who.actor.removeprefix(_ACTOR)))
        acting.note("staff.sign-out", subjects=[who.actor.removeprefix(_ACTOR)])
    session.clear()
    g.pop("caller", None)
