"""An invented registry of any size for the benchmarks: clinics, children with the routine plan's doses, cards, keys and kept answers.

Everybody shares some thousand histories. What is sealed or keyed is made for each child; the rest is multiplied by the database itself.
Doses lie in the table in the order of their number, as years at many counters leave them, not child by child.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, cast, create_engine, func, insert, select, text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for the throw-away server that the tests share

from engine import Patient, one_child

from tests import postgres_cluster
from vaxcard.keyring import Keyring, fingerprint
from vaxcard.records.acting import Acting
from vaxcard.records.answers import Judged, judge
from vaxcard.records.clinics import ApiKeyRecord, ClinicRecord, ClinicSession, Scope
from vaxcard.records.columns import Id
from vaxcard.records.database import Database
from vaxcard.records.doses import DoseRecord, StoredEvaluation
from vaxcard.records.histories import Told
from vaxcard.records.integrity import seal_child
from vaxcard.records.issued_cards import CardRecord, CardState
from vaxcard.records.people import ChildRecord, context
from vaxcard.records.visits import DueRow, NextVisit
from vaxcard.schedule.loader import load_schedule

SECRET = "an invented secret for benchmarks only, number 1"
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
CLINICS = 200
ALIKE = 4_000  # histories, shared by everybody
_BATCH = 5_000
_SERVED = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "autovacuum": "on", "shared_buffers": "1GB"}


@dataclass(frozen=True)
class Alike:
    """A history, the engine's answer to it and the next visit: shared by every child of this number modulo all of them."""

    number: int
    patient: Patient
    judged: Judged


def database_at(kind: str, folder: Path, *, durable: bool = False) -> str:
    """The address of an empty database in a folder: a file, or a throw-away PostgreSQL (`durable`: one that keeps what it confirms)."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'registry.db'}"
    os.chmod(folder, 0o755)  # the server's own account has to pass
    if durable:
        postgres_cluster.TEST_SETTINGS.update(_SERVED)
    admin = create_engine(postgres_cluster.ensure_running(folder, os.getpid()), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE registry"))
    admin.dispose()
    return admin.url.set(database="registry").render_as_string(hide_password=False)


def keyring() -> Keyring:
    """The key ring of every invented registry."""
    return Keyring.from_text(SECRET)


def analyse(database: Database) -> None:
    """What a server does by itself when rows have come; the throw-away one may be told not to."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def clinic_row(number: int) -> dict[str, Any]:
    """An invented clinic."""
    facts = {"phone": "0571-88880000", "time_zone": "Asia/Shanghai", "language": "zh", "region": "CN", "schedule": "cn"}
    name = f"清河卫生服务中心{number}"
    return {"id": UUID(int=number + 1), "name": name, "name_key": name, **facts, "created_at": NOW}


def api_key(clinic: int) -> str:
    """The key of a clinic's machine."""
    return f"an-invented-key-of-clinic-{clinic}"


def child_id(number: int) -> UUID:
    """Ids spread as those of a registry are."""
    return UUID(int=(number * 0x9E3779B97F4A7C15 % (1 << 64) << 64) + (1 << 60) + number)


def card_id(number: int) -> UUID:
    """The id of a child's cover card."""
    return UUID(int=(number * 0x9E3779B97F4A7C15 % (1 << 64) << 64) + (3 << 60) + number)


def fill(database: Database, children: int, *, fewest: int = 20, clinics: int = CLINICS, kept: bool = True) -> int:
    """Fill an empty registry and return the number of doses; `kept` writes the engine's answers and next visits too."""
    with database.writing() as session:
        session.execute(insert(ClinicRecord), [clinic_row(number) for number in range(clinics)])
        session.execute(insert(ClinicSession), [each for number in range(clinics) for each in _open_days(number)])
        session.execute(insert(ApiKeyRecord), [_key(number) for number in range(clinics)])
    shared = alike(database, fewest)
    people = Table("invented_people", MetaData(), Column("number", Integer, primary_key=True), *_whose())
    with database.engine.begin() as connection:
        people.create(connection)
    for start in range(0, children, _BATCH):
        numbers = range(start, min(start + _BATCH, children))
        with database.engine.begin() as connection:
            connection.execute(insert(people), [_person(number, clinics) for number in numbers])
            rows = [_child(database.keyring, number, clinics, shared[number % len(shared)], kept) for number in numbers]
            connection.execute(insert(ChildRecord.__table__), [_plain(row) for row in rows])
            connection.execute(insert(CardRecord.__table__), [_card(database.keyring, number) for number in numbers])
    _multiply(database, people, shared, kept)
    return sum(len(shared[number % len(shared)].patient[1].doses) for number in range(children))


