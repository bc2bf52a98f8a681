"""Settings of accounts, old passwords, MFA devices, and what is known of AccessKeys beside their secret."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; the password that a user has now is the first of its old ones."""
    _passwords()
    _logons()
    _mfa_devices()
    _account_settings()
    _access_key_uses()
    _access_key_policies()
    _credential_reports()
    op.execute(
        "INSERT INTO passwords (user_id, number, password_hash, set_at) "
        "SELECT user_id, 1, password_hash, updated_at FROM login_profiles"
    )


def _passwords() -> None:
    op.create_table(
        "passwords",
        sa.Column("user_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passwords_user_id")),
        sa.PrimaryKeyConstraint("user_id", "number", name=op.f("pk_passwords")),
    )


def _logons() -> None:
    op.create_table(
        "logons",
        sa.Column("user_id", sa.String(length=20), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_logons_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_logons")),
    )


def _mfa_devices() -> None:
    op.create_table(
        "mfa_devices",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.String(length=64), nullable=False),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("activated_at", sa.BigInteger(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_mfa_devices_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mfa_devices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mfa_devices")),
        sa.UniqueConstraint("account_id", "name_key", name=op.f("uq_mfa_devices_account_id_name_key")),
        sa.UniqueConstraint("user_id", name=op.f("uq_mfa_devices_user_id")),
    )


def _account_settings() -> None:
    op.create_table(
        "account_settings",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_settings_account_id")),
        sa.PrimaryKeyConstraint("account_id", "kind", name=op.f("pk_account_settings")),
    )


def _access_key_uses() -> None:
    op.create_table(
        "access_key_uses",
        sa.Column("access_key_id", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["access_key_id"], ["access_keys.id"], name=op.f("fk_access_key_uses_access_key_id")
        ),
        sa.PrimaryKeyConstraint("access_key_id", name=op.f("pk_access_key_uses")),
    )


def _access_key_policies() -> None:
    op.create_table(
        "access_key_policies",
        sa.Column("access_key_id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["access_key_id"], ["access_keys.id"], name=op.f("fk_access_key_policies_access_key_id")
        ),
        sa.PrimaryKeyConstraint("access_key_id", name=op.f("pk_access_key_policies")),
    )


def _credential_reports() -> None:
    op.create_table(
        "credential_reports",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("generated_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_credential_reports_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_credential_reports")),
    )
