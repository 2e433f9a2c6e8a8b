"""Imports a clinic's workbook: reads it, stores it in batches of whole children, and reports what a person should look at.

Killed at any moment it leaves whole children only; run again it stores the rest. Two runs at once wait for each other, batch by batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from vaxcard.errors import Conflict, InputFault
from vaxcard.records.database import Database
from vaxcard.records.review import ImportBatch
from vaxcard.records.roster.dose_rows import DoseReader
from vaxcard.records.roster.dose_storing import Outcome
from vaxcard.records.roster.gathering import Bundle, Survey, gather, survey
from vaxcard.records.roster.headings import find_tables, headings_not_read
from vaxcard.records.roster.judging import Miscounts
from vaxcard.records.roster.likeness import Likenesses
from vaxcard.records.roster.places import Places, clinics_of
from vaxcard.records.roster.report import Entry, RosterReport
from vaxcard.records.roster.run import RosterDefaults, Run
from vaxcard.records.roster.storing import Storing
from vaxcard.records.workbooks import open_workbook
from vaxcard.schedule.rules import Schedule

_CHILDREN_A_BATCH = 25  # some 0.3 s of the writer's lock: a counter's scan does not notice
_ATTEMPTS = 3
_ONE_IMPORT_AT_A_TIME = 0x76617863  # the number of PostgreSQL's advisory lock; SQLite has one writer anyway


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


def import_roster(
    database: Database,
    schedule: Schedule,
    path: Path,
    *,
    now: datetime,
    today: date,
    actor: str,
    new_id: Callable[[], UUID],
    time_zone: str,
    language: str,
    region: str,
    clinic: str | None = None,
    clinic_id: UUID | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = no_progress,
) -> RosterReport:
    """Import the workbook at `path` and report. `now` is aware, `today` the clinic's date; `actor` and `clinic_id` go into the audit trail.

    `time_zone` (IANA), `language` and `region` (two letters, for phone numbers) hold for clinics that the workbook makes known;
    `clinic` names the one of children whose rows name none.
    `progress` is told rows done and rows in all (children and doses). A row that differs from the record counts as refused and waits
    under review. Raises InputFault for a file that is no roster (nothing is stored), Conflict where others keep changing the same rows.
    """
    defaults = RosterDefaults(time_zone, language, region, clinic)
    run = Run(schedule, actor, clinic_id, now, today, new_id, defaults, new_id(), dry_run)
    with open_workbook(path) as sheets:
        tables, near_misses = find_tables(sheets, path.name, schedule.vaccine_names)
        found = survey(tables, region, today)
        if not found.children and not found.doses:
            raise InputFault("the roster has headings and no rows", place=path.name, advice="export it again with its rows")
        report = RosterReport(entries=near_misses, columns_not_read=headings_not_read(sheets, tables), is_dry_run=dry_run)
        report.run_id = None if dry_run else run.batch_id
        _start(database, run, path, found)
        bundles = gather(tables, found, DoseReader(schedule, language))
        _store_all(database, run, found, bundles, report, progress)
    sheet_order = {sheet.title: number for number, sheet in enumerate(sheets)}
    report.entries.sort(key=lambda entry: (sheet_order[entry.sheet], entry.row))
    _finish(database, run, report)
    return report


def _start(database: Database, run: Run, path: Path, found: Survey) -> None:
    """Note the run, and make the clinics known to which the children belong."""
    if run.is_dry:
        return
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    with database.writing() as session:
        _take_turn(session)
        batch = ImportBatch(
            id=run.batch_id,
            clinic_id=run.clinic_id,
            file_hash=digest.digest(),
            started_at=run.now,
            finished_at=None,
            started_by=run.actor,
            counts={},
        )
        session.add(batch)
        acting = run.acting(session, database.keyring)
        places = Places(run, acting)
        for name in clinics_of(found.children, run):
            places.made_known(name)
        acting.note("roster.import.start", subjects=[str(run.batch_id)])


def _store_all(
    database: Database,
    run: Run,
    found: Survey,
    bundles: Iterator[Bundle],
    report: RosterReport,
    progress: Callable[[int, int], None],
) -> None:
    in_workbook = frozenset(found.by_link)
    likenesses, numbering = Likenesses(found.children), []
    done, total = 0, len(found.children) + found.doses
    while batch := list(islice(bundles, _CHILDREN_A_BATCH)):
        for bundle in batch:
            if bundle.child is not None:
                likenesses.saw(bundle.child, bundle.doses)
        outcome = _store_batch(database, run, batch, in_workbook)
        report.children.add(outcome.children)
        report.doses.add(outcome.doses)
        report.entries += outcome.entries
        report.left_out.update(outcome.left_out)
        numbering += outcome.miscounts
        done += sum((bundle.child is not None) + len(bundle.doses) + len(bundle.left_out) for bundle in batch)
        progress(done, total)
    report.entries += likenesses.entries() + _numbering_entries(numbering)


def _store_batch(database: Database, run: Run, batch: Sequence[Bundle], in_workbook: frozenset[tuple[str, str]]) -> Outcome:
    """One transaction, tried again where somebody at a counter was quicker with the same child."""
    if run.is_dry:
        with database.reading() as session:
            return _stored(run, session, database, batch, in_workbook)
    for _ in range(_ATTEMPTS):
        try:
            with database.writing() as session:
                _take_turn(session)
                return _stored(run, session, database, batch, in_workbook)
        except (IntegrityError, Conflict):
            continue
    raise Conflict("the same children are being registered elsewhere", advice="import again; what is stored already stays as it is")


def _take_turn(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ONE_IMPORT_AT_A_TIME)))


def _stored(run: Run, session: Session, database: Database, batch: Sequence[Bundle], in_workbook: frozenset[tuple[str, str]]) -> Outcome:
    acting = run.acting(session, database.keyring)
    storing = Storing(run, acting, in_workbook)
    for bundle in batch:
        storing.store(bundle)
    if storing.outcome.changed:
        acting.note("roster.import", subjects=[str(run.batch_id), *map(str, storing.outcome.changed)])
    return storing.outcome


def _numbering_entries(numbering: Iterable[Miscounts]) -> list[Entry]:
    """Numbers that do not count, in the way of counting that this workbook follows: each product, unless the groups fit better."""
    by_product = [entry for miscounts in numbering for entry in miscounts.by_product]
    by_group = [entry for miscounts in numbering for entry in miscounts.by_group]
    return by_group if len(by_group) < len(by_product) else by_product


def _finish(database: Database, run: Run, report: RosterReport) -> None:
    if run.is_dry:
        return
    with database.writing() as session:
        batch = session.get_one(ImportBatch, run.batch_id)
        batch.finished_at = run.now
        batch.counts = {"children": report.children.as_json(), "doses": report.doses.as_json(), "entries": len(report.entries)}
