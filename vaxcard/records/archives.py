"""The archive that a workbook is, looked through before any of it is parsed: what cannot be a roster is refused while it is small.

An .xlsx of some hundred KB can unpack to gigabytes. Whatever is parsed is held to the limits below.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from vaxcard.errors import InputFault

LARGEST_SHEETS = 128 << 20  # bytes of all sheets, unpacked: some 150,000 doses
LARGEST_STRINGS = 64 << 20  # bytes of the table of texts, which is held in memory as a whole
LARGEST_OTHER = 4 << 20  # bytes of any other part that is parsed: styles, the list of sheets
_BLOCK = 1 << 20  # no cell is as long: a block without a tag in it belongs to a text that no spreadsheet program writes
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def look_through(path: Path) -> bool:
    """Whether any sheet holds a formula. Raises InputFault where the archive is damaged or unpacks to more than a roster can."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path.name)
            return any([_has_formula(archive, part, path.name) for part in archive.infolist() if _is_parsed(part)])
    except _DAMAGE as fault:
        advice = "export it again, or copy it once more"
        raise InputFault("the workbook is damaged or not complete", place=path.name, advice=advice) from fault


def _is_parsed(part: zipfile.ZipInfo) -> bool:
    return part.filename.casefold().endswith((".xml", ".rels"))


def _check_sizes(archive: zipfile.ZipFile, place: str) -> None:
    sheets = 0
    for part in filter(_is_parsed, archive.infolist()):
        is_sheet, is_strings = "worksheets/" in part.filename, "sharedstrings" in part.filename.casefold()
        sheets += part.file_size if is_sheet else 0
        largest = LARGEST_SHEETS if is_sheet else LARGEST_STRINGS if is_strings else LARGEST_OTHER
        if part.file_size > largest or sheets > LARGEST_SHEETS:
            problem = f"the workbook unpacks to more than the {largest >> 20} MB that are read of its {_word(is_sheet, is_strings)}"
            raise InputFault(problem, place=place, advice="split it into several workbooks, and leave out sheets that are no roster")


def _word(is_sheet: bool, is_strings: bool) -> str:
    return "sheets" if is_sheet else "texts" if is_strings else "styles"


def _has_formula(archive: zipfile.ZipFile, part: zipfile.ZipInfo, place: str) -> bool:
    """Read a part once, in blocks: a text without end and declarations that multiply themselves are refused here."""
    found, tail = False, b""
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            if b"<" not in block and len(block) == _BLOCK:
                raise InputFault("a cell holds more text than any cell can", place=place, advice="export the workbook again")
            if b"<!DOCTYPE" in (tail + block).replace(b"\0", b""):
                raise InputFault("the workbook holds declarations that no workbook needs", place=place, advice="save it anew as .xlsx")
            found = found or ("worksheets/" in part.filename and _FORMULA.search(tail + block) is not None)
            tail = block[-32:]
    return found