def alike(database: Database, fewest: int) -> list[Alike]:
    """The histories that everybody shares, each with at least so many doses, judged once."""
    schedule, found = load_schedule("cn"), []
    with database.reading() as session:
        clinic = session.get(ClinicRecord, clinic_row(0)["id"])
        assert clinic is not None
        acting = Acting(session, database.keyring, schedule, "system:benchmark", clinic.id, NOW, NOW.date())
        for number, patient in enumerate(histories(fewest)):
            told = Told(patient[1], tuple(UUID(int=dose.n) for dose in patient[1].doses), ())
            row = SimpleNamespace(id=UUID(int=0), born_on=patient[0].born_on, sex=patient[0].sex, state="active", version=1)
            found.append(Alike(number, patient, judge(acting, row, told, None, clinic, NOW.date())))
    return found


def histories(fewest: int) -> list[Patient]:
    """The histories that everybody shares, each with at least so many doses; the same ones every time."""
    chance = random.Random(20)
    return list(itertools.islice((each for each in iter(partial(one_child, chance), None) if len(each[1].doses) >= fewest), ALIKE))


def _open_days(clinic: int) -> list[dict[str, Any]]:
    return [{"clinic_id": clinic_row(clinic)["id"], "weekday": day, "opens": time(0), "closes": time(23, 59)} for day in range(7)]


def _key(clinic: int) -> dict[str, Any]:
    told = {"clinic_id": clinic_row(clinic)["id"], "name": f"machine {clinic}", "fingerprint": fingerprint(api_key(clinic))}
    return {"id": UUID(int=clinic + 1), **told, "scopes": [Scope.SCAN, Scope.READ, Scope.RECORD], "created_at": NOW}


def _whose() -> tuple[Column[Any], ...]:
    return Column("child_id", Id), Column("clinic_id", Id), Column("alike", Integer)


def _person(number: int, clinics: int) -> dict[str, Any]:
    return {"number": number, "child_id": child_id(number), "clinic_id": clinic_row(number % clinics)["id"], "alike": number % ALIKE}


def _child(keyring: Keyring, number: int, clinics: int, shared: Alike, kept: bool) -> ChildRecord:
    key, patient, mine = keyring.new_person_key(), shared.patient, child_id(number)
    child = ChildRecord(
        id=mine,
        clinic_id=clinic_row(number % clinics)["id"],
        person_key=key,
        name_sealed=keyring.seal(key, f"云{number}", context("child.name", mine)),
        display_name_sealed=keyring.seal(key, f"{number}", context("child.display-name", mine)),
        display_name_confirmed=False,
        born_on=patient[0].born_on,
        sex=patient[0].sex,
        sign="star",
        state="active",
        is_sensitive=False,
        version=1,
        dose_count=len(patient[1].doses),
        dose_head=b"x" * 32,
        registered_at=NOW,
    )
    found = shared.judged.assessment
    if kept:
        child.assessed_on, child.assessed_edition, child.assessed_engine = found.on, found.edition, found.engine
        child.assessed_version, child.assessed_holds_until = 1, found.holds_until
    seal_child(keyring, child)
    return child


def _plain(child: ChildRecord) -> dict[str, Any]:
    return {column.name: getattr(child, column.key) for column in ChildRecord.__table__.columns}


def _card(keyring: Keyring, number: int) -> dict[str, Any]:
    card = card_id(number)
    seen = {"token_hash": keyring.token_hash(keyring.card_token(card, 1)), "short_code_key": card.bytes, "short_code_sealed": b"x" * 40}
    facts = {"bracket": 0, "issue": 1, "key_number": 1, "state": CardState.ACTIVE, "issued_at": NOW, "scanned": 0, "typed": 0}
    return {"id": card, "child_id": child_id(number), **seen, **facts}


