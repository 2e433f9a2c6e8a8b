"""One library, one home: where each third-party library may be imported, and why there."""

HOMES: dict[str, dict[str, str]] = {
    "sqlalchemy": {"records": "rows are kept in one room, so that a change of tables has one place"},
    "alembic": {"records.database": "bringing tables up to date is part of opening a registry"},
    "openpyxl": {"records.workbooks": "a workbook is a way of writing records down"},
    "biip": {"records.boxes": "what a box says is read where its product is known"},
    "phonenumbers": {"records": "a number is put into one form before it is sealed and indexed"},
    "pypinyin": {"records": "names are indexed by their sound"},
    "rapidfuzz": {"records": "likely duplicates are looked for among rows"},
    "cryptography": {"keyring": "keys and what is made from them never leave one module"},
    "pyotp": {"keyring": "codes from a phone are made of a secret, as passwords' hashes are"},
    "argon2": {"keyring": "passwords are hashed where the other secrets are"},
    "qrcode": {"papers.symbol": "a symbol is a printed thing"},
    "PIL": {"papers": "pictures are made and read where things are printed"},
    "reportlab": {"papers": "PDF is written in one room; cards say what stands where"},
    "pypdfium2": {"papers": "what was printed is looked at again before it is offered"},
    "zxingcpp": {"papers": "symbols are read where they are drawn, the counter's camera frames too"},
    "babel": {"language": "catalogues and dates in words are one room's work"},
    "twilio": {"reminders.channels": "a provider is known to its channel only"},
    "requests": {"reminders.channels": "what Twilio's SDK raises when nobody answers"},
    "urllib3": {"reminders.channels": "says whether a request had left when nobody answered"},
    "apscheduler": {"worker": "the timetable knows every job; no job knows the timetable"},
    "flask": {
        "api": "doors for machines",
        "web": "pages for people",
        "app": "puts both together",
    },
    "werkzeug": {"api": "part of Flask", "web": "part of Flask", "app": "part of Flask"},
    "flask_wtf": {"web": "forms carry a token against forged requests", "app": "switches that protection on"},
    "jinja2": {"app": "templates are found and set up once"},
    "markupsafe": {"web": "what is safe to print on a page is decided by pages"},
    "waitress": {"cli": "serving is a command"},
    "click": {"cli": "commands and their progress bars"},
    "uuid_utils": {"api": "ids are made at the doors", "web": "ids are made at the doors", "cli": "ids are made at the doors"},
}

# Names that any room above a library's home may import, because they stand in signatures of ours.
IN_SIGNATURES = {
    "sqlalchemy.orm.Session": "what records hands out and takes; naming it runs no query",
}

# Named in pyproject.toml and imported by none of our modules.
NOT_IMPORTED = {
    "psycopg": "SQLAlchemy loads it for postgresql+psycopg addresses",
    "tzdata": "time zones for hosts that have none",
    "pytest": "so that an installed copy can be tested",
}

# Where the name to install differs from the name to import.
IMPORT_NAMES = {
    "flask-wtf": "flask_wtf",
    "pillow": "PIL",
    "zxing-cpp": "zxingcpp",
    "argon2-cffi": "argon2",
    "uuid-utils": "uuid_utils",
}
