"""Reads CDC's XML element by element so that every fault is told at once, with its file and element; a document type is refused.

The data's habits are met here: blanks around text, empty elements that mean "none", dates as 20250701 or 07/01/2025.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree as xml

from vaxcard.schedule.cdsi.rules import padded
from vaxcard.schedule.dates import Duration, MonthEnd, parse_duration
from vaxcard.schedule.faults import Faults

T = TypeVar("T")
_DAY = re.compile(r"(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)|(?P<m2>\d{1,2})/(?P<d2>\d{1,2})/(?P<y2>\d{4})", re.ASCII)
_CVX = re.compile(r"\d{1,3}", re.ASCII)
_ABSENT = {"", "n/a", "na", "n.a.", "none", "null", "-"}
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")
_BARE_UNIT = re.compile(r"\b((?!1\b)\d+\s*)(day|week|month|year)\b")


class _DocumentTypeError(Exception):
    pass


class _Builder(xml.TreeBuilder):
    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise _DocumentTypeError


class Element:
    """One element with its place; what it cannot read it notes, and reading goes on."""

    def __init__(self, node: xml.Element, place: str, faults: Faults) -> None:
        self.node, self.place, self.faults = node, place, faults

    def complain(self, tag: str, problem: str, advice: str | None = None) -> None:
        """Note a fault of a child element."""
        self.faults.add(f"{self.place}: {tag}", problem, advice)

    def text(self, tag: str) -> str:
        """A child's text without the blanks around it; "" where it is missing, empty or says that there is none."""
        written = (self.node.findtext(tag) or "").strip()
        return "" if written.lower() in _ABSENT else written

    def needed(self, tag: str) -> str:
        """A text that must be there."""
        written = self.text(tag)
        if not written:
            self.complain(tag, "is missing or empty")
        return written

    def texts(self, tag: str) -> list[str]:
        """The texts of all children of a name that say something."""
        found = [(node.text or "").strip() for node in self.node.findall(tag)]
        return [written for written in found if written.lower() not in _ABSENT]

    def children(self, path: str) -> Iterator[Element]:
        """The elements on a path in order; one in which nothing is written means that there is none."""
        for at, node in enumerate(self.node.findall(path), 1):
            if len(node) and any(written and not written.isspace() for written in node.itertext()):
                yield Element(node, f"{self.place}, {path.split('/')[-1]} {at}", self.faults)

    def choice(self, tag: str, known: Mapping[str, T], absent: T | None = None) -> T:
        """One of the words known, whatever its case; `absent` is meant where nothing is written."""
        written = self.text(tag).lower()
        if written in known:
            return known[written]
        if absent is None or written:
            self.complain(tag, f'"{written}" is not known' if written else "is missing or empty", f"use one of: {', '.join(known)}")
        return absent if absent is not None else next(iter(known.values()))

    def flag(self, tag: str) -> bool:
        """Yes or no; nothing written means no."""
        return self.choice(tag, {"yes": True, "y": True, "no": False, "n": False}, False)

    def whole(self, tag: str, absent: int) -> int:
        """A whole number that is not negative."""
        written = self.text(tag)
        if written and not (written.isascii() and written.isdigit()):
            self.complain(tag, f'"{written}" is not a whole number')
            return absent
        return int(written) if written else absent

    def duration(self, tag: str) -> Duration | None:
        """A length of time in words, or None."""
        written = self.text(tag)
        if not written:
            return None
        try:
            return parse_duration(_BARE_UNIT.sub(r"\1\2s", written.lower().translate(_DASHES)), MonthEnd.ROLL)
        except ValueError as problem:
            self.complain(tag, str(problem))
            return None

    def day(self, tag: str) -> date | None:
        """A day of the calendar, or None."""
        written = self.text(tag)
        if not written:
            return None
        found = _DAY.fullmatch(written)
        if found is None:
            self.complain(tag, f'"{written}" is not a date', "write it as 20250701")
            return None
        year, month, day = (int(found[name] or found[name + "2"]) for name in "ymd")
        try:
            return date(year, month, day)
        except ValueError:
            self.complain(tag, f'"{written}" is not a day of the calendar', "write it as 20250701")
            return None

    def cvx(self, tag: str) -> str:
        """A CVX code that must be there."""
        written = self.needed(tag)
        if written and not _CVX.fullmatch(written):
            self.complain(tag, f'"{written}" is not a CVX code')
        return padded(written)

    def cvx_list(self, tag: str) -> frozenset[str]:
        """CVX codes divided by semicolons or commas."""
        codes = [code.strip() for code in re.split("[;,]", self.text(tag)) if code.strip()]
        for code in codes:
            if not _CVX.fullmatch(code):
                self.complain(tag, f'"{code}" is not a CVX code', "divide codes by semicolons")
        return frozenset(padded(code) for code in codes)


def open_element(path: Path, faults: Faults) -> Element | None:
    """The root of a file, or None with a fault noted."""
    try:
        root = xml.fromstring(path.read_bytes(), xml.XMLParser(target=_Builder()))
        for node in root.iter():
            node.tag = node.tag.rpartition("}")[2]  # with or without a namespace the words are the same
        return Element(root, path.name, faults)
    except _DocumentTypeError:
        faults.add(path.name, "has a document type, which could define entities", "remove the DOCTYPE")
    except (xml.ParseError, ValueError, LookupError) as problem:
        faults.add(path.name, f"is not well-formed XML: {problem}")
    return None
