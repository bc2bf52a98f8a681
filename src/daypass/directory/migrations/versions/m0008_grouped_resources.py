"""Indexes for the lists of the resources of an account and of a resource group."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    op.create_index(
        op.f("ix_grouped_resources_account_id_resource"),
        "grouped_resources",
        ["account_id", "resource"],
        unique=False,
    )
    op.create_index(
        op.f("ix_grouped_resources_account_id_resource_group_id_resource"),
        "grouped_resources",
        ["account_id", "resource_group_id", "resource"],
        unique=False,
    )
