"""What can go wrong, in the words of the house; each door above turns these into an answer of its own in one table.

An error says what was wrong (`problem`), where (`place`) and what to do (`advice`).
It never carries a name, a phone number or an identifier.
"""

from __future__ import annotations

from collections.abc import Sequence


class VaxcardError(Exception):
    """The base of every error that people are shown without a traceback."""

    code = "error"

    def __init__(self, problem: str, *, place: str | None = None, advice: str | None = None) -> None:
        self.problem, self.place, self.advice = problem, place, advice
        super().__init__(". ".join(part.rstrip(".") for part in (f"{place}: {problem}" if place else problem, advice) if part))

    @property
    def parts(self) -> tuple[VaxcardError, ...]:
        """The faults that are told as one, each with its own place: itself, unless several were gathered."""
        return (self,)


class SettingsError(VaxcardError):
    """A setting is missing, malformed or unsafe; nothing was started."""

    code = "settings"


class InputFault(VaxcardError):
    """What was sent cannot be understood; nothing was stored."""

    code = "input"


class ManyFaults(InputFault):
    """Several input faults found in one reading, all told at once."""

    def __init__(self, faults: Sequence[VaxcardError], *, place: str | None = None) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in faults), place=place)

    @property
    def parts(self) -> tuple[VaxcardError, ...]:
        """What was gathered."""
        return self.faults


class NotFound(VaxcardError):
    """Nothing is on file under what was asked for."""

    code = "not-found"


class Refused(VaxcardError):
    """Understood, and not done: a rule of the record forbids it."""

    code = "refused"

    def __init__(self, problem: str, *, reason: str, place: str | None = None, advice: str | None = None) -> None:
        self.reason = reason
        super().__init__(problem, place=place, advice=advice)


class Conflict(VaxcardError):
    """The record has moved on since it was read, or the id stands for something else."""

    code = "conflict"

    def __init__(self, problem: str, *, difference: dict[str, object] | None = None, advice: str | None = None) -> None:
        self.difference = difference or {}
        super().__init__(problem, advice=advice)


class NotAllowed(VaxcardError):
    """The one who asks may not do this."""

    code = "not-allowed"


class PasswordNeeded(NotAllowed):
    """Somebody signed in with a password that others know too: they choose their own before anything else."""

    code = "password-needed"


class ReasonNeeded(NotAllowed):
    """Another clinic's child whose card was not scanned: whoever opens it says why first."""

    code = "reason-needed"


class CardUnknown(NotFound):
    """No card was ever issued with this code."""

    code = "card-unknown"


class CardClosed(VaxcardError):
    """The card exists and no longer opens anything."""

    code = "card-closed"


class CardReplaced(CardClosed):
    """Another card was issued in place of this one."""

    code = "card-replaced"


class CardRevoked(CardClosed):
    """The card was reported lost or withdrawn."""

    code = "card-revoked"
