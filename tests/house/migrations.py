"""The migrations as files: numbered without a gap, one chain, no models, both ways."""

import ast
import re
from pathlib import Path

NUMBERED = re.compile(r"^(\d{4})_[a-z0-9_]+\.py$")


def faults_in_the_chain(folder: Path) -> list[str]:
    """Complaints about the numbered files in `folder` (migrations/versions)."""
    files = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    complaints = [f"{path.name}: call it NNNN_what_it_does.py" for path in files if not NUMBERED.match(path.name)]
    previous: str | None = None
    for number, path in enumerate((path for path in files if NUMBERED.match(path.name)), start=1):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        stated = _constants(tree)
        if path.name[:4] != f"{number:04}":
            complaints.append(f"{path.name}: number {number:04} was expected")
        if stated.get("revision") != path.name[:4]:
            complaints.append(f"{path.name}: revision should be {path.name[:4]!r}")
        if stated.get("down_revision") != previous:
            complaints.append(f"{path.name}: down_revision should be {previous!r}")
        complaints += _faults_inside(path.name, tree)
        previous = path.name[:4]
    return complaints


def _faults_inside(name: str, tree: ast.Module) -> list[str]:
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    complaints = [f"{name}: it has no {way}()" for way in ("upgrade", "downgrade") if way not in functions]
    for node in ast.walk(tree):
        module = getattr(node, "module", None) if isinstance(node, ast.ImportFrom) else None
        names = [module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if any(imported.split(".")[0] == "vaxcard" for imported in names):
            complaints.append(f"{name}: imports our models, which will have changed when it runs; write the tables out")
    return complaints


def _constants(tree: ast.Module) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
            found[target.id] = value.value
    return found
