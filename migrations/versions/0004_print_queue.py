"""The print queue: what is asked for and how far it is, each clinic's printers, and how often a print's cards scanned or were typed.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RUN_COLUMNS = (
    ("clinic_id", sa.Uuid(), None),
    ("state", sa.String(length=20), "done"),
    ("choice", sa.String(length=20), ""),
    ("turn", sa.String(length=10), "long"),
    ("offset_right", sa.Double(), sa.text("0")),
    ("offset_down", sa.Double(), sa.text("0")),
    ("done", sa.Integer(), sa.text("0")),
    ("claim", sa.Integer(), sa.text("0")),
    ("seen_at", sa.DateTime(timezone=True), None),
    ("failure", sa.JSON(), None),
    ("scanned", sa.Integer(), sa.text("0")),
)


def upgrade() -> None:
    for name, kind, default in RUN_COLUMNS:
        op.add_column("print_runs", sa.Column(name, kind, nullable=default is None, server_default=default))
    for name in ("scanned", "typed"):
        op.add_column("cards", sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("cards", sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_cards_print_run_id"), "cards", ["print_run_id"])
    op.create_table(
        "print_run_children",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["print_runs.id"], name=op.f("fk_print_run_children_run_id_print_runs")),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_print_run_children")),
    )
    op.create_table(
        "printers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sheet", sa.String(length=20), nullable=False),
        sa.Column("turn", sa.String(length=10), nullable=False),
        sa.Column("offset_right", sa.Double(), nullable=False),
        sa.Column("offset_down", sa.Double(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_printers_clinic_id_clinics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printers")),
        sa.UniqueConstraint("clinic_id", "name", name=op.f("uq_printers_clinic_id_name")),
    )


def downgrade() -> None:
    op.drop_table("printers")
    op.drop_table("print_run_children")
    op.drop_index(op.f("ix_cards_print_run_id"), table_name="cards")
    for name in ("bound_at", "typed", "scanned"):
        op.drop_column("cards", name)
    for name, _, _ in reversed(RUN_COLUMNS):
        op.drop_column("print_runs", name)
