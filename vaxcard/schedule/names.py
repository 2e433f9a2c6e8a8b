"""Which vaccine a clinic means by what it wrote: exact matches after normalising, and guesses to show beside a refusal."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

_BRACKETS = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")", "【": "(", "】": ")", "〔": "(", "〕": ")", "［": "(", "］": ")"})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))


def normal(written: str) -> str:
    """A written name without what does not distinguish: width, case, blanks, kinds of bracket and dash."""
    folded = unicodedata.normalize("NFKC", written).translate(_BRACKETS).translate(_DASHES).casefold()
    return "".join(folded.split())


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a name keeps when it is compared loosely: `same` are words for one thing, `signs` stand between the parts of a name,
    `says_nothing` are what brackets may hold, such as the filling, without naming another product.
    """

    same: tuple[tuple[str, str], ...] = ()
    signs: str = ""
    says_nothing: tuple[str, ...] = ()

    def loose(self, written: str) -> str:
        """The name without what does not distinguish products."""
        name = normal(written)
        for content in self.says_nothing:
            name = re.sub(rf"\((?:{content})\)", "", name)
        name = name.translate(dict.fromkeys(map(ord, self.signs)))
        for one, other in self.same:
            name = name.replace(one, other)
        return name


@dataclass(frozen=True, slots=True)
class Colloquial:
    """A name that stands for different products at different times; dates are first and last day, None without end."""

    vaccine: str
    first: date | None
    last: date | None

    def fits(self, on: date | None) -> bool:
        """Whether the name can mean this product on that day."""
        return on is None or ((self.first is None or self.first <= on) and (self.last is None or on <= self.last))


@dataclass(frozen=True, slots=True)
class VaccineNames:
    """Every known way to write a vaccine, normalised, and the names in use that are not names."""

    known: Mapping[str, str]
    colloquial: Mapping[str, tuple[Colloquial, ...]]
    closeness: float
    guesses: int
    spelling: Spelling = Spelling()
    loosely: Mapping[str, str] = field(default_factory=dict)

    def exact(self, written: str) -> str | None:
        """The vaccine code that this name stands for, or None; a name in use that is no name is never taken for one."""
        name = normal(written)
        if name in self.known or name in self.colloquial:
            return self.known.get(name)
        return self.loosely.get(self.spelling.loose(written))

    def likely(self, written: str, on: date | None) -> tuple[str, ...]:
        """Vaccine codes that the name may stand for, best first: colloquial names by date, then the closest spelling."""
        wanted = normal(written)
        told = self.colloquial.get(wanted)
        if told:
            return tuple(dict.fromkeys(candidate.vaccine for candidate in told if candidate.fits(on)))
        scored = sorted(((_closeness(wanted, name), name) for name in self.known if not name.isdigit()), reverse=True)
        best = dict.fromkeys(self.known[name] for (_, score), name in scored if score >= self.closeness)
        return tuple(best)[: self.guesses]


def _closeness(wanted: str, name: str) -> tuple[bool, float]:
    """One wrong character of a whole name first, then how much of the two is the same."""
    one_wrong = len(wanted) == len(name) and sum(a != b for a, b in zip(wanted, name, strict=True)) == 1
    return one_wrong and len(name) > 2, SequenceMatcher(None, wanted, name, autojunk=False).ratio()


def compared_loosely(known: Mapping[str, str], colloquial: Iterable[str], spelling: Spelling) -> dict[str, str]:
    """The names by their loose form, but for forms that stand for two vaccines, or for a name in use that is none."""
    forms: dict[str, set[str]] = {}
    for name, vaccine in known.items():
        forms.setdefault(spelling.loose(name), set()).add(vaccine)
    for name in colloquial:
        forms.setdefault(spelling.loose(name), set()).add("")
    return {form: min(vaccines) for form, vaccines in forms.items() if len(vaccines) == 1 and "" not in vaccines}
