"""Identity providers, and the SAML assertions that have been used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _oidc_providers()
    _saml_providers()
    _used_assertions()


def _oidc_providers() -> None:
    op.create_table(
        "oidc_providers",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("name_key", sa.String(length=128), nullable=False),
        sa.Column("issuer_url", sa.String(length=255), nullable=False),
        sa.Column("client_ids", sa.Text(), nullable=False),
        sa.Column("fingerprints", sa.Text(), nullable=False),
        sa.Column("issuance_limit_hours", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_oidc_providers_account_id")),
        sa.PrimaryKeyConstraint("account_id", "name_key", name=op.f("pk_oidc_providers")),
        sa.UniqueConstraint("account_id", "issuer_url", name=op.f("uq_oidc_providers_account_id_issuer_url")),
    )


def _saml_providers() -> None:
    op.create_table(
        "saml_providers",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("name_key", sa.String(length=128), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("authn_sign_algo", sa.String(length=16), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_saml_providers_account_id")),
        sa.PrimaryKeyConstraint("account_id", "name_key", name=op.f("pk_saml_providers")),
    )


def _used_assertions() -> None:
    op.create_table(
        "used_assertions",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_used_assertions_account_id")),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_used_assertions")),
    )
    op.create_index(
        op.f("ix_used_assertions_account_id_expires_at"), "used_assertions", ["account_id", "expires_at"]
    )
