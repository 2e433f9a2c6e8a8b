"""What of a patient was passed over, in words.

What was written of a finding is repeated only to those who may be told sensitive reasons.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from vaxcard.language.catalogues import marked, translations
from vaxcard.schedule.unread import Unread, Why

_SAID: Mapping[Why, str] = {
    Why.KEY: marked("%(place)s is not a key that is read here"),
    Why.CODE: marked("%(place)s: no rule of this schedule asks about this finding"),
    Why.VALUE: marked("%(place)s: no rule of this schedule knows this value"),
    Why.DAY: marked("%(place)s is missing, and a rule counts from this day"),
}


def say_unread(found: Iterable[Unread], lang: str, *, told_sensitive: bool = False) -> Iterator[str]:
    """A heading and a line for each thing; nothing where nothing was passed over."""
    words = translations(lang)
    for n, each in enumerate(found):
        if n == 0:
            yield str(words.gettext(marked("No rule could use what follows. Check how it is written: the answer above may be another.")))
        said = str(words.gettext(_SAID[each.why])) % {"place": place_of(each)}
        if each.why is Why.KEY or told_sensitive:
            if each.written and each.why is not Why.KEY:
                said += str(words.gettext(marked(' ("%(written)s")'))) % {"written": printable(each.written)}
            if each.near:
                said += str(words.gettext(marked("; perhaps meant: %(words)s"))) % {"words": ", ".join(each.near)}
        yield f"- {said}"


def place_of(each: Unread) -> str:
    """The place as one printable word or three: "observations 1: value"."""
    return f"{each.place}: {printable(each.key)}" if each.place else printable(each.key)


def printable(written: str) -> str:
    """What a stranger wrote, on one line and not too long."""
    short = written if len(written) <= 40 else f"{written[:40]}…"
    return short if short.isprintable() else json.dumps(short)
