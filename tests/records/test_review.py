"""What an import could not store of a child stays with the child until a person has looked at it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.records.roster_books import CODE, NOW, Importer, child, counts, dose, numbers, roster
from vaxcard.errors import Conflict, InputFault, NotFound
from vaxcard.records import review
from vaxcard.records.acting import Acting
from vaxcard.records.audit import AuditEntry
from vaxcard.records.database import Database
from vaxcard.records.review import Outcome, Waiting
from vaxcard.records.search import child_by_identifier
from vaxcard.schedule.loader import load_schedule


@pytest.fixture
def importing(database: Database) -> Importer:
    return Importer(database)


def waiting(importing: Importer, language: str = "en") -> list[Waiting]:
    with importing.database.reading() as session:
        found = child_by_identifier(session, importing.database.keyring, CODE)
        assert found is not None
        return review.waiting(session, importing.database.keyring, found, language)


def settle(importing: Importer, row: Waiting, reason: str = "asked the family: MMR, recorded from the certificate") -> None:
    database = importing.database
    with database.writing() as session:
        acting = Acting(session, database.keyring, load_schedule("cn"), "staff:7", None, NOW, importing.today)
        review.settle(acting, row.id, Outcome.RECORDED, reason)


def test_a_dose_that_cannot_be_read_waits_with_its_child(importing: Importer, tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", [child()], [dose(), dose(疫苗名称="白白破", 接种日期="2024-06-05")])
    rehearsed = importing(path, dry_run=True)
    report = importing(path)
    assert rehearsed.as_json() == report.as_json()
    (row,) = waiting(importing)
    assert (row.sheet, row.row, row.vaccine, row.given_on, row.is_dose) == ("接种记录", 3, "白白破", "2024-06-05", True)
    (entry,) = report.entries
    assert (row.problem, row.advice) == (entry.problem(), entry.advice())
    assert waiting(importing, "zh")[0].problem == entry.problem("zh")


def test_the_same_row_is_put_up_once_and_not_again_when_it_is_settled(importing: Importer, tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", [child()], [dose(接种日期="5月12日")])
    importing(path)
    importing(path)
    (row,) = waiting(importing)
    settle(importing, row)
    assert counts(importing(path))["doses"] == numbers(refused=1)
    assert waiting(importing) == []


def test_who_settled_a_row_and_why_is_kept(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "r.xlsx", [child()], [dose(接种日期="5月12日")]))
    (row,) = waiting(importing)
    with pytest.raises(InputFault):
        settle(importing, row, "  ")
    settle(importing, row)
    with importing.database.reading() as session:
        item = session.get_one(review.ReviewItem, row.id)
        assert (item.settled_by, item.settled_at, item.outcome) == ("staff:7", NOW, "recorded")
        assert item.reason == "asked the family: MMR, recorded from the certificate"
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "review.settle")).one()
        assert (noted.actor, noted.subjects) == ("staff:7", [str(row.id), "recorded"])
    with pytest.raises(Conflict):
        settle(importing, row)


def test_a_row_that_is_not_under_review_cannot_be_settled(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "r.xlsx", [child()], [dose(接种日期="5月12日")]))
    (row,) = waiting(importing)
    with pytest.raises(NotFound):
        settle(importing, Waiting(importing.new_id(), row.child_id, "", 1, "", "", None, None, True))


def test_the_same_box_a_day_later_waits_and_a_month_later_does_not(importing: Importer, tmp_path: Path) -> None:
    doses = [dose(), dose(接种日期="2024-03-06", 剂次=None), dose(接种日期="2024-04-06", 剂次=2)]
    path = roster(tmp_path / "r.xlsx", [child()], doses)
    report = importing(path)
    assert counts(report)["doses"] == numbers(stored=2, refused=1)
    (row,) = waiting(importing)
    assert (row.row, report.entries[0].kind, report.entries[0].column) == (3, "the-same-box-on-another-day", "追溯码")
    assert counts(importing(path))["doses"] == numbers(unchanged=2, refused=1)
    assert len(waiting(importing)) == 1


def test_the_box_of_a_dose_on_file_a_day_later_waits(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()], [dose()]))
    report = importing(roster(tmp_path / "second.xlsx", [child()], [dose(接种日期="2024-03-06", 剂次=None)]))
    assert (counts(report)["doses"], len(waiting(importing))) == (numbers(refused=1), 1)


def test_what_waits_is_listed_for_a_clinic_and_for_all(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "r.xlsx", [child()], [dose(接种日期="5月12日")]))
    database = importing.database
    with database.reading() as session:
        everywhere = list(review.waiting_everywhere(session, database.keyring, "en"))
        elsewhere = list(review.waiting_everywhere(session, database.keyring, "en", importing.new_id()))
    assert (everywhere, elsewhere) == (waiting(importing), [])
