"""The house rules that test themselves; the checks are in tests/house/, and each is shown here to fail on a broken tree."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from tests.house import documents, homes, imports, migrations, shape

ROOT = Path(__file__).resolve().parents[1]


def none(complaints: list[str]) -> None:
    """Fail with every complaint, one a line."""
    assert not complaints, "\n" + "\n".join(complaints)


def tracked_files() -> list[str]:
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout: which files belong to the project is not known")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


# Floors


def test_imports_go_down_only() -> None:
    none(imports.broken_floors(ROOT))


def test_each_library_stays_in_its_home() -> None:
    none(imports.homeless_libraries(ROOT, homes.HOMES, homes.IN_SIGNATURES))


def test_nobody_below_the_doors_asks_the_clock_or_makes_an_id() -> None:
    none(imports.stray_clocks(ROOT))


def test_only_those_who_start_things_read_the_environment() -> None:
    none(imports.stray_settings(ROOT))


def test_every_dependency_has_a_home_or_a_reason() -> None:
    declared = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    names = [re.split(r"[\[<>=!~ ;]", line)[0] for line in declared]
    placed = homes.HOMES.keys() | homes.NOT_IMPORTED.keys()
    none([f"{name}: add it to tests/house/homes.py" for name in names if homes.IMPORT_NAMES.get(name, name) not in placed])


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("schedule/timing.py", "from vaxcard.records import chart", "schedule imports records"),
        ("schedule/timing.py", "from ..records import chart", "schedule imports records"),
        ("schedule/timing.py", "from vaxcard import cards", "schedule imports cards"),
        ("cards/layout.py", "def draw():\n    import vaxcard.reminders.planning", "cards imports reminders"),
        ("records/doses.py", "from vaxcard.language import say_reason", "rows keep codes"),
        ("attic/old.py", "import vaxcard.errors", "attic has no floor"),
    ],
)
def test_a_broken_floor_is_found(tmp_path: Path, file: str, line: str, complaint: str) -> None:
    plant(tmp_path, file, line)
    (found,) = imports.broken_floors(tmp_path)
    assert complaint in found
    assert file.removesuffix(".py").replace("/", ".") in found


def test_an_import_downward_is_no_fault(tmp_path: Path) -> None:
    plant(tmp_path, "web/counter.py", "from vaxcard.records import search\nfrom .family import page\nimport vaxcard.errors")
    none(imports.broken_floors(tmp_path))


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("cards/layout.py", "import sqlalchemy.orm", "its home is vaxcard.records"),
        ("records/doses.py", "def later():\n    from numpy import array", "it has no home"),
    ],
)
def test_a_library_out_of_its_home_is_found(tmp_path: Path, file: str, line: str, complaint: str) -> None:
    plant(tmp_path, file, line)
    (found,) = imports.homeless_libraries(tmp_path, homes.HOMES)
    assert complaint in found


@pytest.mark.parametrize("line", ["x = date.today()", "x = datetime.datetime.now(UTC)", "x = time.time()", "f(default=uuid4)"])
def test_a_clock_below_the_doors_is_found(tmp_path: Path, line: str) -> None:
    plant(tmp_path, "records/doses.py", line)
    plant(tmp_path, "api/doses.py", line)
    (found,) = imports.stray_clocks(tmp_path)
    assert "vaxcard.records.doses line 2" in found


def test_a_setting_read_below_the_start_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "api/doses.py", "import os\nX = os.environ['X']")
    (found,) = imports.stray_settings(tmp_path)
    assert "vaxcard.api.doses line 3" in found


# The shape of a file


def test_every_module_says_what_it_decides() -> None:
    none(shape.without_opening(ROOT))


def test_no_file_or_function_has_outgrown_its_name() -> None:
    none(shape.too_long(ROOT))


def test_nothing_is_named_after_nothing() -> None:
    none(shape.empty_names(ROOT))


def test_no_error_is_swallowed() -> None:
    none(shape.swallowed_errors(ROOT))


def test_no_chinese_word_stands_in_code() -> None:
    none(shape.words_in_code(ROOT))


def test_nothing_personal_or_unfinished_is_left_in_a_file() -> None:
    none(shape.leftovers(ROOT, tracked_files()))


def test_a_file_out_of_shape_is_found(tmp_path: Path) -> None:
    long_function = "def f():\n" + "    x = 1\n" * 31
    plant(tmp_path, "records/utils.py", long_function + "try:\n    f()\nexcept Exception:\n    pass\n" + "y = 1\n" * 300)
    (tmp_path / "vaxcard/records/silent.py").write_text("x = 1\n")
    assert len(shape.too_long(tmp_path)) == 2
    assert len(shape.empty_names(tmp_path)) == 1
    assert len(shape.swallowed_errors(tmp_path)) == 1
    plant(tmp_path, "cards/layout.py", 'TITLE = "\u75ab\u82d7"')
    assert len(shape.words_in_code(tmp_path)) == 1
    assert [complaint.split(":")[0] for complaint in shape.without_opening(tmp_path)] == ["vaxcard.records.silent"]


def test_a_docstring_does_not_make_a_function_long(tmp_path: Path) -> None:
    plant(tmp_path, "records/doses.py", 'def f():\n    """Says.\n' + "\n    much.\n" * 30 + '    """\n' + "    x = 1\n" * 30)
    none(shape.too_long(tmp_path))


def test_a_path_of_one_machine_is_found(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("see " + "/".join(["", "root", "notes"]) + "\n" + "FIX" + "ME later\n")
    assert len(shape.leftovers(tmp_path, ["notes.md"])) == 2


# Migrations as files; tests/records/ runs them


def test_migrations_are_one_numbered_chain_without_models() -> None:
    none(migrations.faults_in_the_chain(ROOT / "migrations" / "versions"))


def test_a_gap_and_an_imported_model_are_found(tmp_path: Path) -> None:
    (tmp_path / "0001_first.py").write_text('revision = "0001"\ndown_revision = None\ndef upgrade(): ...\ndef downgrade(): ...\n')
    (tmp_path / "0003_third.py").write_text('import vaxcard.records\nrevision = "0003"\ndown_revision = "0002"\ndef upgrade(): ...\n')
    complaints = "\n".join(migrations.faults_in_the_chain(tmp_path))
    assert "number 0002 was expected" in complaints
    assert "down_revision should be '0001'" in complaints
    assert "it has no downgrade()" in complaints
    assert "imports our models" in complaints


# Documents


def test_the_readme_draws_the_tree_that_is_there() -> None:
    none(documents.tree_differences(ROOT, read("README.md")))


def test_every_word_of_the_glossary_is_said_in_code() -> None:
    none(documents.unwritten_words(ROOT, read("GLOSSARY.md")))


def test_every_test_that_the_safety_case_names_exists() -> None:
    none(documents.missing_tests(ROOT, read("docs/safety.md"), "docs/safety.md"))


def test_the_changelog_begins_with_this_version() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## (\S+?),", read("CHANGELOG.md"), flags=re.MULTILINE)
    assert newest and newest.group(1) == version


def test_every_link_in_the_documents_leads_somewhere() -> None:
    none(documents.broken_links(ROOT, [name for name in tracked_files() if name.endswith(".md")]))


def test_every_command_has_help_and_is_in_the_documents() -> None:
    from vaxcard.cli import commands

    written = "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    none(documents.undocumented(commands_below(commands, "vaxcard"), written))


def test_every_setting_is_in_the_operating_guide() -> None:
    none(documents.unguided_settings(ROOT, read("docs/operating.md")))


def test_a_document_that_has_fallen_behind_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "records/doses.py", "class DoseRecord: ...")
    readme = "```\nvaxcard/\n  records/   rows\n  attic/     old things\n```"
    assert documents.tree_differences(tmp_path, readme) == ["README.md: the tree shows attic/, which is not there"]
    assert documents.unwritten_words(tmp_path, "| dose | `DoseRecord`, `Shot` | a fact |") == ["GLOSSARY.md: no code says `Shot`"]
    assert documents.missing_tests(tmp_path, "`test_nobody_wrote`", "x.md") == ["x.md: no test is called test_nobody_wrote"]
    assert documents.missing_tests(tmp_path, "“Nobody says so”", "x.md") == ["x.md: no scenario says “Nobody says so”"]
    assert len(documents.undocumented([("vaxcard do", None)], "vaxcard dose")) == 2
    (tmp_path / "vaxcard/settings.py").write_text('zone = setting("TIME_ZONE", "UTC")')
    assert documents.unguided_settings(tmp_path, "`VAXCARD_ZONE`") == ["docs/operating.md: `VAXCARD_TIME_ZONE` is missing"]


def commands_below(command: Any, name: str) -> list[tuple[str, str | None]]:
    """Every command that does something, by its full name, with its help."""
    if not hasattr(command, "list_commands"):
        return [(name, command.help)]
    context = click.Context(command)
    words = command.list_commands(context)
    return [found for word in words for found in commands_below(command.get_command(context, word), f"{name} {word}")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def plant(root: Path, file: str, text: str) -> None:
    """A module of an invented house under `root`, with an opening sentence before `text`."""
    path = root / "vaxcard" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in (path.parent, root / "vaxcard"):
        (folder / "__init__.py").touch()
    path.write_text(f'"""Opens."""\n{text}\n')
