"""Texts in full: retries and causes of texts, numbers that nobody can be reached at, runs of the timetable, what an officer set.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UNDERWAY = sa.text("state IN ('planned', 'sending', 'unknown')")
_COLUMNS = (
    ("cause", sa.String(length=80)),
    ("body_key", sa.LargeBinary(length=16)),
    ("failure_kind", sa.String(length=20)),
    ("not_before", sa.DateTime(timezone=True)),
    ("sent_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    for name, kind in _COLUMNS:
        op.add_column("messages", sa.Column(name, kind, nullable=True))
    op.drop_index("ix_messages_state_send_on", table_name="messages")
    op.create_index("ix_messages_state_send_on_clinic_id", "messages", ["state", "send_on", "clinic_id"], unique=False)
    op.create_index("ix_messages_cause", "messages", ["cause"], unique=False)
    op.create_index("ix_messages_clinic_id_send_on", "messages", ["clinic_id", "send_on"], unique=False)
    op.create_index(
        "uq_messages_family_key_body_key",
        "messages",
        ["family_key", "body_key"],
        unique=True,
        sqlite_where=_UNDERWAY,
        postgresql_where=_UNDERWAY,
    )
    op.create_table(
        "phone_faults",
        sa.Column("phone_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("fault", sa.String(length=60), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone_key", name=op.f("pk_phone_faults")),
    )
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "reminder_settings",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reminder_settings")),
    )


def downgrade() -> None:
    for table in ("reminder_settings", "job_runs", "phone_faults"):
        op.drop_table(table)
    for index in ("uq_messages_family_key_body_key", "ix_messages_clinic_id_send_on", "ix_messages_cause"):
        op.drop_index(index, table_name="messages")
    op.drop_index("ix_messages_state_send_on_clinic_id", table_name="messages")
    op.create_index("ix_messages_state_send_on", "messages", ["state", "send_on"], unique=False)
    for name, _ in reversed(_COLUMNS):
        op.drop_column("messages", name)
