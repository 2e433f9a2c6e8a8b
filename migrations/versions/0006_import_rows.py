"""What each import added, row by row, so that it can be undone; why a review item was settled.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_rows",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batches.id"], name=op.f("fk_import_rows_batch_id")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_import_rows_child_id")),
        sa.PrimaryKeyConstraint("batch_id", "row_id", name=op.f("pk_import_rows")),
    )
    op.create_index("ix_import_rows_child_id", "import_rows", ["child_id"], unique=False)
    op.add_column("import_batches", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("review_items", sa.Column("reason", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("review_items", "reason")
    op.drop_column("import_batches", "undone_at")
    op.drop_index("ix_import_rows_child_id", table_name="import_rows")
    op.drop_table("import_rows")
