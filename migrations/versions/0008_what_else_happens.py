"""What else happens to a dose and a child: not given and why, the paper it was copied from, moves and deaths; a clinic's limit a visit.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clinics", sa.Column("injections_a_visit", sa.Integer(), nullable=True))
    op.add_column("doses", sa.Column("not_given_because", sa.String(length=20), nullable=True))
    op.add_column("doses", sa.Column("retry_on", sa.Date(), nullable=True))
    op.add_column("doses", sa.Column("document", sa.String(length=200), nullable=True))
    op.create_index("ix_doses_trace_code", "doses", ["trace_code"], unique=False)
    op.create_table(
        "child_moves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("from_clinic_id", sa.Uuid(), nullable=False),
        sa.Column("to_clinic_id", sa.Uuid(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_child_moves_child_id")),
        sa.ForeignKeyConstraint(["from_clinic_id"], ["clinics.id"], name=op.f("fk_child_moves_from_clinic_id")),
        sa.ForeignKeyConstraint(["to_clinic_id"], ["clinics.id"], name=op.f("fk_child_moves_to_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_moves")),
        sa.UniqueConstraint("child_id", "number", name=op.f("uq_child_moves_child_id_number")),
    )


def downgrade() -> None:
    op.drop_table("child_moves")
    op.drop_index("ix_doses_trace_code", table_name="doses")
    op.drop_column("doses", "document")
    op.drop_column("doses", "retry_on")
    op.drop_column("doses", "not_given_because")
    op.drop_column("clinics", "injections_a_visit")
