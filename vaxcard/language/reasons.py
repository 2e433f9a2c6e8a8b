"""A sentence for every reason that the engine gives: what to do before why, short, without blame.

Who may be told a sensitive reason is decided above; `say_withheld` is what everybody else hears.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from vaxcard.language.catalogues import marked, translations
from vaxcard.language.dates import say_count, say_date, say_duration, say_full_date
from vaxcard.schedule.outcomes import Reason, ReasonCode
from vaxcard.schedule.rules import Names

SENTENCES: Mapping[str, str] = {
    ReasonCode.TOO_YOUNG: marked("Given before %(minimum_age)s; it counts from %(valid_from)s"),
    ReasonCode.GRACE_PERIOD: marked("A little before %(minimum_age)s, and still counted"),
    ReasonCode.TOO_OLD: marked("Given after the last age, %(maximum_age)s; it does no harm and need not be repeated"),
    ReasonCode.BEFORE_BIRTH: marked("The date lies before birth: check it"),
    ReasonCode.INTERVAL_TOO_SHORT: marked("%(early)s too early: %(days)s after the dose before, and %(minimum_interval)s are needed"),
    ReasonCode.LIVE_TOO_SOON: marked("%(early)s too early: %(days)s after %(other_vaccine)s; live vaccines need %(minimum_interval)s"),
    ReasonCode.TOO_SOON_AFTER_OBSERVATION: marked("Too soon after %(observation)s; it counts from %(valid_from)s"),
    ReasonCode.WRONG_VACCINE: marked("%(vaccine)s does not count for this dose, which takes %(expected)s"),
    ReasonCode.INADVERTENT: marked("%(vaccine)s is not meant for this dose; it was given by mistake"),
    ReasonCode.AGAINST_CONTRAINDICATION: marked("Given in spite of a contraindication: %(observation)s"),
    ReasonCode.GIVEN_AFTER_EXPIRY: marked("The vaccine had expired on %(expires_on)s"),
    ReasonCode.SUBSTANDARD: marked("The vaccine was marked as substandard"),
    ReasonCode.SERIES_ALREADY_COMPLETE: marked("One more than needed; it does no harm"),
    ReasonCode.BY_LABEL: marked("Counted by the product's label"),
    ReasonCode.ACCEPTED: marked("A physician accepted it on %(decided_on)s"),
    ReasonCode.AFTER_ASSESSMENT: marked("Later than the day looked at"),
    ReasonCode.NOT_IN_PROGRAMME: marked("On record; not part of the programme"),
    ReasonCode.UNKNOWN_VACCINE: marked("This vaccine is not on the list"),
    ReasonCode.FROM_AGE: marked("From %(minimum_age)s of age: %(valid_from)s"),
    ReasonCode.FROM_INTERVAL: marked("%(minimum_interval)s after the dose before: %(valid_from)s"),
    ReasonCode.FROM_LIVE_SPACING: marked("%(minimum_interval)s after %(other_vaccine)s: %(valid_from)s"),
    ReasonCode.FROM_OBSERVATION: marked("%(minimum_interval)s after %(observation)s: %(valid_from)s"),
    ReasonCode.FROM_PROGRAMME_START: marked("In the programme since %(valid_from)s"),
    ReasonCode.FROM_DECISION: marked("A physician set the day: %(valid_from)s"),
    ReasonCode.FROM_SEASON: marked("From the beginning of the season: %(valid_from)s"),
    ReasonCode.FROM_LAST_DOSE: marked("Not before the day of the last dose: %(valid_from)s"),
    ReasonCode.ALL_DOSES_GIVEN: marked("All doses are given"),
    ReasonCode.TOO_OLD_TO_BEGIN: marked("Past the last age for it"),
    ReasonCode.NOT_FOR_THIS_CHILD: marked("Not meant for this child"),
    ReasonCode.SEASON_OVER: marked("The season ended on %(last_day)s"),
    ReasonCode.IMMUNE: marked("Immune already: %(observation)s"),
    ReasonCode.IMMUNE_BY_BIRTH: marked("Immune: born before %(born_before)s"),
    ReasonCode.CONTRAINDICATED_BY: marked("Don't give %(vaccine)s: %(observation)s"),
    ReasonCode.CLINICIAN_DECIDES: marked("A physician decides"),
    ReasonCode.SKIN_TEST_FIRST: marked("A skin test first"),
    ReasonCode.SEX_UNKNOWN: marked("Fill in the child's sex first"),
    ReasonCode.DECIDED_COMPLETE: marked("A physician called it complete on %(decided_on)s"),
    ReasonCode.DECIDED_NEVER: marked("A physician decided on %(decided_on)s not to give it"),
    ReasonCode.DECIDED_GIVE: marked("A physician decided on %(decided_on)s to give it"),
}

OBSERVATIONS: Mapping[str, str] = {
    "birth-weight-g": marked("low birth weight"),
    "gestation-weeks": marked("born early"),
    "hiv-status": marked("HIV"),
    "immunodeficiency": marked("immune deficiency"),
    "immunoglobulin": marked("immunoglobulin"),
    "mother-hbsag": marked("the mother's hepatitis B"),
    "severe-reaction": marked("a severe reaction before"),
    "tb-skin-test": marked("the tuberculin skin test"),
}

_BECAUSE = marked("%(said)s, because %(because)s")
_ASKED = marked("A physician decides on %(vaccine)s, because of %(observation)s")
_WITHHELD = marked("Your clinic has decided otherwise")
_AGES = ("minimum_age", "maximum_age")
_INTERVALS = ("minimum_interval",)
_VACCINES = ("vaccine", "expected", "other_vaccine")


def say_reason(
    reason: Reason,
    lang: str,
    vaccine_name: Callable[[str], str] = str,
    *,
    near: date | None = None,
    sentences: Mapping[str, str] = SENTENCES,
    questions: Mapping[str, Names] | None = None,
) -> str:
    """The reason as a sentence in `lang`; `vaccine_name` says how a vaccine's code is read to people (default: the code).

    Dates in the year of `near` are told with their weekday, all others with their year. `sentences` words it otherwise.
    `questions` are a country's words for what it leaves to a physician: with them it is said why.
    """
    words = translations(lang)
    sentence = sentences.get(reason.code)
    if sentence is None:
        return reason.code
    if sentences is SENTENCES and reason.code == ReasonCode.CLINICIAN_DECIDES and "observation" in reason.values:
        sentence = _ASKED
    values = {name: _value(name, value, lang, vaccine_name, near) for name, value in reason.values.items()}
    if early := _days_too_early(reason):
        values |= {"early": say_count(early, "day", lang), "days": say_count(int(values["days"]), "day", lang)}
    said = words.gettext(sentence) % _Told(values)
    asks = (questions or {}).get(str(reason.values.get("rule", "")))
    if asks is None:
        return said
    return words.gettext(_BECAUSE) % {"said": said, "because": asks.get(lang) or asks.get("en", "")}


def _days_too_early(reason: Reason) -> int | None:
    """By how many days a dose missed its distance; None for a reason that tells of none."""
    days, since, valid_from = (reason.values.get(name) for name in ("days", "since", "valid_from"))
    if isinstance(days, int) and isinstance(since, date) and isinstance(valid_from, date):
        return (valid_from - since).days - days
    return None


def say_withheld(lang: str) -> str:
    """What is said in place of a reason that the listener may not be told."""
    return translations(lang).gettext(_WITHHELD)


class _Told(dict[str, str]):
    """The values of a reason; one that the engine left out reads as a dash rather than failing the page."""

    def __missing__(self, name: str) -> str:
        return "—"


def _value(name: str, value: str | int | date, lang: str, vaccine_name: Callable[[str], str], near: date | None) -> str:
    if isinstance(value, date):
        return say_date(value, lang) if near and near.year == value.year else say_full_date(value, lang)
    if name in (*_AGES, *_INTERVALS):
        return say_duration(str(value), lang, of_age=name in _AGES)
    if name in _VACCINES:
        return "/".join(vaccine_name(code.strip()) for code in str(value).split(","))
    if name == "observation":
        return translations(lang).gettext(OBSERVATIONS.get(str(value), str(value)))
    return str(value)
