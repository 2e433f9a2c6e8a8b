"""A copy of a registry that can be put back, with a manifest that says what was in it: rows, and the head of every audit chain.

The copy is as sealed as the registry: without the secret key it opens for nobody, so the key is kept apart.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, inspect, select, table
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from vaxcard.errors import InputFault, Refused, SettingsError
from vaxcard.records.audit import AuditEntry, AuditHead
from vaxcard.records.database import Database


def back_up(database: Database, target: Path, now: datetime) -> Path:
    """Copy the registry to `target` and write `target`.manifest.json beside it; returns the manifest's path.

    SQLite is copied by the database itself while others go on writing; PostgreSQL by pg_dump in its custom format.
    Raises Refused where the target exists already.
    """
    if target.exists():
        raise Refused("the backup would overwrite a file", reason="exists", place=target.name, advice="choose another name")
    target.parent.mkdir(parents=True, exist_ok=True)
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            connection.connection.driver_connection.execute("VACUUM INTO ?", (str(target),))  # type: ignore[union-attr]
    else:
        _dump(database.url, target)
    manifest = target.with_name(target.name + ".manifest.json")
    manifest.write_text(json.dumps(_manifest(database, target, now), indent=2) + "\n", encoding="ascii")
    return manifest


def _dump(url: str, target: Path) -> None:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    command = ["pg_dump", "--format=custom", f"--file={target}", f"--dbname={address}"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as fault:
        raise SettingsError("pg_dump is not installed here", advice="install PostgreSQL's client programs") from fault
    except subprocess.CalledProcessError as fault:
        raise SettingsError(
            f"pg_dump failed with status {fault.returncode}", advice="check that the server runs and is not newer"
        ) from None


def _manifest(database: Database, target: Path, now: datetime) -> dict[str, object]:
    with database.reading() as session:
        heads = session.scalars(select(AuditHead).order_by(AuditHead.chain))
        return {
            "made_at": now.isoformat(),
            "file": target.name,
            "sha256": _sha256(target),
            "rows": {name: session.scalar(select(func.count()).select_from(table(name))) for name in _tables(database)},
            "audit_heads": {head.chain: {"number": head.number, "mac": head.mac.hex()} for head in heads},
        }


def check_against(database: Database, manifest: Path) -> list[str]:
    """What a backup's manifest knows and the registry has lost: audit entries, dose rows, children. Empty when nothing is missing.

    Raises InputFault for a file that is no manifest.
    """
    try:
        told = json.loads(manifest.read_text(encoding="ascii"))
        heads, rows = dict(told["audit_heads"]), dict(told["rows"])
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as fault:
        raise InputFault(
            "this is no backup's manifest", place=manifest.name, advice="give FILE.manifest.json of `vaxcard db backup`"
        ) from fault
    with database.reading() as session:
        lost = [f"audit chain {chain}, entry {head['number']}" for chain, head in heads.items() if not _has(session, chain, head)]
        for name in ("children", "doses", "audit_entries"):
            now = session.scalar(select(func.count()).select_from(table(name))) or 0
            if now < rows[name]:
                lost.append(f"{rows[name] - now} rows of {name}")
    return lost


def _has(session: Session, chain: str, head: dict[str, Any]) -> bool:
    """Whether the entry that was a chain's head when the backup was made is still there."""
    entry = session.get(AuditEntry, (chain, head["number"]))
    return entry is not None and entry.mac.hex() == head["mac"]


def _tables(database: Database) -> list[str]:
    """The tables that are there, whichever rooms were entered: not only those that this process has a class for."""
    return sorted(inspect(database.engine).get_table_names())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
