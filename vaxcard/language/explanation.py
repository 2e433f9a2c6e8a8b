"""An assessment told to people: each dose given and what it was worth, each group and what it still owes, as sentences.

Who may be told sensitive reasons is the caller's to know; everybody else hears that the clinic has decided otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from vaxcard.language.catalogues import marked, translations
from vaxcard.language.dates import say_age, say_full_date
from vaxcard.language.reasons import say_reason, say_withheld
from vaxcard.schedule.history import Child
from vaxcard.schedule.outcomes import Assessment, Evaluation, EvaluationStatus, Forecast, Reason, ReasonCode, SeriesStatus
from vaxcard.schedule.rules import Names, Schedule

_WORTH: Mapping[EvaluationStatus | None, str] = {
    EvaluationStatus.VALID: marked("counts"),
    EvaluationStatus.NOT_VALID: marked("does not count"),
    EvaluationStatus.EXTRANEOUS: marked("was one more than asked for"),
    EvaluationStatus.SUB_STANDARD: marked("does not count"),
    None: marked("is on record"),
}
_STANDS: Mapping[SeriesStatus, str] = {
    SeriesStatus.COMPLETE: marked("complete"),
    SeriesStatus.IMMUNE: marked("immune, nothing is owed"),
    SeriesStatus.CONTRAINDICATED: marked("not to be given"),
    SeriesStatus.AGED_OUT: marked("no longer owed"),
    SeriesStatus.NOT_RECOMMENDED: marked("not owed"),
}
_UNTIL: Mapping[str, str] = {
    ReasonCode.FROM_AGE: marked("wait until %(valid_from)s: from %(minimum_age)s of age"),
    ReasonCode.FROM_INTERVAL: marked("wait until %(valid_from)s: %(minimum_interval)s after the dose of %(since)s"),
    ReasonCode.FROM_LIVE_SPACING: marked("wait until %(valid_from)s: %(minimum_interval)s after %(other_vaccine)s of %(since)s"),
    ReasonCode.FROM_OBSERVATION: marked("wait until %(valid_from)s: %(minimum_interval)s after %(observation)s of %(since)s"),
    ReasonCode.FROM_PROGRAMME_START: marked("wait until %(valid_from)s: the programme begins then"),
    ReasonCode.FROM_DECISION: marked("wait until %(valid_from)s: a physician put it off"),
}
_OF_TIME = frozenset(_UNTIL)
_TELL_NO_DAY = {ReasonCode.INTERVAL_TOO_SHORT, ReasonCode.LIVE_TOO_SOON}
_SELF_EVIDENT = {ReasonCode.ALL_DOSES_GIVEN, ReasonCode.SERIES_ALREADY_COMPLETE}


def explain(
    schedule: Schedule,
    child: Child,
    assessment: Assessment,
    lang: str,
    *,
    questions: Mapping[str, Names] | None = None,
    told_sensitive: bool = False,
) -> list[str]:
    """Lines of text, one sentence or two each: the child, the doses given in order, what is owed, and how long this holds.

    `questions` are a country's words for what it leaves to a clinician. Raises NotFound for a language without a catalogue.
    """
    return list(_Telling(schedule, child, assessment, lang, questions or {}, told_sensitive).lines())


@dataclass(frozen=True)
class _Telling:
    """One assessment told to one kind of listener."""

    schedule: Schedule
    child: Child
    assessment: Assessment
    lang: str
    questions: Mapping[str, Names]
    told_sensitive: bool

    def lines(self) -> Iterator[str]:
        born_on, on = self.child.born_on, self.assessment.on
        yield self._say(
            marked("Born on %(born_on)s. Looked at on %(day)s, at the age of %(age)s."),
            born_on=self._day(born_on), day=self._day(on), age=say_age(born_on, on, self.lang),
        )  # fmt: skip
        yield self._say(marked("Doses given:") if self.assessment.evaluations else marked("No dose is on record."))
        yield from (self._dose(each) for each in sorted(self.assessment.evaluations, key=lambda each: (each.given_on, each.n)))
        yield self._say(marked("What is owed:"))
        yield from (self._owed(each) for each in self.assessment.forecasts)
        if self.assessment.holds_until:
            yield self._say(marked("This holds until %(day)s, if nothing is recorded before."), day=self._day(self.assessment.holds_until))
        if self.assessment.unverified and not self.told_sensitive:
            yield self._say(marked("Some of these rules are not yet held against the official text."))
        elif self.assessment.unverified:
            flags = ", ".join(self.assessment.unverified)
            yield self._say(marked("Not yet held against the official text: %(flags)s."), flags=flags)

    def _dose(self, each: Evaluation) -> str:
        worth = self._say(_WORTH[each.status])
        if each.status is EvaluationStatus.VALID and each.dose is not None:
            worth = self._say(marked("counts as dose %(dose)s"), dose=str(each.dose))
        what, vaccine = self._vaccine(each.vaccine), self.schedule.vaccines.get(each.vaccine)
        if each.group and vaccine and len(vaccine.groups) > 1:
            what = self._say(marked("%(vaccine)s (%(group)s)"), vaccine=what, group=self._group(each.group))
        head = self._say(marked("%(n)s. %(day)s, %(what)s: %(said)s"), n=str(each.n), day=self._day(each.given_on), what=what, said=worth)
        return self._sentences(head, [*self._reasons(each.reasons), *self._from_when(each)])

    def _from_when(self, each: Evaluation) -> Iterator[str]:
        """The one day from which a dose that came too early would have counted for all its reasons, where they don't tell it themselves."""
        days = [(day, reason) for reason in each.reasons if isinstance(day := reason.values.get("valid_from"), date)]
        if not days:
            return
        day, latest = max(days, key=lambda found: found[0])
        if latest.code in _TELL_NO_DAY and self._may_tell(latest):
            yield self._say(marked("It would have counted from %(day)s"), day=self._day(day))

    def _owed(self, each: Forecast) -> str:
        name = self._group(each.group)
        if each.status is not SeriesStatus.NOT_COMPLETE:
            head = self._say(marked("%(group)s: %(said)s"), group=name, said=self._say(_STANDS[each.status]))
            return self._sentences(head, self._reasons(each.reasons))
        others = self._reasons([reason for reason in each.reasons if reason.code not in _OF_TIME])
        when = others.pop(0) if each.needs and others else self._when(each)
        said = self._say(marked("%(group)s, dose %(dose)s: %(said)s"), group=name, dose=str(each.dose or 1), said=when)
        return self._sentences(said, [*self._product(each), *others])

    def _when(self, each: Forecast) -> str:
        on, earliest = self.assessment.on, each.earliest
        if earliest is not None and earliest > on:
            return self._wait(each, earliest)
        if each.past_due is None:
            return self._say(marked("due now"))
        if each.past_due < on:
            return self._say(marked("due now; late since %(day)s"), day=self._day(each.past_due + timedelta(1)))
        return self._say(marked("due now; on time until %(day)s"), day=self._day(each.past_due))

    def _wait(self, each: Forecast, earliest: date) -> str:
        why = next((reason for reason in each.reasons if reason.code in _OF_TIME and self._may_tell(reason)), None)
        if why is None:
            return self._say(marked("wait until %(day)s"), day=self._day(earliest))
        return say_reason(Reason(why.code, why.values, why.source), self.lang, self._vaccine, sentences=_UNTIL)

    def _product(self, each: Forecast) -> Iterator[str]:
        if each.vaccines and not each.needs:
            names = self._say(marked(" or ")).join(self._vaccine(code) for code in each.vaccines)
            yield self._say(marked("To be given: %(vaccines)s"), vaccines=names)

    def _reasons(self, reasons: tuple[Reason, ...] | list[Reason]) -> list[str]:
        """Each reason once; all that may not be told together as one sentence."""
        said = {self._reason(reason): None for reason in reasons if reason.code not in _SELF_EVIDENT}
        return list(said)

    def _reason(self, reason: Reason) -> str:
        if not self._may_tell(reason):
            return say_withheld(self.lang)
        return say_reason(reason, self.lang, self._vaccine, questions=self.questions)

    def _may_tell(self, reason: Reason) -> bool:
        return self.told_sensitive or not reason.sensitive

    def _sentences(self, head: str, following: list[str]) -> str:
        end = self._say(marked(". "))
        return end.join([head, *following]) + end.rstrip()

    def _say(self, text: str, **values: str) -> str:
        said: str = translations(self.lang).gettext(text)
        return said % values if values else said

    def _day(self, day: date) -> str:
        return say_full_date(day, self.lang)

    def _vaccine(self, code: str) -> str:
        vaccine = self.schedule.vaccines.get(code)
        return _in(vaccine.names, self.lang, code) if vaccine else code

    def _group(self, code: str) -> str:
        group = self.schedule.groups.get(code)
        return _in(group.names, self.lang, code) if group else code


def _in(names: Names, lang: str, code: str) -> str:
    return names.get(lang) or names.get("en") or code
