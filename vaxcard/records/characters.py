"""Which characters of something written are kept: one width, and none that cannot be seen or that turn round what stands beside them.

Joiners stay where a script is written with them (Uyghur, Mongolian, Indic ones); whoever keeps numbers and codes drops them too.
"""

from __future__ import annotations

import unicodedata

JOINERS = "\u200c\u200d\u180e"  # zero-width non-joiner and joiner; the Mongolian vowel separator
_FILLERS = dict.fromkeys(map(ord, "\u115f\u1160\u3164\uffa0"))  # letters by their category that show nothing
_UNSEEN = frozenset(("Cf", "Cc"))


def visible(written: str, *, joiners: str = JOINERS) -> str:
    """The text in one width with single blanks, none at the ends; `joiners` are the format characters that stay inside it."""
    plain = unicodedata.normalize("NFKC", written).translate(_FILLERS)
    if not plain.isprintable():
        plain = "".join(character for character in plain if character in joiners or not _is_unseen(character))
    return " ".join(plain.split()).strip(joiners)


def has_a_letter(text: str) -> bool:
    """Whether something in the text can be read aloud: a letter of any script that is not a mere filler."""
    return any(unicodedata.category(character).startswith("L") and ord(character) not in _FILLERS for character in text)


def named_if_unseen(text: str) -> str:
    """The text for a report that quotes it: characters that cannot be seen stand there by their numbers, as ‹U+202E›."""
    if text.isprintable() and not any(ord(character) in _FILLERS for character in text):
        return text
    return "".join(f"‹U+{ord(each):04X}›" if ord(each) in _FILLERS or (_is_unseen(each) and each not in JOINERS) else each for each in text)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN and not character.isspace()
