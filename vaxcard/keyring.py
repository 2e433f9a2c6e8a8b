"""The only home of cryptography: sealing under a key per person, keyed indexes, card tokens, audit MACs, passwords.

Everything is derived from numbered master secrets, so that a new one can be added while what the older ones sealed stays readable.
It decides nothing about who may read; it never logs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vaxcard.errors import SettingsError, VaxcardError

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN_LENGTH = 20  # characters of 5 bits: 100 bits, so that a URL fits QR version 3 at level Q
INDEX_BYTES = 16
_NONCE_BYTES = 12
_KEY_BYTES = 32
_MINIMUM_SECRET_BYTES = 32


class CannotUnseal(VaxcardError):
    """The key ring at hand did not seal this, or the person's key was destroyed."""

    code = "cannot-unseal"


class Keyring:
    """Numbered master secrets and what is derived from them.

    `secrets` maps key numbers (1–255) to master secrets of at least 32 bytes; the highest number is current.
    Keyed indexes and audit MACs hang on the lowest number, which therefore stays for the life of a registry.
    """

    def __init__(self, secrets: Mapping[int, bytes]) -> None:
        if not secrets or any(not 1 <= number <= 255 or len(secret) < _MINIMUM_SECRET_BYTES for number, secret in secrets.items()):
            raise SettingsError(
                "a key ring needs at least one secret of 32 bytes or more, numbered 1 to 255",
                place="VAXCARD_SECRET_KEY",
                advice="make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            )
        self._secrets = dict(secrets)
        self.current = max(secrets)
        self._oldest = min(secrets)
        self._wrapping = {number: AESGCM(self._derive(number, "wrap")) for number in secrets}
        self._token_keys = {number: self._derive(number, "card-token") for number in secrets}
        self._index_key = self._derive(self._oldest, "index")
        self._audit_key = self._derive(self._oldest, "audit")
        self._person_cipher = lru_cache(maxsize=4096)(self._unwrap)

    @classmethod
    def from_text(cls, text: str) -> Keyring:
        """A key ring from the setting: one secret, or several as `1:secret,2:secret`. Raises SettingsError without repeating any of it."""
        if not re.match(r"\d+:", text.strip()):
            return cls({1: text.strip().encode()})
        numbered = [part.strip().partition(":") for part in text.split(",") if part.strip()]
        numbers = [number for number, _, _ in numbered]
        if not all(number.isascii() and number.isdigit() for number in numbers) or len(set(numbers)) < len(numbers):
            raise SettingsError(
                "several secrets need a number each, and no number twice", place="VAXCARD_SECRET_KEY", advice="write 1:SECRET,2:SECRET"
            )
        return cls({int(number): secret.encode() for number, _, secret in numbered})

    def _derive(self, number: int, purpose: str) -> bytes:
        return HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"vaxcard/{purpose}".encode()).derive(self._secrets[number])

    # Sealing, under a key per person

    def new_person_key(self) -> bytes:
        """A fresh person's key, wrapped under the current master: store it with the person, destroy it to erase them."""
        nonce = os.urandom(_NONCE_BYTES)
        wrapped = self._wrapping[self.current].encrypt(nonce, os.urandom(_KEY_BYTES), b"person-key")
        return bytes([self.current]) + nonce + wrapped

    def _unwrap(self, wrapped: bytes) -> AESGCM:
        try:
            cipher = self._wrapping[wrapped[0]]
            return AESGCM(cipher.decrypt(wrapped[1 : 1 + _NONCE_BYTES], wrapped[1 + _NONCE_BYTES :], b"person-key"))
        except (KeyError, IndexError, InvalidTag) as fault:
            raise CannotUnseal(
                "this registry was sealed under another secret key",
                advice="start with the VAXCARD_SECRET_KEY that made it",
            ) from fault

    def seal(self, person_key: bytes, text: str, context: str) -> bytes:
        """`text` sealed under a wrapped person's key; `context` (such as `child.name`) must be given again to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._person_cipher(person_key).encrypt(nonce, text.encode(), context.encode())

    def unseal(self, person_key: bytes, sealed: bytes, context: str) -> str:
        """The text again. Raises CannotUnseal for another key, another context or a changed byte."""
        try:
            return self._person_cipher(person_key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode()).decode()
        except InvalidTag as fault:
            raise CannotUnseal("a sealed field does not open", place=context, advice="run `vaxcard db verify`") from fault

    # Keyed indexes: equal values meet, and without the key nothing can be guessed from them

    def index(self, kind: str, value: str) -> bytes:
        """16 bytes under which `value` can be found again; case, width and blanks do not matter."""
        plain = "".join(unicodedata.normalize("NFKC", value).casefold().split())
        return hmac.digest(self._index_key, f"{kind}\0{plain}".encode(), "sha256")[:INDEX_BYTES]

    # Card tokens

    def card_token(self, card_id: UUID, key_number: int) -> str:
        """The 20 Crockford characters of a card: made again from its id at each printing, never stored."""
        if key_number not in self._token_keys:
            raise CannotUnseal(f"card key {key_number} is not on this key ring", advice="add the older secret to VAXCARD_SECRET_KEY")
        bits = int.from_bytes(hmac.digest(self._token_keys[key_number], card_id.bytes, "sha256"), "big") >> (256 - TOKEN_LENGTH * 5)
        return "".join(CROCKFORD[(bits >> shift) & 31] for shift in range((TOKEN_LENGTH - 1) * 5, -1, -5))

    @staticmethod
    def token_hash(token: str) -> bytes:
        """SHA-256 of a token, which is what the registry keeps. A token has 100 random bits: no salt is needed."""
        return hashlib.sha256(token.encode()).digest()

    # Audit

    def audit_mac(self, previous: bytes, body: bytes) -> bytes:
        """The 32-byte link of an audit chain: depends on this entry and on all before it."""
        return hmac.digest(self._audit_key, len(previous).to_bytes(2, "big") + previous + body, "sha256")

    # The ring itself

    def check_values(self) -> dict[int, bytes]:
        """For each numbered secret 32 bytes by which a registry knows it again."""
        return {number: self._derive(number, "check") for number in self._secrets}

    # Sessions

    def web_secret(self) -> bytes:
        """The key that signs browser sessions and form tokens."""
        return self._derive(self.current, "web")


_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Argon2id with the library's recommended costs."""
    return _HASHER.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed; a damaged hash matches nothing."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


