"""Every text that can be said is in every catalogue, with the same values in it."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from tests.language.extraction import texts
from vaxcard.errors import NotFound
from vaxcard.language import languages, translations
from vaxcard.language.catalogues import SOURCE_LANGUAGE, catalogue_file

VALUES = re.compile(r"%\((\w+)\)s")
TRANSLATED = [lang for lang in languages() if lang != SOURCE_LANGUAGE]


def entries(lang: str) -> dict[str, tuple[str, ...]]:
    """Every msgid, plurals too, with what stands for it."""
    with catalogue_file(lang).open("rb") as file:
        catalogue = read_po(file, locale=lang)
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        said = message.string if isinstance(message.string, tuple | list) else (message.string,)
        found.update({text: tuple(said) for text in ids if text})
    return found


@pytest.mark.parametrize("lang", TRANSLATED)
def test_nothing_is_left_unsaid(lang: str) -> None:
    said = entries(lang)
    wanted = {text for one, many in texts().items() for text in (one, many) if text}
    missing = sorted(text for text in wanted if not all(said.get(text, ("",))))
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_no_catalogue_keeps_what_nobody_says_any_more(lang: str) -> None:
    wanted = {text for one, many in texts().items() for text in (one, many) if text}
    assert not sorted(set(entries(lang)) - wanted)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_translation_asks_for_no_value_that_its_text_does_not_have(lang: str) -> None:
    also_given = {"number", "year"}  # the parts of a date, whichever order a language tells them in
    for text, said in entries(lang).items():
        for each in said:
            assert set(VALUES.findall(each)) <= set(VALUES.findall(text)) | also_given, text


def test_chinese_is_there_and_english_is_the_source() -> None:
    assert languages()[0] == "zh"
    assert languages()[-1] == "en"
    assert translations("en").gettext("Late") == "Late"
    assert translations("zh").gettext("Late") == "该补了"


def test_a_language_without_a_catalogue_is_refused_in_plain_words() -> None:
    with pytest.raises(NotFound, match="choose one of"):
        translations("xx")
