"""A history copied from paper: many doses at once, each marked with the document that it stands on; all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from vaxcard.errors import Conflict, InputFault, ManyFaults, Refused, VaxcardError
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.doses import DoseForm, DoseRecord, DoseSource
from vaxcard.records.people import ChildRecord
from vaxcard.records.registry import add_dose, changed
from vaxcard.records.stops import refuse_the_impossible, stop_before_injecting
from vaxcard.records.trace_codes import hold_codes


def transcribe_doses(acting: Acting, child_id: UUID, forms: Sequence[DoseForm], document: str) -> Chart:
    """Record what a paper says, `document` being which paper it is. Doses on file already under the same ids and bodies stay as they are.

    Raises NotFound (child) and ManyFaults: each fault names its dose as `doses[0].given_on`, the first dose being 0.
    """
    if not document.strip():
        raise InputFault("the paper is not named", place="document", advice="say which paper it is and who issued it")
    child = chart.load_child(acting.session, child_id, lock=True)
    hold_codes(acting.session, [form.trace_code for form in forms])
    faults: list[VaxcardError] = []
    added: list[str] = []
    for place, form in enumerate(forms):
        told = replace(form, source=DoseSource.CERTIFICATE, document=document.strip())
        try:
            added += _add(acting, child, told)
        except (InputFault, Refused, Conflict) as fault:
            faults.append(InputFault(fault.problem, place=f"doses[{place}].{fault.place or 'id'}", advice=fault.advice))
    if faults:
        raise ManyFaults(faults)
    if not added:
        return chart.read(acting.session, acting.keyring, acting.schedule, child.id, acting.today)
    return changed(acting, child, "dose.transcribe", added)


def _add(acting: Acting, child: ChildRecord, form: DoseForm) -> list[str]:
    stored = acting.session.get(DoseRecord, form.id)
    if stored is not None:
        if stored.child_id != child.id or stored.content_hash != form.content_hash():
            raise Conflict("this id already stands for another dose", advice="make a new id for a new dose")
        return []
    refuse_the_impossible(acting, child, form)
    read = chart.read(acting.session, acting.keyring, acting.schedule, child.id, acting.today)
    dose = add_dose(acting, child, form, stop_before_injecting(acting, read, form))
    acting.session.flush()
    return [str(dose.id)]
