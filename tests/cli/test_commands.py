"""What each command answers, and that no mistake of its user ends in a traceback."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run

PATIENT = {"id": "a", "born_on": "2026-08-24", "sex": "female", "assessed_on": "2026-11-24", "doses": [], "observations": []}
OWN_SECRET = "a-secret-of-the-clinic-that-is-long-enough-for-a-key-ring"


def test_patients_are_assessed_line_by_line_and_a_faulty_one_does_not_stop_the_others(vaxcard: Run) -> None:
    lines = [
        json.dumps(PATIENT),
        "{not json",
        json.dumps({**PATIENT, "id": "b", "born_on": "2026-02-30"}),
        json.dumps({**PATIENT, "id": "c"}),
    ]
    done = vaxcard("schedule", "assess", typed="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [answer["id"] for answer in answers] == ["a", None, "b", "c"]
    assert ["error" in answer for answer in answers] == [False, True, True, False]
    assert "Polio" in answers[0]["due_now"]
    assert answers[0]["engine"] and answers[0]["edition"] and answers[0]["holds_until"]


def test_sound_patients_end_in_status_0(vaxcard: Run) -> None:
    assert vaxcard("schedule", "assess", typed=json.dumps(PATIENT)).returncode == 0


def test_an_unknown_schedule_is_an_error_that_says_which_there_are(vaxcard: Run) -> None:
    done = vaxcard("schedule", "assess", "--schedule", "atlantis")
    assert done.returncode == 2
    assert "atlantis" in done.stderr and "Traceback" not in done.stderr


def test_serving_beyond_this_machine_needs_a_secret_key_of_ones_own(vaxcard: Run) -> None:
    done = vaxcard("serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2
    assert "VAXCARD_SECRET_KEY" in done.stderr and "Traceback" not in done.stderr


def test_serving_beyond_this_machine_waits_for_the_programme_officers_signature(vaxcard: Run) -> None:
    done = vaxcard("serve", "--host", "0.0.0.0", "--port", "0", VAXCARD_SECRET_KEY=OWN_SECRET)
    assert done.returncode == 2
    assert "vaxcard schedule sign" in done.stderr


def test_an_address_too_long_for_the_cards_is_refused_before_serving(vaxcard: Run) -> None:
    done = vaxcard("serve", "--port", "0", VAXCARD_PUBLIC_URL="https://vaccination.records.health.example")
    assert done.returncode == 2
    assert "VAXCARD_QR_VERSION" in done.stderr


def test_an_edition_is_signed_by_name_and_only_if_it_exists(vaxcard: Run) -> None:
    assert "choose one of" in vaxcard("schedule", "sign", "Polio 1066-10-14", "--by", "Officer Li").stderr
    assert vaxcard("schedule", "sign", "--by", "Officer Li").returncode == 2
    done = vaxcard("schedule", "sign", "--all", "--by", "Officer Li")
    assert done.returncode == 0
    assert "signed: Polio 2026-06-17" in done.stdout


def test_cards_are_printed_for_somebody(vaxcard: Run) -> None:
    done = vaxcard("cards", "print", "--out", "cards.pdf")
    assert done.returncode == 2
    assert "--child" in done.stderr


def test_a_list_of_clinics_that_cannot_be_read_is_refused_with_its_place(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "clinics.toml").write_text('[[clinic]]\nname = "Green Hill"\nsessions = { someday = "08:00-11:00" }\n')
    done = vaxcard("clinics", "import", "clinics.toml")
    assert done.returncode == 2
    assert "clinics.toml" in done.stderr and "examples/clinics.toml" in done.stderr


def test_staff_are_added_once_with_a_password_shown_once(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "clinics.toml").write_text('[[clinic]]\nname = "Green Hill"\nphone = "555 0126"\nsessions = { mon = "08:00-11:00" }\n')
    assert vaxcard("clinics", "import", "clinics.toml").returncode == 0
    added = vaxcard("staff", "add", "Ines", "--name", "Ines", "--role", "vaccinator")
    assert added.stdout.startswith("sign-in: Ines ")
    again = vaxcard("staff", "add", "ines", "--name", "Ines", "--role", "vaccinator")
    assert again.returncode == 2
    assert "taken" in again.stderr


def test_a_key_for_a_program_is_shown_once_and_opens_only_its_scopes(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "clinics.toml").write_text('[[clinic]]\nname = "Green Hill"\n')
    vaxcard("clinics", "import", "clinics.toml")
    made = vaxcard("staff", "key", "hospital gateway", "--scope", "scan", "--scope", "read")
    secret = made.stdout.removeprefix("api-key: ").strip()
    assert made.returncode == 0 and len(secret) > 40
    assert secret.encode() not in (tmp_path / "registry.db").read_bytes()
    assert vaxcard("staff", "key", "gateway", "--scope", "everything").returncode == 2


def test_a_file_that_is_no_workbook_is_refused_without_a_traceback(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "roster.xlsx").write_text("name;born\n")
    done = vaxcard("roster", "import", "roster.xlsx")
    assert done.returncode == 2
    assert "roster.xlsx" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30"])
def test_a_day_that_is_no_date_is_refused(vaxcard: Run, day: str) -> None:
    done = vaxcard("reminders", "plan", "--on", day)
    assert done.returncode == 2
    assert "--on" in done.stderr


def test_a_backup_holds_the_registry_and_says_what_is_in_it(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "clinics.toml").write_text('[[clinic]]\nname = "Green Hill"\n')
    vaxcard("clinics", "import", "clinics.toml")
    assert vaxcard("db", "backup", "copy.db").returncode == 0
    manifest = json.loads((tmp_path / "copy.db.manifest.json").read_text())
    assert manifest["rows"]["clinics"] == 1
    assert manifest["audit_heads"]
    assert vaxcard("db", "verify", VAXCARD_DATABASE_URL=f"sqlite:///{tmp_path}/copy.db").returncode == 0
    assert vaxcard("db", "backup", "copy.db").returncode == 2


def test_an_audit_entry_changed_behind_our_back_is_found(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "clinics.toml").write_text('[[clinic]]\nname = "Green Hill"\n')
    vaxcard("clinics", "import", "clinics.toml")
    assert vaxcard("db", "verify").returncode == 0
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        connection.execute("DROP TRIGGER audit_entries_refuse_update")
        connection.execute("UPDATE audit_entries SET actor = 'staff:nobody'")
    connection.close()
    done = vaxcard("db", "verify")
    assert done.returncode == 1
    assert "entry 1" in done.stderr


def test_another_key_is_refused_before_anything_is_written(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "clinics.toml").write_text('[[clinic]]\nname = "Green Hill"\n')
    assert vaxcard("clinics", "import", "clinics.toml", VAXCARD_SECRET_KEY=OWN_SECRET).returncode == 0
    before = (tmp_path / "registry.db").read_bytes()
    other = vaxcard("clinics", "import", "clinics.toml", VAXCARD_SECRET_KEY=OWN_SECRET[::-1])
    forgotten = vaxcard("clinics", "import", "clinics.toml")
    for refused in (other, forgotten):
        assert refused.returncode == 2 and "VAXCARD_SECRET_KEY" in refused.stderr
    assert not (tmp_path / "local-secret.key").exists()
    assert (tmp_path / "registry.db").read_bytes() == before
    assert vaxcard("db", "verify", VAXCARD_SECRET_KEY=f"1:{OWN_SECRET},2:{OWN_SECRET[::-1]}").returncode == 0


def test_a_clinic_is_listed_and_answers_to_its_name_and_its_id(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "clinics.toml").write_text('[[clinic]]\nname = "Green Hill"\n')
    vaxcard("clinics", "import", "clinics.toml")
    clinic_id = vaxcard("clinics", "list").stdout.split()[0]
    for told, limit in (("green hill", "3"), (clinic_id, "2")):
        assert vaxcard("clinics", "limit", "--clinic", told, "--injections", limit).returncode == 0
    assert vaxcard("clinics", "list").stdout == f"{clinic_id}  Green Hill  2 injections a visit\n"
    wrong = vaxcard("clinics", "limit", "--clinic", "Blue Hill")
    assert wrong.returncode == 2 and "vaxcard clinics list" in wrong.stderr


def test_a_setting_with_a_slip_in_its_name_starts_nothing(vaxcard: Run) -> None:
    done = vaxcard("clinics", "list", VAXCARD_PUBLIC_ULR="https://cards.example")
    assert done.returncode == 2 and "did you mean VAXCARD_PUBLIC_URL" in done.stderr


def test_staff_and_keys_are_listed_renewed_and_revoked(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "clinics.toml").write_text('[[clinic]]\nname = "Green Hill"\n')
    vaxcard("clinics", "import", "clinics.toml")
    vaxcard("staff", "add", "ines", "--name", "Ines", "--role", "manager")
    vaxcard("staff", "key", "hospital gateway", "--scope", "scan")
    assert vaxcard("staff", "list").stdout == "Green Hill: ines  manager  Ines\n"
    assert vaxcard("staff", "password", "ines").stdout.startswith("sign-in: ines ")
    assert vaxcard("staff", "password", "nobody").returncode == 2
    key_id = vaxcard("staff", "keys").stdout.split()[2]
    assert vaxcard("staff", "revoke", key_id).stdout == "revoked\n"
    assert "(revoked " in vaxcard("staff", "keys").stdout


def test_the_api_tells_what_it_offers_and_who_may_pass(vaxcard: Run) -> None:
    told = json.loads(vaxcard("api", "describe").stdout)
    assert told["openapi"] == "3.1.0" and "/api/v1/scans" in told["paths"]
    assert "| `POST /api/v1/scans` | yes |" in vaxcard("api", "access").stdout