def _multiply(database: Database, people: Table, shared: Sequence[Alike], kept: bool) -> None:
    """Give every child the rows of its history, in the database alone."""
    with database.engine.begin() as connection:
        _poured(connection, people, DoseRecord.__table__, [row for each in shared for row in _doses(each)])
        if kept:
            _poured(connection, people, StoredEvaluation.__table__, [row for each in shared for row in _worth(each)])
            _poured(connection, people, DueRow.__table__, [row for each in shared for row in _due(each)])
            _poured(connection, people, NextVisit.__table__, [row for each in shared for row in _visits(each)])
        people.drop(connection)


def _poured(connection: Connection, people: Table, into: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert each row once for every child of its history, one place of the histories after the other."""
    own = {"id": _made_id, "dose_id": _made_id}
    made = [column for column in into.columns if column.name in own]
    whose = [column for column in into.columns if column.name in ("child_id", "clinic_id")]
    rest = [column for column in into.columns if column not in (*made, *whose)]
    told = Table(f"invented_{into.name}", MetaData(), Column("alike", Integer, index=True), Column("turn", Integer))
    for column in rest:
        told.append_column(Column(column.name, column.type))
    told.create(connection)
    connection.execute(insert(told), rows)
    names = [*(each.name for each in made), *(each.name for each in whose), *(each.name for each in rest)]
    for (turn,) in connection.execute(select(told.c.turn).distinct().order_by(told.c.turn)).all():
        values = [own[each.name](connection, told.c.turn, people.c.number) for each in made]
        values += [people.c[each.name] for each in whose] + [told.c[each.name] for each in rest]
        found = select(*values).join_from(people, told, people.c.alike == told.c.alike).where(told.c.turn == turn)
        connection.execute(insert(into).from_select(names, found.order_by(people.c.number)))
    told.drop(connection)


def _made_id(connection: Connection, place: Any, number: Any) -> Any:
    """An id that grows as rows come, as those of UUIDv7 do."""
    if connection.dialect.name == "sqlite":
        return func.printf("%08x%024x", place, number)
    digits = func.concat(func.lpad(func.to_hex(place), 8, "0"), func.lpad(func.to_hex(number), 24, "0"))
    return cast(cast(digits, String), Id)


def dose_place(number: int, n: int) -> UUID:
    """The id of a child's n-th dose."""
    return UUID(int=(n << 96) + number)


def _doses(shared: Alike) -> Iterator[dict[str, Any]]:
    facts = {"status": "completed", "source": "clinic", "incidents": [], "recorded_by": "x", "lot_number": "L2026"}
    for dose in shared.patient[1].doses:
        signed = {"content_hash": b"x" * 32, "number": dose.n, "mac": b"x" * 32}
        given = {"vaccine": dose.vaccine, "given_on": dose.given_on, "recorded_at": _moment(dose.given_on)}
        yield {"alike": shared.number, "turn": dose.n, **facts, **signed, **given}


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(2), UTC)


def _worth(shared: Alike) -> Iterator[dict[str, Any]]:
    for (dose, group), facts in shared.judged.answer.worth.items():
        yield {"alike": shared.number, "turn": dose.int, "vaccine_group": group, **facts}


def _due(shared: Alike) -> Iterator[dict[str, Any]]:
    found = shared.judged.assessment
    by = {"edition": found.edition, "engine": found.engine, "record_version": 1, "holds_until": found.holds_until}
    for place, (group, facts) in enumerate(shared.judged.answer.due.items()):
        yield {"alike": shared.number, "turn": place, "vaccine_group": group, **facts, **by}


def _visits(shared: Alike) -> Iterator[dict[str, Any]]:
    coming = shared.judged.coming
    if coming is not None:
        days = {"visit_on": coming.visit_on, "planned_on": coming.planned_on}
        yield {"alike": shared.number, "turn": 0, **days, "groups": list(coming.groups), "kind": coming.kind.value}
