"""Who is late, for whoever rings: since when, for what, under which number, what the last call and the last text came to; and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.answers import named
from vaxcard.api.bodies import Reader
from vaxcard.api.service import language, new_id
from vaxcard.errors import InputFault
from vaxcard.language.catalogues import marked
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import Role
from vaxcard.records.late import CallResult, Late, Place, late_children, note_call
from vaxcard.web import child_view
from vaxcard.web.rendering import said

late_list = Blueprint("late_list", __name__, url_prefix="/desk/late")

RESULTS = {
    CallResult.REACHED: marked("Reached"),
    CallResult.NOT_REACHED: marked("Nobody answered"),
    CallResult.WRONG_NUMBER: marked("Wrong number"),
}
_HEADINGS = (
    marked("Child"),
    marked("Born"),
    marked("Late for"),
    marked("Late since"),
    marked("Guardian"),
    marked("Number"),
    marked("Last call"),
    marked("Called on"),
)
_SHOWN = 50  # children on a page
_MOST = 20_000  # lines of a file
_EXPORTING = (Role.MANAGER, Role.PHYSICIAN)  # names and numbers of many families leave the house with it
_FORMULA = ("=", "+", "-", "@")  # how a spreadsheet knows a formula; a telephone number begins like one


@dataclass(frozen=True)
class Line:
    """One child of the list."""

    child: child_view.Brief
    is_protected: bool
    groups: tuple[str, ...]
    since: date
    days: int
    guardian: str | None
    phone: str | None
    result: str | None
    called_on: date | None
    text_state: str | None
    text_on: date | None
    call_id: UUID


@late_list.get("")
@requires(*LOOKING)
def page() -> ResponseReturnValue:
    """A page of the list, the longest late first."""
    who, after = caller(), _place(request.args.get("after", ""))
    with who.acting() as acting:
        found = late_children(acting.session, who.clinic_id, acting.today, limit=_SHOWN + 1, after=after)
        lines = [_line(acting, each) for each in found[:_SHOWN]]
        acting.note("late.list", subjects=[str(each.child.id) for each in lines])
    last = lines[-1] if len(found) > _SHOWN else None
    following = url_for("late_list.page", after=f"{last.since.isoformat()}~{last.child.id}") if last else None
    told = {"following": following, "here": request.args.get("after", ""), "may_export": who.role in _EXPORTING}
    return render_template("desk/late.html", lines=lines, results=RESULTS, **told)


def _place(written: str) -> Place | None:
    """Where a page begins; what cannot be read begins at the beginning."""
    day, _, child_id = written.partition("~")
    try:
        return date.fromisoformat(day), UUID(child_id)
    except ValueError:
        return None


def _line(acting: Acting, late: Late) -> Line:
    child, keyring, schedule = late.child, acting.keyring, acting.schedule
    guardian = next((bond.guardian for bond in child.guardianships if bond.guardian.phone_key is not None), None)
    names = tuple(named(schedule.groups[group].short_names, language()) if group in schedule.groups else group for group in late.groups)
    call, text = late.last_call, late.last_text
    return Line(
        child=child_view.brief(acting, child),
        is_protected=child.is_sensitive,
        groups=names,
        since=late.since,
        days=(acting.today - late.since).days + 1,
        guardian=guardian.name(keyring) if guardian else None,
        phone=guardian.phone(keyring) if guardian else None,
        result=call.result if call else None,
        called_on=call.called_on if call else None,
        text_state=text.state if text else None,
        text_on=text.send_on if text else None,
        call_id=new_id(),
    )


@late_list.post("/<uuid:child_id>/calls")
@requires(*LOOKING)
def called(child_id: UUID) -> ResponseReturnValue:
    """What came of ringing a family; the list goes on where it was."""
    sent, who = request.form, caller()
    reader = Reader(sent)
    call_id, result = reader.id("id", required=True), sent.get("result", "")
    reader.finish()
    if result not in list(CallResult) or call_id is None:
        raise InputFault("this is missing", place="result", advice="choose one of the list")
    with who.acting() as acting:
        note_call(acting, child_id, call_id, CallResult(result))
    return redirect(url_for("late_list.page", after=sent.get("here") or None) + f"#c{child_id}", 303)


@late_list.get("/list.csv")
@requires(*_EXPORTING)
def file() -> ResponseReturnValue:
    """The whole list as a file for a spreadsheet."""
    who = caller()
    with who.acting() as acting:
        found = late_children(acting.session, who.clinic_id, acting.today, limit=_MOST)
        lines = [_line(acting, each) for each in found]
        acting.note("late.export", subjects=[str(each.child.id) for each in lines])
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow([said(heading) for heading in _HEADINGS])
    for each in lines:
        called_on = each.called_on.isoformat() if each.called_on else ""
        result = said(RESULTS[CallResult(each.result)]) if each.result else ""
        told = (each.child.name, each.child.born_on.isoformat(), " ".join(each.groups), each.since.isoformat(), each.guardian, each.phone)
        sheet.writerow([plain(cell or "") for cell in (*told, result, called_on)])
    name = f"late-{acting.today.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + written.getvalue(), mimetype="text/csv", headers=headers)


def plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
