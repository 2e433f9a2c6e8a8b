"""The family's doors: one-time codes, passes shown at the counter, remembered devices, calendars, and what families tell the clinic.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "family_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("device_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_family_codes_card_id")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_family_codes_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_codes")),
    )
    op.create_index("ix_family_codes_card_id_asked_on", "family_codes", ["card_id", "asked_on"], unique=False)
    op.create_table(
        "family_passes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_family_passes_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_passes")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_family_passes_secret_hash")),
    )
    op.create_table(
        "family_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("device_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("family_mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_family_devices_card_id")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_family_devices_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_devices")),
    )
    op.create_index("ix_family_devices_child_id", "family_devices", ["child_id"], unique=False)
    op.create_table(
        "family_calendars",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("family_mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_family_calendars_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_calendars")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_family_calendars_secret_hash")),
    )
    op.create_index("ix_family_calendars_child_id", "family_calendars", ["child_id"], unique=False)
    op.create_table(
        "family_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by", sa.String(length=60), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_family_notes_child_id")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_family_notes_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_notes")),
    )
    op.create_index("ix_family_notes_clinic_id_told_at", "family_notes", ["clinic_id", "told_at"], unique=False)
    op.create_index("ix_family_notes_child_id", "family_notes", ["child_id"], unique=False)


def downgrade() -> None:
    for table in ("family_notes", "family_calendars", "family_devices", "family_passes", "family_codes"):
        op.drop_table(table)
