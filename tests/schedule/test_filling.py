"""An answer that is filled quickly is as closed, equal and portable as any frozen dataclass."""

import pickle
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date

import pytest

from vaxcard.schedule.outcomes import Evaluation, EvaluationStatus, Forecast, Reason, SeriesStatus

GIVEN = Evaluation(1, date(2026, 6, 18), "MMR", "MMR", 1, EvaluationStatus.VALID)


def test_nothing_can_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        GIVEN.n = 2  # type: ignore[misc]


def test_defaults_and_missing_fields_are_those_of_the_dataclass() -> None:
    assert Reason("too_young", {}, "label").sensitive is False
    assert [getattr(Forecast("MMR", SeriesStatus.COMPLETE), each.name) for each in fields(Forecast)[2:]] == [
        None, (), None, None, None, None, None, (), False,
    ]  # fmt: skip
    with pytest.raises(TypeError, match="missing 5 required"):
        Evaluation(1)  # type: ignore[call-arg]


def test_copies_are_equal_and_sent_to_another_process_whole() -> None:
    assert replace(GIVEN, n=2) == Evaluation(2, GIVEN.given_on, "MMR", "MMR", 1, EvaluationStatus.VALID)
    assert pickle.loads(pickle.dumps(GIVEN)) == GIVEN