# Codes from a phone (RFC 6238): six digits that hold for half a minute

_CODE_SECONDS = 30


def new_code_secret() -> str:
    """The secret that a phone makes its codes from, 32 letters and digits."""
    return pyotp.random_base32()


def code_address(secret: str, login: str, issuer: str) -> str:
    """What a phone scans to know the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def code_step(secret: str, code: str, now: datetime) -> int | None:
    """The half minute whose code this is, that of `now` or one beside it; None for a wrong code."""
    typed, current = "".join(code.split()), int(now.timestamp()) // _CODE_SECONDS
    if not typed.isascii():
        return None
    codes = {step: pyotp.TOTP(secret).at(step * _CODE_SECONDS) for step in (current, current - 1, current + 1)}
    return next((step for step, right in codes.items() if hmac.compare_digest(right, typed)), None)


def fingerprint(secret: str) -> bytes:
    """SHA-256 of a random API key, which is what the registry keeps of it."""
    return hashlib.sha256(secret.encode()).digest()


def random_text(characters: int) -> str:
    """Random letters and digits without look-alikes, 5 bits each, for passwords and codes."""
    return "".join(CROCKFORD[byte & 31] for byte in os.urandom(characters))


def random_secret() -> str:
    """A master secret of 48 random bytes, as text."""
    return base64.urlsafe_b64encode(os.urandom(48)).decode()
