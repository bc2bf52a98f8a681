"""What IMS shows of groups, AccessKeys and login profiles beside what RAM shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a key that was there already was last changed when it was made."""
    op.add_column("user_groups", sa.Column("display_name", sa.Text(), server_default="", nullable=False))
    op.add_column("access_keys", sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE access_keys SET updated_at = created_at")
    op.add_column(
        "login_profiles", sa.Column("status", sa.String(length=8), server_default="Active", nullable=False)
    )
    op.add_column(
        "login_profiles",
        sa.Column("password_initial", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
