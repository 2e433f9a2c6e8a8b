"""Faults are told in the reader's language, and never go unsaid."""

from __future__ import annotations

from vaxcard.errors import InputFault, ManyFaults, Refused
from vaxcard.language import say_fault


def test_a_refusal_for_two_reasons_tells_both() -> None:
    problem = "the vaccine was past its expiry date on that day; this vaccine is not due for the child today"
    said = say_fault(Refused(problem, reason="expired", advice="correct the date"), "zh")
    assert said.problem == "那天疫苗已经过期；这孩子今天不该打这种疫苗"
    assert said.advice == "改日期"


def test_many_faults_are_told_together() -> None:
    said = say_fault(ManyFaults([InputFault("this is missing", place="lot"), InputFault("this is too long")]), "zh")
    assert said.problem == "没填；太长了"


def test_a_sentence_that_no_catalogue_knows_stays_in_english() -> None:
    assert say_fault(InputFault("the moon is in the way"), "zh").problem == "the moon is in the way"
