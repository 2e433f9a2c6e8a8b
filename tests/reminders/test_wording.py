"""What a text says in each language, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from vaxcard.errors import SettingsError
from vaxcard.records.messages import MessageKind
from vaxcard.reminders import wording
from vaxcard.reminders.wording import Facts, language_of, languages, parts, word

SATURDAY = date(2026, 6, 20)
MORNING = ((time(8), time(11, 30)),)
FACTS = Facts("清河社区卫生服务中心", "0571-88880000", ("朵朵",), SATURDAY, date(2026, 6, 17), MORNING, "483920", "10")


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_kind_is_written_in_every_language(kind: MessageKind, lang: str) -> None:
    text = word(kind, lang, FACTS)
    assert text.startswith("【清河社区卫生服务中心】")
    assert all(told in text for told in ("朵朵", "0571-88880000"))
    assert "$" not in text
    assert ("483920" in text) is (kind is MessageKind.CODE)


@pytest.mark.parametrize("kind", list(MessageKind))
def test_a_chinese_text_about_one_child_fits_one_part(kind: MessageKind) -> None:
    assert parts(word(kind, "zh", FACTS)) == 1


def test_the_day_is_told_with_its_weekday_and_the_clinics_hours() -> None:
    assert "朵朵该打疫苗了：6月20日 星期六 8:00–11:30，" in word("before", "zh", FACTS)
    assert "due for 朵朵: Sat 20 June, 8:00–11:30." in word("before", "en", FACTS)


@pytest.mark.parametrize("kind", ["today", "missed"])
def test_a_visit_on_the_day_of_sending_is_told_as_today(kind: str) -> None:
    facts = replace(FACTS, send_on=SATURDAY)
    assert "今天 8:00–11:30" in word(kind, "zh", facts) and "6月" not in word(kind, "zh", facts)
    assert "today, 8:00–11:30" in word(kind, "en", facts)


def test_both_sessions_of_a_day_are_told() -> None:
    facts = replace(FACTS, hours=(*MORNING, (time(13, 30), time(16))))
    assert "8:00–11:30、13:30–16:00" in word("before", "zh", facts)
    assert "8:00–11:30 and 13:30–16:00" in word("before", "en", facts)


def test_who_comes_late_is_told_that_nothing_starts_again() -> None:
    assert "不用从头打" in word("missed", "zh", FACTS)
    assert "nothing starts again" in word("missed", "en", FACTS)


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind not in (MessageKind.CHECK, MessageKind.CODE, MessageKind.RECALL)])
def test_a_family_is_asked_for_booklet_and_card(kind: MessageKind) -> None:
    assert "带接种证和卡" in word(kind, "zh", FACTS)
    assert "Bring the booklet and the card." in word(kind, "en", FACTS)


def test_a_telephone_that_nobody_told_is_not_mentioned() -> None:
    text = word("before", "zh", Facts("清河卫生院", None, ("朵朵",), SATURDAY, date(2026, 6, 17)))
    assert text == "【清河卫生院】朵朵该打疫苗了：6月20日 星期六，带接种证和卡。"


@pytest.mark.parametrize(
    ("names", "zh", "en"),
    [
        (("朵朵",), "朵朵该打", "for 朵朵: "),
        (("朵朵", "阳阳"), "朵朵和阳阳该打", "for 朵朵 and 阳阳: "),
        (("朵朵", "阳阳", "山山"), "朵朵、阳阳和山山该打", "for 朵朵, 阳阳 and 山山: "),
    ],
)
def test_children_are_listed_as_one_would_say_it(names: tuple[str, ...], zh: str, en: str) -> None:
    facts = Facts("清河卫生院", None, names, SATURDAY, date(2026, 6, 17))
    assert zh in word("before", "zh", facts)
    assert en in word("before", "en", facts)


def test_no_exclamation_mark_and_no_honorific() -> None:
    texts = [word(kind, "zh", FACTS) for kind in MessageKind]
    assert not any(mark in text for text in texts for mark in "！!您请")


def test_a_recall_names_no_vaccine_and_says_whom_to_ring() -> None:
    assert "接种证和卡" in word("recall", "zh", FACTS) and "电话0571" in word("recall", "zh", FACTS)


def test_a_dollar_in_a_name_stays_a_dollar() -> None:
    assert "$100" in word("before", "zh", Facts("清河", None, ("$100",), SATURDAY, SATURDAY))


@pytest.mark.parametrize(
    ("wanted", "lang"),
    [(("en-GB", "zh"), "en"), (("fr", "zh"), "zh"), ((None, "zh-Hans"), "zh"), (("../en", "zh"), "zh")],
)
def test_the_first_language_that_can_be_written_is(wanted: tuple[str | None, ...], lang: str) -> None:
    assert language_of(*wanted) == lang


def test_a_language_without_templates_is_told() -> None:
    with pytest.raises(SettingsError, match="add a folder"):
        language_of(None, "fr")


def test_a_missing_template_is_told_by_its_name() -> None:
    with pytest.raises(SettingsError, match="zh/birthday.txt"):
        word("birthday", "zh", FACTS)


# Parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # two places each
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 153, 3),  # the euro would be torn: it opens the second part, and the last letter a third
        ("疫" * 70, 1),
        ("疫" * 71, 2),
        ("疫" * 134, 2),
        ("疫" * 135, 3),
        ("a" * 70 + "’", 2),  # one curly quote turns the whole text into UCS-2
        ("𬀩" * 35, 1),  # two code units each
        ("𬀩" * 36, 2),
        ("疫" * 66 + "𬀩" + "疫" * 66, 3),
        ("", 1),
    ],
)
def test_parts_are_counted_as_the_networks_do(text: str, expected: int) -> None:
    assert parts(text) == expected


def test_the_default_alphabet_is_complete() -> None:
    assert len(wording._GSM7) == 127  # 128 places, one of them the escape to what costs two
