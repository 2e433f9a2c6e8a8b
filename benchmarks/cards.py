"""How fast card sets are printed, beside the floor of drawing as many strings and rectangles with ReportLab alone.

    python benchmarks/cards.py [SETS]      # 2,000 unless told otherwise

Prints sets a second drawn, and drawn and checked on two processes, kilobytes a set, peak memory, and one set in a cold process.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from io import BytesIO
from uuid import UUID

from reportlab.pdfgen.canvas import Canvas

from vaxcard.cards import composing
from vaxcard.cards.content import Appointment, ChildFacts, ClinicFacts, IssuedCode
from vaxcard.cards.gathering import CardSet
from vaxcard.cards.payload import card_url, with_check
from vaxcard.cards.printing import SETS_A_FILE, draw
from vaxcard.keyring import CROCKFORD
from vaxcard.papers import typography
from vaxcard.papers.check import require_readable
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.brackets import lay_out
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.loader import load_schedule

BORN, TODAY = date(2026, 2, 16), date(2026, 5, 20)
GIVEN = (("HepB", BORN), ("BCG", BORN), ("HepB", date(2026, 3, 16)), ("IPV", date(2026, 4, 16)))
NAME_CHARACTERS = "晓禾云朵青山明月清风小雨欣怡子涵梓萱浩宇诗琪俊杰雅琴"
STRINGS_A_SET, BOXES_A_SET = 440, 120  # as many as a set has, counted once


def letters(seed: int, count: int) -> str:
    """Letters that look random and are the same at every run."""
    out = ""
    for _ in range(count):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        out += CROCKFORD[seed >> 59]
    return out


def invented(first: int, count: int) -> list[CardSet]:
    """`count` card sets, numbered from `first`: an invented child each, its record assessed once."""
    schedule = load_schedule("cn")
    child = Child(BORN, "female")
    doses = tuple(DoseAdministered(n, on, vaccine) for n, (vaccine, on) in enumerate(GIVEN, start=1))
    views = lay_out(schedule, child, assess(schedule, child, History(doses), TODAY))
    sets = []
    for number in range(first, first + count):
        codes = {
            bracket: IssuedCode(
                card_url("https://vax.example.org", letters(number * 16 + bracket, 20)),
                with_check(letters(number * 16 + bracket + 8, 7)),
            )
            for bracket in composing.card_numbers(schedule, "female")
        }
        name = NAME_CHARACTERS[number % 24] + NAME_CHARACTERS[(number // 24) % 24]
        cards = composing.compose(
            schedule,
            ChildFacts(name, "leaf", BORN, "female"),
            ClinicFacts("青禾镇卫生院 接种门诊", "0551-5550 126"),
            views,
            Appointment(date(2026, 5, 21), ("Polio",)),
            lots={n: f"2026{number:05}" for n in range(1, 5)},
            extra=(),
            codes=codes,
            printed_on=TODAY,
        )
        sets.append(CardSet(UUID(int=number), cards, ()))
    return sets


def printed(job: tuple[int, int, bool]) -> tuple[int, float, int]:
    """One file: its bytes, the seconds for drawing and checking, and the peak memory of this process in KiB."""
    first, count, checks = job
    sets = invented(first, count)
    started = time.perf_counter()
    drawn = draw(sets)
    if checks:
        require_readable(drawn.pdf, drawn.expected)
    seconds = time.perf_counter() - started
    return len(drawn.pdf), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def batch(sets: int, *, checks: bool) -> tuple[float, float, float]:
    """Sets a second on two processes (drawing alone timed), kilobytes a set, peak MiB of one process."""
    jobs = [(first, min(SETS_A_FILE, sets - first), checks) for first in range(0, sets, SETS_A_FILE)]
    with ProcessPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(printed, jobs))
    seconds = sum(one[1] for one in results) / 2
    return sets / seconds, sum(one[0] for one in results) / sets / 1024, max(one[2] for one in results) / 1024


def floor(sets: int) -> float:
    """Sets a second if a set were nothing but its strings and rectangles, drawn with ReportLab's own calls, one process."""
    font = typography.font(typography.REGULAR).fontName
    started = time.perf_counter()
    canvas = Canvas(BytesIO(), pageCompression=1)
    for _ in range(sets):
        for _page in range(2):
            canvas.setFont(font, 9)
            for at in range(STRINGS_A_SET // 2):
                canvas.drawString(20 + at % 7 * 70, 20 + at * 3, "批号 202510023")
            for at in range(BOXES_A_SET // 2):
                canvas.rect(20 + at % 7 * 70, 20 + at * 12, 60, 9)
            canvas.showPage()
    canvas.save()
    return sets / (time.perf_counter() - started)


def cold() -> float:
    """Seconds for one child's set in a fresh process, imports, fonts, drawing and checking included."""
    program = "import benchmarks.cards as b; b.printed((0, 1, True))"
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - started


def main() -> None:
    """Print the figures."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    drawn, kilobytes, _ = batch(sets, checks=False)
    checked, _, memory = batch(sets, checks=True)
    print(f"floor: {STRINGS_A_SET} strings and {BOXES_A_SET} boxes a set   {2 * floor(min(sets, 200)):8.1f} sets/s on two cores")
    print(f"drawn                                        {drawn:8.1f} sets/s on two cores   (to reach: 40)")
    print(f"drawn and checked                            {checked:8.1f} sets/s on two cores   (to reach: 15)")
    print(f"size                                         {kilobytes:8.1f} KB a set            (at most: 25)")
    print(f"peak memory of a process                     {memory:8.1f} MiB                 (at most: 300)")
    print(f"one set, cold process                        {min(cold() for _ in range(3)):8.2f} s                   (at most: 1.5)")


if __name__ == "__main__":
    main()
