"""What `vaxcard roster` answers: its exit status, what waits, and an import taken back."""

import re
from pathlib import Path

from tests.cli.conftest import Run
from tests.records.roster_books import child, dose, roster


def test_the_exit_status_tells_whether_rows_wait(vaxcard: Run, tmp_path: Path) -> None:
    sound = vaxcard("roster", "import", str(roster(tmp_path / "sound.xlsx", [child()], [dose()])))
    assert (sound.returncode, sound.stderr.count("Traceback")) == (0, 0)
    waiting = vaxcard("roster", "import", str(roster(tmp_path / "odd.xlsx", [child()], [dose(), dose(疫苗名称="白白破")])))
    assert waiting.returncode == 1
    assert "doses: 0 stored, 1 unchanged, 1 refused" in waiting.stdout
    (tmp_path / "no.xlsx").write_text("no workbook", encoding="utf-8")
    unreadable = vaxcard("roster", "import", str(tmp_path / "no.xlsx"))
    assert unreadable.returncode == 2
    assert "not an .xlsx workbook" in unreadable.stderr


def test_a_warning_alone_leaves_nothing_waiting(vaxcard: Run, tmp_path: Path) -> None:
    assert vaxcard("roster", "import", str(roster(tmp_path / "r.xlsx", [child()], [dose(疫苗批号=None)]))).returncode == 0


def test_what_waits_is_listed_and_settled_by_a_person(vaxcard: Run, tmp_path: Path) -> None:
    vaxcard("roster", "import", str(roster(tmp_path / "odd.xlsx", [child()], [dose(疫苗名称="白白破")])))
    vaxcard("staff", "add", "zhou", "--name", "周小敏", "--role", "vaccinator")
    listed = vaxcard("roster", "review").stdout
    assert "sheet 接种记录, row 2, 白白破 2024-03-05" in listed and listed.endswith("1 waiting\n")
    item = listed.split()[0]
    assert vaxcard("roster", "review", "--settle", item, "--as", "dismissed").returncode == 2
    nobody = vaxcard("roster", "review", "--settle", item, "--as", "dismissed", "--reason", "asked", "--by", "wu")
    assert nobody.returncode == 2 and "nobody signs in" in nobody.stderr
    settled = vaxcard("roster", "review", "--settle", item, "--as", "dismissed", "--reason", "no such dose", "--by", "zhou")
    assert settled.returncode == 0
    assert vaxcard("roster", "review").stdout == "nothing waits\n"


def test_an_import_is_listed_and_taken_back(vaxcard: Run, tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", [child()], [dose()])
    found = re.search(r"import: (\S+)", vaxcard("roster", "import", str(path)).stdout)
    assert found is not None
    assert f"{found[1]}  " in vaxcard("roster", "runs").stdout
    undone = vaxcard("roster", "undo", found[1], "--reason", "the wrong file")
    assert undone.stdout.splitlines() == [
        "doses: 1 voided, 0 kept as corrected since",
        "children: 1 taken off file, 0 kept as touched since",
    ]
    assert "taken back" in vaxcard("roster", "runs").stdout
    assert vaxcard("roster", "import", str(path)).returncode == 0
