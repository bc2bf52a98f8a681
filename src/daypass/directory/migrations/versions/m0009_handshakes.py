"""Invitations to resource directories, and how members joined."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and add the column; who is a member already was created as one."""
    op.create_table(
        "handshakes",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("directory_id", sa.String(length=16), nullable=False),
        sa.Column("manager_id", sa.String(length=16), nullable=False),
        sa.Column("target_id", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["accounts.id"], name=op.f("fk_handshakes_manager_id")),
        sa.ForeignKeyConstraint(["target_id"], ["accounts.id"], name=op.f("fk_handshakes_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handshakes")),
    )
    op.create_index(
        op.f("ix_handshakes_manager_id_created_at_id"),
        "handshakes",
        ["manager_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_handshakes_target_id_created_at_id"),
        "handshakes",
        ["target_id", "created_at", "id"],
        unique=False,
    )
    op.add_column(
        "directory_members",
        sa.Column("join_method", sa.String(length=8), server_default="created", nullable=False),
    )
