"""Phone numbers as people write them: into one form where they can be dialled, and whether a text can reach them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from vaxcard.records.characters import visible

_BETWEEN = re.compile(r"[,;/、，；|\n]|(?<=\d{7})\s+(?=\+?\d{7})")
_TEXTED = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


@dataclass(frozen=True)
class Phone:
    """A number: `kept` is E.164 where it `can_be_dialled`, else what was written, in plain digits."""

    kept: str
    can_be_dialled: bool
    can_be_texted: bool


def read_phones(written: str, region: str) -> tuple[Phone, ...]:
    """The numbers in a field, in order; people put two into one. `region` (ISO 3166, two letters) is that of the clinic."""
    plain = unicodedata.normalize("NFKC", written)
    return tuple(read_phone(part, region) for part in _BETWEEN.split(plain) if part.strip())


def read_phone(written: str, region: str) -> Phone:
    """One number. Width, blanks, dashes and what a phone's list of contacts hides in a copied number do not matter."""
    plain = visible(written, joiners="")
    try:
        number = phonenumbers.parse(plain, region)
    except NumberParseException:
        return Phone(plain, False, False)
    if not phonenumbers.is_valid_number(number):
        return Phone(plain, False, False)
    kept = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(kept, True, phonenumbers.number_type(number) in _TEXTED)
