"""A share of families that is not reminded, so that a programme can see whether texts do anything: set by an officer, none by default.

Which family belongs to it hangs on a keyed hash of its number: the same one all the time, and none that anybody chose.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from vaxcard.errors import InputFault
from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.reminder_settings import set_setting, setting

_NAME = "hold-out"
_MOST = 0.5


def hold_out_share(session: Session) -> float:
    """The share in force, from 0 to a half."""
    return float(setting(session, _NAME) or 0)


def set_hold_out(acting: Acting, share: float, *, by: str) -> None:
    """Hold out a share of families from now on, in a programme officer's name. Raises InputFault for none that makes sense."""
    if not 0 <= share <= _MOST:
        raise InputFault("not a share of families", place="share", advice=f"write one from 0 to {_MOST}, such as 0.1")
    set_setting(acting, _NAME, f"{share:g}", by=by)


def is_held_out(keyring: Keyring, family_key: bytes, share: float) -> bool:
    """Whether a family belongs to the share."""
    if share == 0:
        return False
    return int.from_bytes(keyring.index("hold-out", family_key.hex())[:4], "big") < share * 2**32
