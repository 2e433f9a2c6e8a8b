"""What a card's symbol and short code say, and how either is read again from whatever a scanner or a hand types.

Pure text: whether the card exists, and whether it still opens anything, is for `records` to say.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from vaxcard.errors import InputFault, SettingsError
from vaxcard.keyring import CROCKFORD, TOKEN_LENGTH

SHORT_CODE_LENGTH = 8
CHARACTERS_AT = {3: 47, 4: 67}
"""What a QR symbol of each version holds at level Q in alphanumeric mode (ISO/IEC 18004, table 7), in characters."""

_LOOKALIKES = str.maketrans("ILO", "110")
# Input methods turn the typed slash into an ideographic comma; NFKC already narrows full-width letters and slashes.
_SLASHES = str.maketrans("、\\", "//")
_LINK = re.compile(r"/C/([0-9A-Z]+)(?:[/?#].*)?$")
_VALUE = {character: value for value, character in enumerate(CROCKFORD)}


def card_url(public_url: str, token: str, *, qr_version: int = 3) -> str:
    """The text of a card's symbol, all upper case: `HTTPS://HOST/C/TOKEN`.

    Raises SettingsError when it is longer than a symbol of `qr_version` (3 or 4) holds at level Q.
    """
    url = f"{_origin(public_url)}/C/{token}"
    if qr_version not in CHARACTERS_AT:
        raise SettingsError(f"QR version {qr_version} is not printed", place="VAXCARD_QR_VERSION", advice="use 3, or 4 for a long host")
    if len(url) > CHARACTERS_AT[qr_version]:
        spare = CHARACTERS_AT[qr_version] - TOKEN_LENGTH - len("/C/") - len(f"{urlsplit(public_url).scheme}://")
        advice = f"use a host of at most {spare} characters, port included"
        if qr_version == min(CHARACTERS_AT):
            advice += ", or set VAXCARD_QR_VERSION=4, which prints a larger symbol"
        raise SettingsError(
            f"a card's link has {len(url)} characters; QR version {qr_version} holds {CHARACTERS_AT[qr_version]}",
            place="VAXCARD_PUBLIC_URL",
            advice=advice,
        )
    return url


def check_public_url(public_url: str, *, qr_version: int = 3) -> None:
    """Raise SettingsError when cards could not be printed with this address; called once, at start."""
    card_url(public_url, CROCKFORD[0] * TOKEN_LENGTH, qr_version=qr_version)


def _origin(public_url: str) -> str:
    parts = urlsplit(public_url.strip())
    more = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.netloc or more:
        raise SettingsError(
            "the public address must be a scheme and a host, such as https://vax.example.org",
            place="VAXCARD_PUBLIC_URL",
            advice="leave out path, query and user",
        )
    return f"{parts.scheme}://{parts.netloc}".upper()


def token_from_scan(text: str) -> str | None:
    """The 20-character token in what was scanned or typed, or None.

    The host does not matter and nothing is followed. Case, full-width letters, blanks and line ends are forgiven,
    and so are the look-alikes I, L and O. Text that holds two different tokens gives None: which card was meant?
    """
    plain = unicodedata.normalize("NFKC", text).upper().translate(_SLASHES)
    found = {token for piece in plain.split() if (token := _token_in(piece))}
    if not found and (token := _token_in("".join(plain.split()))):
        found = {token}
    return found.pop() if len(found) == 1 else None


def _token_in(piece: str) -> str | None:
    link = _LINK.search(piece)
    token = (link[1] if link else piece.replace("-", "")).translate(_LOOKALIKES)
    return token if len(token) == TOKEN_LENGTH and all(character in _VALUE for character in token) else None


def short_code_from(text: str) -> str | None:
    """The 8-character short code in what was typed, or None when its length or check character is wrong."""
    plain = unicodedata.normalize("NFKC", text).upper()
    code = "".join(character for character in plain if character.isalnum()).translate(_LOOKALIKES)
    if len(code) != SHORT_CODE_LENGTH or any(character not in _VALUE for character in code):
        return None
    return code if code[-1] == check_character(code[:-1]) else None


def with_check(body: str) -> str:
    """A short code: seven random Crockford characters and the one that checks them; InputFault for another length."""
    if len(body) != SHORT_CODE_LENGTH - 1:
        raise InputFault(f"a short code is made from {SHORT_CODE_LENGTH - 1} characters", advice="draw them with keyring.random_text")
    return body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes any one wrong character, and any two swapped neighbours, show.

    A weighted sum over the field of 32 elements, each place with a weight of its own.
    """
    total = 0
    for character in body:
        total = _twice(total ^ _VALUE[character])
    return CROCKFORD[total]


def _twice(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled  # x⁵ + x² + 1, primitive over two elements


def grouped(code: str) -> str:
    """A short code as people read it: `6RED-3ZN6`."""
    return f"{code[:4]}-{code[4:]}"
