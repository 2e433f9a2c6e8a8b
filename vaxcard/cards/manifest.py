"""The manifest beside a run's files: what each holds and its SHA-256, so that a run that was killed is taken up where it stopped.

It names children and cards by id only. Whether a file is still whole is asked of the disk, not believed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from vaxcard.errors import InputFault


@dataclass(frozen=True)
class PrintedFile:
    """One file of a run: its name, its children, how many cards it holds, its digest, and what is left to write by hand."""

    name: str
    children: tuple[str, ...]
    cards: int
    sha256: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """A run as it stands on disk. `made_for` is what must be the same for a run to be taken up again."""

    run: str
    made_for: dict[str, Any]
    is_numbered: bool
    is_finished: bool
    files: tuple[PrintedFile, ...] = ()

    @property
    def run_id(self) -> UUID:
        """The id of the run's row."""
        return UUID(self.run)

    def with_file(self, path: Path, children: Iterable[UUID], cards: int, notes: Iterable[str], *, is_last: bool) -> Manifest:
        """This manifest and a file more, its digest read back from disk."""
        printed = PrintedFile(path.name, tuple(str(one) for one in children), cards, _digest(path), tuple(notes))
        return replace(self, files=(*self.files, printed), is_finished=is_last)

    def printed(self) -> frozenset[UUID]:
        """The children whose sets are on the files."""
        return frozenset(UUID(child) for file in self.files for child in file.children)

    def totals(self) -> dict[str, int]:
        """Sets, cards and files so far."""
        sets = sum(len(file.children) for file in self.files)
        return {"sets": sets, "cards": sum(file.cards for file in self.files), "files": len(self.files)}


def manifest_path(out: Path) -> Path:
    """Where the manifest of a run to `out` lies."""
    return out.with_name(f"{out.stem}.manifest.json")


def save(manifest: Manifest, out: Path) -> None:
    """Write the manifest, whole or not at all."""
    path = manifest_path(out)
    growing = path.with_name(f".{path.name}.part")
    growing.write_text(json.dumps({**asdict(manifest), "totals": manifest.totals()}, indent=1) + "\n", encoding="utf-8")
    growing.replace(path)


def unfinished(out: Path, made_for: dict[str, Any]) -> Manifest | None:
    """The run to `out` that was killed, with the files that are whole; None where there is none to take up.

    Raises InputFault when one stopped there that was made otherwise: its files would be mixed with other ones.
    """
    path = manifest_path(out)
    if not path.is_file():
        return None
    written = json.loads(path.read_text(encoding="utf-8"))
    if written["is_finished"]:
        return None
    if written["made_for"] != made_for:
        raise InputFault(
            "an unfinished run of another kind has its files here",
            place=path.name,
            advice="finish it with the same options, give another --out, or delete its manifest",
        )
    files = tuple(PrintedFile(**{**file, "children": tuple(file["children"]), "notes": tuple(file["notes"])}) for file in written["files"])
    return Manifest(written["run"], made_for, written["is_numbered"], is_finished=False, files=_whole(files, out))


def _whole(files: tuple[PrintedFile, ...], out: Path) -> tuple[PrintedFile, ...]:
    """The files up to the first that is missing or was changed."""
    for at, file in enumerate(files):
        path = out.with_name(file.name)
        if not path.is_file() or _digest(path) != file.sha256:
            return files[:at]
    return files


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def notes_beside(out: Path) -> tuple[str, ...]:
    """What the run to `out` left to be written by hand, as far as it is; nothing where no run has a manifest there."""
    path = manifest_path(out)
    if not path.is_file():
        return ()
    files = json.loads(path.read_text(encoding="utf-8"))["files"]
    return tuple(dict.fromkeys(note for file in files for note in file["notes"]))
