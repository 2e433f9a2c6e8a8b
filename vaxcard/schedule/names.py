"""Which vaccine a clinic means by what it wrote: exact matches after normalising, and guesses to show beside a refusal."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

_BRACKETS = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")", "【": "(", "】": ")", "〔": "(", "〕": ")", "［": "(", "］": ")"})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))


def normal(written: str) -> str:
    """A written name without what does not distinguish: width, case, blanks, kinds of bracket and dash."""
    folded = unicodedata.normalize("NFKC", written).translate(_BRACKETS).translate(_DASHES).casefold()
    return "".join(folded.split())


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

    def exact(self, written: str) -> str | None:
        """The vaccine code that this name stands for, or None."""
        return self.known.get(normal(written))

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
