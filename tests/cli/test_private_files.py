"""What commands write is readable to the account that runs them, and to nobody else."""

from __future__ import annotations

import os
from pathlib import Path

from tests.cli.conftest import Run
from tests.records.roster_books import CHILD_HEADINGS, DOSE_HEADINGS, book, child, dose


def test_registry_cards_report_and_backup_are_for_their_owner_alone(vaxcard: Run, tmp_path: Path) -> None:
    given = book(tmp_path / "given.xlsx", {"儿童": [CHILD_HEADINGS, child()], "接种": [DOSE_HEADINGS, dose()]})
    usual = os.umask(0o022)
    try:
        for arguments in (
            ("db", "upgrade"),
            ("roster", "import", given.name, "--report", "report.xlsx"),
            ("roster", "import", given.name, "--report", "report.json"),
            ("cards", "print", "--all", "--out", "cards.pdf"),
            ("db", "backup", "backup.db"),
        ):
            done = vaxcard(*arguments)
            assert done.returncode == 0, done.stderr
    finally:
        os.umask(usual)
    written = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir() if path.is_file() and path != given}
    assert {"registry.db", "report.xlsx", "report.json", "backup.db", "backup.db.manifest.json"} <= written.keys()
    assert any(name.endswith(".pdf") for name in written)
    assert not [name for name, others in written.items() if others]
