"""Resource directories: folders, members, control policies and what they are attached to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "resource_directories",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("root_folder_id", sa.String(length=16), nullable=False),
        sa.Column("control_policies_on", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_resource_directories_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_directories")),
        sa.UniqueConstraint("account_id", name=op.f("uq_resource_directories_account_id")),
    )
    _folders()
    _members()
    _control_policies()
    _control_attachments()


def _folders() -> None:
    op.create_table(
        "folders",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("directory_id", sa.String(length=16), nullable=False),
        sa.Column("parent_id", sa.String(length=16), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"], ["resource_directories.id"], name=op.f("fk_folders_directory_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["folders.id"], name=op.f("fk_folders_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folders")),
        sa.UniqueConstraint("parent_id", "name_key", name=op.f("uq_folders_parent_id_name_key")),
    )
    op.create_index(op.f("ix_folders_directory_id"), "folders", ["directory_id"], unique=False)


def _members() -> None:
    op.create_table(
        "directory_members",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("directory_id", sa.String(length=16), nullable=False),
        sa.Column("folder_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.String(length=64), nullable=False),
        sa.Column("account_name", sa.String(length=128), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["accounts.id"], name=op.f("fk_directory_members_id")),
        sa.ForeignKeyConstraint(
            ["directory_id"], ["resource_directories.id"], name=op.f("fk_directory_members_directory_id")
        ),
        sa.ForeignKeyConstraint(["folder_id"], ["folders.id"], name=op.f("fk_directory_members_folder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_members")),
        sa.UniqueConstraint(
            "directory_id", "name_key", name=op.f("uq_directory_members_directory_id_name_key")
        ),
        sa.UniqueConstraint(
            "directory_id", "account_name", name=op.f("uq_directory_members_directory_id_account_name")
        ),
    )
    op.create_index(
        op.f("ix_directory_members_folder_id_name_key"),
        "directory_members",
        ["folder_id", "name_key"],
        unique=False,
    )


def _control_policies() -> None:
    op.create_table(
        "control_policies",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("directory_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("name_key", sa.String(length=128), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"], ["resource_directories.id"], name=op.f("fk_control_policies_directory_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_policies")),
        sa.UniqueConstraint(
            "directory_id", "name_key", name=op.f("uq_control_policies_directory_id_name_key")
        ),
    )


def _control_attachments() -> None:
    op.create_table(
        "control_attachments",
        sa.Column("target_id", sa.String(length=16), nullable=False),
        sa.Column("policy_id", sa.String(length=24), nullable=False),
        sa.Column("directory_id", sa.String(length=16), nullable=False),
        sa.Column("attached_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["directory_id"], ["resource_directories.id"], name=op.f("fk_control_attachments_directory_id")
        ),
        sa.PrimaryKeyConstraint("target_id", "policy_id", name=op.f("pk_control_attachments")),
    )
    op.create_index(
        op.f("ix_control_attachments_directory_id_policy_id_target_id"),
        "control_attachments",
        ["directory_id", "policy_id", "target_id"],
        unique=False,
    )
