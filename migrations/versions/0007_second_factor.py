"""Staff choose their own password at the first sign-in, and may add a code from their phone as a second proof.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("must_choose_password", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("staff", sa.Column("code_key", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("code_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("code_step", sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ("code_step", "code_sealed", "code_key", "must_choose_password"):
        op.drop_column("staff", name)
