"""The counter's pages: changes of guardians, days besides the week, visits that moved, calls to who is late, tries at signing in.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("children", sa.Column("facts_mac", sa.LargeBinary(length=32), nullable=True))
    op.add_column("doses", sa.Column("typed_because", sa.String(length=20), nullable=True))
    op.add_column("guardians", sa.Column("phone_confirmed_on", sa.Date(), nullable=True))
    for table in ("observations", "decisions"):
        op.add_column(table, sa.Column("recorded_version", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("ended_version", sa.Integer(), nullable=True))
    op.create_table(
        "guardian_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_guardian_changes_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_changes")),
    )
    op.create_index("ix_guardian_changes_child_id", "guardian_changes", ["child_id"], unique=False)
    op.create_table(
        "clinic_extra_days",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("open_on", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_clinic_extra_days_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "open_on", name=op.f("pk_clinic_extra_days")),
    )
    op.create_table(
        "moved_visits",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("was_appointed", sa.Boolean(), nullable=False),
        sa.Column("moved_by", sa.String(length=60), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_moved_visits_child_id")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_moved_visits_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "from_on", "child_id", name=op.f("pk_moved_visits")),
    )
    op.create_index("ix_moved_visits_child_id", "moved_visits", ["child_id"], unique=False)
    op.create_table(
        "late_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("called_on", sa.Date(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_late_calls_child_id")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_late_calls_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_calls")),
    )
    op.create_index("ix_late_calls_child_id", "late_calls", ["child_id"], unique=False)
    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_tries")),
    )
    op.create_index("ix_sign_in_tries_last_at", "sign_in_tries", ["last_at"], unique=False)


def downgrade() -> None:
    for table in ("sign_in_tries", "late_calls", "moved_visits", "clinic_extra_days", "guardian_changes"):
        op.drop_table(table)
    for table in ("observations", "decisions"):
        op.drop_column(table, "ended_version")
        op.drop_column(table, "recorded_version")
    op.drop_column("guardians", "phone_confirmed_on")
    op.drop_column("doses", "typed_because")
    op.drop_column("children", "facts_mac")
