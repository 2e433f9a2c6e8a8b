"""Blank covers, printed ahead for the days on which nobody can print: the counter binds one to a child by scanning it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from vaxcard.cards.composing import blank_cover
from vaxcard.cards.content import ClinicFacts, IssuedCode
from vaxcard.cards.gathering import Asked, CardSet, clinic_facts
from vaxcard.cards.imposing import draw, write
from vaxcard.cards.issuing import issue_blanks
from vaxcard.cards.payload import card_url, check_public_url
from vaxcard.errors import InputFault
from vaxcard.papers.check import require_readable
from vaxcard.papers.sheets import A_SHEET, Paper
from vaxcard.records import print_runs
from vaxcard.records.acting import Acting
from vaxcard.records.issued_cards import blanks_of_run, short_code_of_blank
from vaxcard.records.print_runs import PrintKind


@dataclass(frozen=True)
class Blanks:
    """Blank covers that are issued and not printed yet, eight a sheet."""

    run_id: UUID
    sheets: tuple[CardSet, ...]


def prepare_blanks(acting: Acting, number: int, asked: Asked, run_id: UUID, *, sheet: str) -> Blanks:
    """Issue `number` blank covers in a run of their own; those that a run killed before had issued are taken up again.

    A clinic's bear its name. Raises InputFault for none, SettingsError for an address that does not fit.
    """
    check_public_url(asked.public_url, qr_version=asked.qr_version)
    if number < 1:
        raise InputFault("there is no card to print", advice="say how many blank cards, 8 a sheet")
    issued = blanks_of_run(acting.session, run_id)[:number]
    if number > len(issued):
        issued += issue_blanks(acting, number - len(issued), new_id=asked.new_id, random_text=asked.random_text)
    clinic = clinic_facts(acting, acting.clinic_id) if acting.clinic_id is not None else ClinicFacts("", None)
    print_runs.begin_run(acting, run_id, PrintKind.BLANK, sheet=sheet, asked=number)
    print_runs.note_printed(acting.session, run_id, [card.id for card in issued])
    covers = []
    for card in issued:
        url = card_url(asked.public_url, card.token(acting.keyring), qr_version=asked.qr_version)
        covers.append(blank_cover(acting.schedule, clinic, IssuedCode(url, short_code_of_blank(card, acting.keyring))))
    return Blanks(run_id, tuple(CardSet(run_id, tuple(covers[at : at + A_SHEET]), ()) for at in range(0, number, A_SHEET)))


def print_blanks(
    blanks: Blanks, out: Path, paper: Paper, *, qr_version: int, each: Callable[[int, int], None] | None = None
) -> Path:
    """Draw the covers, read every symbol back (`each(pages, of)`), then write the file. Raises UnreadableSheet with the sheet."""
    drawn = draw(blanks.sheets, sheet=paper, qr_version=qr_version)
    require_readable(drawn.pdf, drawn.expected, each=each)
    return write(drawn.pdf, out)
