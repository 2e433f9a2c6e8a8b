"""`vaxcard schedule assess --cdsi`, run as people run it on made-up supporting data."""

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.schedule.cdsi.supporting_data import ALPHA_ONLY, antigen_file, dose, series

PATIENT = {
    "id": "a",
    "born_on": "2020-01-01",
    "sex": "female",
    "assessed_on": "2022-01-01",
    "doses": [{"given_on": "2020-03-01", "cvx": "900", "mvx": None}],
    "observations": [{"code": "050", "on": None, "value": "invented"}],
}


def write(folder: Path, antigen: str) -> Path:
    """A folder of supporting data, file names with blanks and all."""
    folder.mkdir()
    (folder / "ScheduleSupportingData.xml").write_text(ALPHA_ONLY, encoding="utf-8")
    (folder / "AntigenSupportingData- Alpha-508.xml").write_text(antigen, encoding="utf-8")
    return folder


def test_patients_are_assessed_against_a_folder_of_supporting_data(vaxcard: Run, tmp_path: Path) -> None:
    folder = write(tmp_path / "supporting data", antigen_file(series(dose(), dose(2))))
    lines = [json.dumps(PATIENT), json.dumps({**PATIENT, "doses": [{"given_on": "2020-03-01", "cvx": "777"}]})]
    done = vaxcard("schedule", "assess", "--cdsi", str(folder), typed="\n".join(lines))
    good, bad = map(json.loads, done.stdout.splitlines())
    assert good["doses"][0] | {"reasons": []} == {
        "n": 1, "given_on": "2020-03-01", "vaccine": "900", "group": "Alphas", "dose": 1, "status": "valid", "reasons": [],
    }  # fmt: skip
    assert (good["forecasts"][0]["group"], good["forecasts"][0]["dose"]) == ("Alphas", 2)
    assert bad["id"] == "a" and "777" in bad["error"]
    assert done.returncode == 1


def test_data_that_cannot_be_read_is_refused_with_file_and_element(vaxcard: Run, tmp_path: Path) -> None:
    folder = write(tmp_path / "supporting data", antigen_file(series(dose(minAge="soon"))))
    done = vaxcard("schedule", "assess", "--cdsi", str(folder), typed=json.dumps(PATIENT))
    assert done.returncode != 0 and not done.stdout
    assert "AntigenSupportingData- Alpha-508.xml" in done.stderr and "minAge" in done.stderr
    assert "Traceback" not in done.stderr
