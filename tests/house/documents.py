"""What README, glossary, safety case and catalogues promise, held against what is there."""

import ast
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from tests.house.imports import PACKAGE

CODE = re.compile(r"`([^`\n]+)`")
TEST_NAME = re.compile(r"\btest_\w+")


def tree_differences(root: Path, readme: str) -> list[str]:
    """Rooms on disk that the README's tree does not show, and rooms that it shows and nobody built."""
    tree = drawn_tree(readme)
    if not tree:
        return [f"README.md: draw the tree of {PACKAGE}/ in a fenced block that starts with `{PACKAGE}/`"]
    package = root / PACKAGE
    drawn = {name for line in tree if line.startswith("  ") for name in _names(line)}
    built = {f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").exists()}
    built |= {path.name for path in package.glob("*.py") if path.name != "__init__.py"}
    outside = {name for line in tree if not line.startswith(" ") for name in re.findall(r"[a-z_]+/(?=\s)", line)}
    complaints = [f"README.md: the tree lacks {name}" for name in sorted(built - drawn)]
    complaints += [f"README.md: the tree shows {name}, which is not there" for name in sorted(drawn - built)]
    return complaints + [f"README.md: there is no {name}" for name in sorted(outside) if not (root / name).is_dir()]


def drawn_tree(readme: str) -> list[str]:
    """The lines below `vaxcard/` in the fenced block that starts with it."""
    blocks = re.findall(r"```\w*\n(.*?)```", readme, flags=re.DOTALL)
    trees = [block.splitlines() for block in blocks if block.split()[:1] == [f"{PACKAGE}/"]]
    return trees[0][1:] if trees else []


def _names(line: str) -> list[str]:
    """`room/` and `module.py` at the head of a line, before what it says of them."""
    head = re.match(r"\s*(?:[a-z_]+(?:/|\.py)(?:\s+|$))+", line)
    return head.group().split() if head else []


def unwritten_words(root: Path, glossary: str) -> list[str]:
    """Code words of the glossary (`in code` column) that no source or rule file contains."""
    sources = [path.read_text(encoding="utf-8") for pattern in ("*.py", "*.toml") for path in (root / PACKAGE).rglob(pattern)]
    written = set(re.findall(r"\w+", "\n".join(sources)))
    missing = []
    for row in glossary.splitlines():
        cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
        if row.startswith("|") and len(cells) >= 3:
            words = [word for code in CODE.findall(cells[1]) for word in re.findall(r"\w+", code)]
            missing += [f"GLOSSARY.md: no code says `{word}`" for word in words if word not in written]
    return missing


def missing_tests(root: Path, document: str, name: str) -> list[str]:
    """Tests, and scenarios by their title in “…”, that a document names as proof and nobody wrote."""
    defined = tests_defined(root)
    named = sorted(set(TEST_NAME.findall(document)) - {path.stem for path in (root / "tests").rglob("test_*.py")})
    titles = scenario_titles(root)
    complaints = [f"{name}: no test is called {test}" for test in named if test not in defined]
    return complaints + [f"{name}: no scenario says “{title}”" for title in re.findall("“([^…”]+)”", document) if title not in titles]


def scenario_titles(root: Path) -> set[str]:
    """The sentence at the head of every clinical scenario."""
    files = (root / "tests" / "schedule" / "cases").glob("*.toml")
    return {case["title"] for path in files for case in tomllib.loads(path.read_text(encoding="utf-8")).get("case", [])}


def tests_defined(root: Path) -> set[str]:
    """The name of every test function, methods of classes included."""
    return {
        node.name
        for path in (root / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def undocumented(commands: Iterable[tuple[str, str | None]], documents: str) -> list[str]:
    """Commands (name and help) without help, or that neither README nor docs/ mention."""
    complaints = []
    for command, help_text in commands:
        if not help_text:
            complaints.append(f"`{command}` has no help")
        if not re.search(rf"{re.escape(command)}(?![\w-])", documents):
            complaints.append(f"`{command}` appears neither in README.md nor in docs/")
    return complaints


def unguided_settings(root: Path, guide: str) -> list[str]:
    """Settings that the package asks for and the operating guide does not explain."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (root / PACKAGE).rglob("*.py"))
    asked = set(re.findall(r"VAXCARD_([A-Z_]*[A-Z])", source)) | set(re.findall(r"\bsetting\(\"([A-Z_]+)\"", source))
    return [f"docs/operating.md: `VAXCARD_{name}` is missing" for name in sorted(asked) if f"`VAXCARD_{name}`" not in guide]


def broken_links(root: Path, names: Iterable[str]) -> list[str]:
    """Relative links of our documents that lead nowhere."""
    complaints = []
    for name in names:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", (root / name).read_text(encoding="utf-8")):
            if not (root / name).parent.joinpath(target).exists():
                complaints.append(f"{name}: links to {target}, which is not there")
    return complaints
