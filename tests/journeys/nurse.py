"""A nurse's hands in a real browser: what she scans, presses and fills in at the counter, and the windows that her clinic has open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from tests.serving import House
from vaxcard.records.clinics import Role
from vaxcard.records.doses import DoseRecord, doses_of

COUNTER_SCREEN = {"width": 1280, "height": 800}
TELEPHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
GTINS = {"DTaP": "06901234567892", "IPV": "06901234567885", "HepB": "06901234567878"}
_SERIALS = count(1)


def box(vaccine: str, *, lot: str = "D2603118", expires: str = "270831") -> str:
    """The symbol on a box that nobody has used: product, expiry (YYMMDD), lot and a serial number of its own, as GS1 writes them."""
    return f"01{GTINS[vaccine]}17{expires}10{lot}\x1d21{next(_SERIALS):012}"


class Hands:
    """What a nurse scans and presses, counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.scans, self.presses = page, 0, 0

    def scan(self, code: str) -> None:
        """A scanner types and ends with Enter; group separators come as Ctrl+]."""
        self.scans += 1
        for part, text in enumerate(code.split("\x1d")):
            if part:
                self.page.keyboard.press("Control+]")
            self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def press(self, key: str) -> None:
        """One key."""
        self.presses += 1
        self.page.keyboard.press(key)

    def focused(self, name: str) -> None:
        """Wait until the field of that name has the focus."""
        self.page.wait_for_function("name => document.activeElement?.name === name", arg=name)


@dataclass
class Nurse:
    """Somebody at the counter, signed in; `screen` is her browser's page."""

    screen: Any
    address: str

    def scan(self, code: str) -> None:
        """Scan a card, or type what stands for one, into the field of the scan page."""
        self.screen.goto(f"{self.address}/counter/")
        self.screen.locator("#code").press_sequentially(code)
        self.screen.keyboard.press("Enter")

    def open(self, child_id: UUID) -> None:
        """Open a child's page."""
        self.screen.goto(f"{self.address}/counter/children/{child_id}")

    def scan_the_box(self, group: str, symbol: str) -> None:
        """From a child's page, open the form of a due dose, scan its box and tick both checks; nothing is sent yet."""
        hands = Hands(self.screen)
        self.screen.locator(f'a[href$="/doses/new/{group}"]').click()
        hands.focused("trace_code")
        hands.scan(symbol)
        hands.focused("identity")
        for check in ("identity", "shown"):
            self.screen.locator(f"input[name={check}]").check()

    def send(self) -> None:
        """Press the dark button of the form."""
        self.screen.get_by_role("button", name="记下这一剂").click()

    def recorded(self) -> None:
        """Wait for the page that says that the dose is on record."""
        self.screen.locator(".done-h h1").wait_for()

    def stopped(self) -> str:
        """Wait until the form is stopped; what it says."""
        alert = self.screen.locator("section.alertbox[role=alert]")
        alert.wait_for()
        return str(alert.inner_text())


@dataclass
class Desk:
    """A served clinic with a browser at it. A member of staff keeps one window, in which they signed in once, for every story."""

    house: House
    address: str
    browser: Any
    windows: ExitStack
    _seated: dict[tuple[Role, UUID], Nurse] = field(default_factory=dict)
    _failures: list[str] = field(default_factory=list)

    def nurse(self, role: Role = Role.VACCINATOR, house: House | None = None) -> Nurse:
        """A member of staff at their window; of another clinic where `house` names it."""
        place = house or self.house
        seat = (role, place.story.clinic_id)
        if seat not in self._seated:
            kept = place.signed_in(role, f"{role} {len(self._seated)}").get_cookie("vaxcard")
            assert kept is not None
            screen = self._window(locale="zh-CN", viewport=COUNTER_SCREEN)
            screen.context.add_cookies([{"name": "vaxcard", "value": kept.value, "url": self.address}])
            self._seated[seat] = Nurse(screen, self.address)
        return self._seated[seat]

    @contextmanager
    def telephone(self) -> Iterator[Any]:
        """A parent's telephone; nobody is signed in."""
        page = self._window(locale="zh-CN", **TELEPHONE)
        yield page
        page.context.close()

    def _window(self, **options: Any) -> Any:
        context = self.windows.enter_context(self.browser.new_context(**options))
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self._failures.append(str(error)))
        return page

    def check_scripts(self) -> None:
        """A script that failed on any page fails the story."""
        failures, self._failures = self._failures, []
        assert not failures, failures

    def standing(self, child_id: UUID, on: date | None = None) -> list[DoseRecord]:
        """The doses that stand on a child's record, of one day where it is told."""
        with self.house.story.database.reading() as session:
            return [dose for dose in doses_of(session, child_id) if on in (None, dose.given_on)]
