"""The flag of a child whose family must not be found: set by whoever is told, it closes cards, pages, calendars and texts at once."""

from __future__ import annotations

from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.people import ChildRecord


def protect(acting: Acting, child: ChildRecord) -> None:
    """Set the flag on a child whose row is locked; texts that were planned are taken back. Set again, it changes nothing."""
    _set(acting, child, True, "child.protect")


def lift(acting: Acting, child: ChildRecord) -> None:
    """Take the flag off again."""
    _set(acting, child, False, "child.unprotect")


def _set(acting: Acting, child: ChildRecord, is_sensitive: bool, action: str) -> None:
    if child.is_sensitive == is_sensitive:
        return
    child.is_sensitive = is_sensitive
    child.version += 1
    chart.refresh(acting, child)
    acting.note(action, child_id=child.id)
