"""A sender in a process of its own, to be killed: `python -m tests.reminders.sender URL FILE MOMENT`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from tests.conftest import TEST_SECRETS
from vaxcard.keyring import Keyring
from vaxcard.records.database import open_database
from vaxcard.reminders.channels.rehearsal import FileChannel
from vaxcard.reminders.dispatch import send_due
from vaxcard.schedule.loader import load_schedule

if __name__ == "__main__":
    url, path, moment = sys.argv[1:]
    database, schedule = open_database(url, Keyring(TEST_SECRETS)), load_schedule("cn")
    print("ready", flush=True)
    send_due(database, schedule, FileChannel(Path(path)), datetime.fromisoformat(moment), edition_signed=True)
