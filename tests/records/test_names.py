"""Names as they are kept: nothing in them that cannot be seen, in whatever script they are written."""

from __future__ import annotations

import pytest

from vaxcard.records.characters import has_a_letter, named_if_unseen, visible
from vaxcard.records.names import tidy_name

UYGHUR, TIBETAN, MONGOLIAN = "ئايگۈل تۇرسۇن", "བཀྲ་ཤིས་སྒྲོལ་མ", "ᠰᠠᠷᠠᠨ᠎ᠠ"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("云\u200b朵朵", "云朵朵"),
        ("\u202e云朵朵\u202c", "云朵朵"),
        ("云朵\u2066朵\u2069", "云朵朵"),
        ("\ufeff云朵朵\u3164", "云朵朵"),
        ("云\u200d朵朵", "云朵朵"),
        (" 云 朵 朵 ", "云朵朵"),
        ("Anna\u00ad \u200e Lind", "Anna Lind"),
        (UYGHUR, UYGHUR),
        (TIBETAN, TIBETAN),
        (MONGOLIAN, MONGOLIAN),
        ("می\u200cنا", "می\u200cنا"),
        ("\u200dمینا\u200c", "مینا"),
    ],
)
def test_a_name_is_kept_without_what_cannot_be_seen(written: str, kept: str) -> None:
    assert tidy_name(written) == kept


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        *((name, True) for name in ("云", "A", UYGHUR, TIBETAN, MONGOLIAN)),
        *((name, False) for name in ("", "😀👶", "123", "***", "\u200b", "\u202e", "\u2066", "\u3164", "\u115f")),
    ],
)
def test_a_name_needs_a_letter(text: str, readable: bool) -> None:
    assert has_a_letter(text) is readable


def test_a_report_names_what_cannot_be_seen() -> None:
    assert named_if_unseen("云\u202e朵\u3164") == "云‹U+202E›朵‹U+3164›"
    assert named_if_unseen(UYGHUR) == UYGHUR


def test_codes_keep_no_joiners() -> None:
    assert visible("2024\u200d01\u200c", joiners="") == "202401"
