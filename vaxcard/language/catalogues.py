"""Catalogues of what is said in which language: gettext files whose msgids are the English text.

A language is a folder with a `vaxcard.po`; nothing is compiled beforehand, so that a translator's change is one file.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from vaxcard.errors import NotFound

SOURCE_LANGUAGE = "en"  # the language of the msgids


def folder() -> Path:
    """Where the catalogues are: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "catalogues"
    return inside if inside.is_dir() else package.parent / "catalogues"


def catalogue_file(lang: str) -> Path:
    """The file that holds a language's words."""
    return folder() / lang / "LC_MESSAGES" / "vaxcard.po"


@cache
def languages() -> tuple[str, ...]:
    """Every language that pages can be had in: those with a catalogue, then the one of the msgids."""
    found = sorted(path.parts[-3] for path in folder().glob("*/LC_MESSAGES/vaxcard.po"))
    return (*(lang for lang in found if lang != SOURCE_LANGUAGE), SOURCE_LANGUAGE)


@cache
def translations(lang: str) -> NullTranslations:
    """The words of a language, read once. Raises NotFound for a language that has no catalogue."""
    if lang not in languages():
        raise NotFound(f"there is no catalogue for {lang}", place="language", advice=f"choose one of {', '.join(languages())}")
    path = catalogue_file(lang)
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=lang, domain="vaxcard")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="vaxcard")


def marked(text: str) -> str:
    """The text itself: marks a sentence in code for the catalogues, to be looked up where it is said."""
    return text
