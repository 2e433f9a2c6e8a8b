"""How a file should look: an opening sentence, a size that can be read, a name that means something, nothing left behind."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.house.imports import modules

LONGEST_FILE = 300
LONGEST_FUNCTION = 30
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
# Written so that this file does not find itself.
LEFT_BEHIND = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b|breakpoint\(\)")
OWN_PATHS = re.compile(r"(?<![\w.-])/(?:work|root|farm|tmp|home)(?=/)")
HAN = re.compile("[\u3400-\u9fff]")
SPEAKS = ("language", "web.rendering")  # patterns of dates; the name of each language in itself
SWALLOWED = re.compile(r"except(?: Exception| BaseException)?:\s*(?:#.*)?\n\s*(?:pass|\.\.\.|continue)\b")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_opening(root: Path) -> list[str]:
    """Modules that do not say what they decide."""
    return [
        f"{module.name}: open with one or two sentences on what it decides and what it leaves to whom"
        for module in modules(root)
        if module.tree.body and not ast.get_docstring(module.tree)
    ]


def too_long(root: Path) -> list[str]:
    """Files and functions that have outgrown their name."""
    complaints = []
    for module in modules(root):
        lines = len(module.path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            complaints.append(f"{module.name}: {lines} lines; split it by meaning ({LONGEST_FILE} at most)")
        for function, length in _functions(module.tree):
            if length > LONGEST_FUNCTION:
                complaints.append(f"{module.name}.{function}: {length} lines; give its steps names ({LONGEST_FUNCTION} at most)")
    return complaints


def _functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each function and the lines of its body; signature and docstring are not counted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_docstring = ast.get_docstring(node, clean=False) is not None
            body = node.body[1:] if has_docstring else node.body
            yield node.name, ((node.end_lineno or node.lineno) - body[0].lineno + 1 if body else 0)


def empty_names(root: Path) -> list[str]:
    """Modules and folders named after nothing."""
    return [
        f"{module.name}: name it after what it does"
        for module in modules(root)
        if EMPTY_NAMES & set(module.name.split("."))
    ]


def swallowed_errors(root: Path) -> list[str]:
    """Handlers that catch everything and say nothing."""
    return [
        f"{module.name}: an error is caught and dropped; catch the one expected, or let it be seen"
        for module in modules(root)
        if SWALLOWED.search(module.path.read_text(encoding="utf-8"))
    ]


def words_in_code(root: Path) -> list[str]:
    """Chinese words in the package's strings: they belong into catalogues, templates or data."""
    complaints = []
    for module in modules(root):
        if module.name.split(".", 1)[-1].startswith(SPEAKS):
            continue
        docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(module.tree) if isinstance(node, _DOCUMENTED)}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docstrings and HAN.search(node.value):
                complaints.append(f"{module.name} line {node.lineno}: put these words into a catalogue, a template or a data file")
    return complaints


def leftovers(root: Path, tracked: Iterable[str]) -> list[str]:
    """Paths of somebody's own machine and notes to oneself in tracked text files."""
    complaints = []
    for name in tracked:
        path = root / name
        if not path.is_file():  # removed and not yet committed
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a font, a picture, a workbook
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if OWN_PATHS.search(line):
                complaints.append(f"{name} line {number}: a path of one machine")
            if LEFT_BEHIND.search(line):
                complaints.append(f"{name} line {number}: something left for later; do it, or open an issue")
    return complaints
