"""Who imports whom: floors, the home of each library, the clock and the settings. Read from the source, never run."""

import ast
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = "vaxcard"

# Low to high; rooms on one line are neighbours and do not know each other.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("keyring",),
    ("schedule",),
    ("language", "guidance"),
    ("records",),
    ("papers",),
    ("cards", "reminders", "proofs", "programme"),
    ("api",),
    ("web",),
    ("settings",),
    ("app",),
    ("worker",),
    ("cli",),
)
HEIGHT = {room: height for height, floor in enumerate(FLOORS) for room in floor}

# Below its importer, and still not to be imported.
CLOSED_DOORS = {
    ("records", "language"): "rows keep codes and facts; sentences are made by whoever speaks to people",
    ("records", "guidance"): "what a family is told is no part of the record",
}

# The clock, chance and ids enter at the doors and are arguments below them.
DOORS = ("api", "web", "settings", "app", "worker", "cli")
CLOCKS = {"today": ("date", "datetime"), "now": ("datetime",), "utcnow": ("datetime",), "time": ("time",)}
NEW_IDS = ("uuid1", "uuid4", "uuid6", "uuid7")
SETTINGS_READERS = ("settings", "app", "worker", "cli")


@dataclass(frozen=True)
class Module:
    """One source file of the package: `name` is dotted and starts with the package's."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room or top-level module that it belongs to; empty for the package's own `__init__`."""
        return (self.name.split(".") + [""])[1]


@dataclass(frozen=True)
class Import:
    """One imported name and where: `target` is dotted and absolute."""

    module: Module
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.module.name} line {self.line}"


def modules(root: Path) -> list[Module]:
    """Every module of the package under `root`, the checkout."""
    return [_module(root, path, path.stat().st_mtime_ns) for path in sorted((root / PACKAGE).rglob("*.py"))]


@cache
def _module(root: Path, path: Path, _changed: int) -> Module:
    parts = path.relative_to(root).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))


def imports(module: Module) -> Iterator[Import]:
    """Every import of a module, wherever it stands: at the top, in a function, relative, or only for the type checker."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(module, node)
            for alias in node.names:
                yield Import(module, f"{source}.{alias.name}", node.lineno)


def broken_floors(root: Path) -> list[str]:
    """Imports that go upward, sideways, or through a closed door."""
    complaints = []
    for module in modules(root):
        for found in imports(module):
            parts = found.target.split(".")
            if parts[0] == PACKAGE and len(parts) > 1:
                complaint = _floor_complaint(module.room, parts[1])
                complaints += [f"{found}: {complaint}"] if complaint else []
    return complaints


def _floor_complaint(room: str, target: str) -> str | None:
    if target == room or target.startswith("__"):
        return None
    if room == "":
        return f"the package itself imports {target}; it must import nothing of ours"
    unknown = [name for name in (room, target) if name not in HEIGHT]
    if unknown:
        return f"{unknown[0]} has no floor; give it one in tests/house/imports.py and in the README's tree"
    if (room, target) in CLOSED_DOORS:
        return f"{room} imports {target}, but {CLOSED_DOORS[room, target]}"
    if HEIGHT[target] >= HEIGHT[room]:
        return f"{room} imports {target}, which is not below it; pass in what is needed, or move it down"
    return None


def homeless_libraries(root: Path, homes: dict[str, dict[str, str]], in_signatures: Collection[str] = ()) -> list[str]:
    """Third-party imports outside the home that the table names (`library -> {module prefix: reason}`)."""
    complaints = []
    for module in modules(root):
        for found in imports(module):
            library = found.target.split(".")[0]
            if library == PACKAGE or library in sys.stdlib_module_names or found.target in in_signatures:
                continue
            allowed = [f"{PACKAGE}.{home}" for home in homes.get(library, {})]
            if not any(module.name == home or module.name.startswith(home + ".") for home in allowed):
                where = f"its home is {', '.join(allowed)}" if allowed else "it has no home in tests/house/homes.py"
                complaints.append(f"{found}: imports {library}, but {where}")
    return complaints


def stray_clocks(root: Path) -> list[str]:
    """Uses of the clock or of fresh ids below the doors."""
    complaints = []
    for module in modules(root):
        if module.room in DOORS:
            continue
        for node in ast.walk(module.tree):
            asked = _asks_the_clock(node)
            if asked:
                complaints.append(f"{module.name} line {node.lineno}: {asked}; take it as an argument")
    return complaints


def _asks_the_clock(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute):
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if owner in CLOCKS.get(node.attr, ()):
            return f"asks the clock ({owner}.{node.attr})"
        if node.attr in NEW_IDS:
            return f"makes an id ({node.attr})"
    if isinstance(node, ast.Name) and node.id in NEW_IDS:
        return f"makes an id ({node.id})"
    return None


def stray_settings(root: Path) -> list[str]:
    """Reads of the environment outside the modules that compose and start."""
    complaints = []
    for module in modules(root):
        if module.room in SETTINGS_READERS:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
                complaints.append(f"{module.name} line {node.lineno}: reads the environment; take the setting as an argument")
    return complaints


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    is_package = module.path.name == "__init__.py"
    base = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*base, node.module] if node.module else base)
