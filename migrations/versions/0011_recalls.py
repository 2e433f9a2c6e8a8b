"""Recalls: lots of a vaccine whose children are told at once and rung, before all other texts.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recalls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vaccine", sa.String(length=30), nullable=False),
        sa.Column("lots", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("called_by", sa.String(length=60), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalls")),
    )
    op.create_index("ix_recalls_vaccine", "recalls", ["vaccine"], unique=False)
    waiting = sa.text("NOT one_a_day AND state = 'planned'")
    op.create_index("ix_messages_exempt_planned", "messages", ["clinic_id"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_messages_exempt_planned", table_name="messages")
    op.drop_index("ix_recalls_vaccine", table_name="recalls")
    op.drop_table("recalls")
