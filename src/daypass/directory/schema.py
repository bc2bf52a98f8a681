"""The tables, for every backend alike.

Portable on purpose: text, integers, booleans, bytes; no triggers, no types of one
database. Names that are unique ignoring case are stored twice, as given and folded
(``name_key``); the folded one carries the index, the lists are ordered by it.

A column that a later migration adds to a table has a default of the database, which is
what the rows that were there before have until somebody changes them.

``MIGRATION`` names the migration that brings an older database to exactly this; a
fresh one is created from here at once (:mod:`daypass.directory.opening`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

MIGRATION: Final = "0010"

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up by itself only in an INTEGER; elsewhere the log outgrows 32 bits.
_SEQUENCE: Final = BigInteger().with_variant(Integer(), "sqlite")


def _account() -> Column[str]:
    return Column("account_id", String(16), ForeignKey("accounts.id"), nullable=False)


def _time(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


accounts: Final = Table(
    "accounts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("alias", String(64), unique=True),
    _time("created_at"),
)

account_quotas: Final = Table(
    "account_quotas",
    metadata,
    _account(),
    Column("name", String(64), nullable=False),
    Column("value", Integer, nullable=False),
    PrimaryKeyConstraint("account_id", "name"),
)

users: Final = Table(
    "users",
    metadata,
    Column("id", String(20), primary_key=True),
    _account(),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("comments", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("mobile_phone", Text, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    _time("last_login_at", nullable=True),
    UniqueConstraint("account_id", "name_key"),
)

user_groups: Final = Table(
    "user_groups",
    metadata,
    Column("id", String(20), primary_key=True),
    _account(),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False),
    Column("comments", Text, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    Column("display_name", Text, nullable=False, server_default=""),
    UniqueConstraint("account_id", "name_key"),
)

group_members: Final = Table(
    "group_members",
    metadata,
    Column("group_id", String(20), ForeignKey("user_groups.id"), nullable=False),
    Column("user_id", String(20), ForeignKey("users.id"), nullable=False, index=True),
    _time("joined_at"),
    PrimaryKeyConstraint("group_id", "user_id"),
)

access_keys: Final = Table(
    "access_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    _account(),
    Column("user_id", String(20), ForeignKey("users.id"), index=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("status", String(8), nullable=False),
    _time("created_at"),
    Column("updated_at", BigInteger, nullable=False, server_default="0"),
    Index(None, "account_id", "user_id"),
)

login_profiles: Final = Table(
    "login_profiles",
    metadata,
    Column("user_id", String(20), ForeignKey("users.id"), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("password_reset_required", Boolean, nullable=False),
    Column("mfa_bind_required", Boolean, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    Column("status", String(8), nullable=False, server_default="Active"),
    # Whether the password is still the one that was set with the profile, or to switch it on again.
    Column("password_initial", Boolean, nullable=False, server_default=false()),
)

passwords: Final = Table(
    "passwords",
    metadata,
    Column("user_id", String(20), ForeignKey("users.id"), nullable=False),
    # Counts up for each user; the highest is the newest. Older ones stay, so that none is used again.
    Column("number", Integer, nullable=False),
    Column("password_hash", Text, nullable=False),
    _time("set_at"),
    PrimaryKeyConstraint("user_id", "number"),
)

logons: Final = Table(
    "logons",
    metadata,
    Column("user_id", String(20), ForeignKey("users.id"), primary_key=True),
    Column("failures", Integer, nullable=False),
    _time("failed_at", nullable=True),
)

console_sessions: Final = Table(
    "console_sessions",
    metadata,
    # SHA-256 of what the browser holds, which is nowhere else.
    Column("digest", String(64), primary_key=True),
    Column("session_id", String(32), nullable=False, unique=True),
    _account(),
    # NULL for the account itself.
    Column("user_id", String(20), ForeignKey("users.id")),
    Column("access_key_id", String(64), nullable=False),
    Column("token", Text, nullable=False),
    # What is missing before it is a session; empty once it is one.
    Column("awaits", String(16), nullable=False),
    Column("source_ip", String(64), nullable=False),
    Column("user_agent", String(255), nullable=False),
    _time("created_at"),
    _time("used_at"),
    _time("expires_at"),
    Index(None, "account_id", "user_id", "created_at"),
    Index(None, "expires_at"),
)

sign_in_attempts: Final = Table(
    "sign_in_attempts",
    metadata,
    # A user, a name that is nobody's, or an address.
    Column("subject", String(128), primary_key=True),
    Column("failures", Integer, nullable=False),
    _time("failed_at"),
    Index(None, "failed_at"),
)

setup_links: Final = Table(
    "setup_links",
    metadata,
    Column("digest", String(64), primary_key=True),
    _account(),
    _time("created_at"),
    _time("expires_at"),
    _time("used_at", nullable=True),
)

mfa_devices: Final = Table(
    "mfa_devices",
    metadata,
    Column("id", String(20), primary_key=True),
    _account(),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False),
    Column("sealed_seed", LargeBinary, nullable=False),
    Column("user_id", String(20), ForeignKey("users.id"), unique=True),
    _time("created_at"),
    _time("activated_at", nullable=True),
    # The last time step a code was used of; none is used twice.
    Column("last_step", BigInteger),
    Column("failures", Integer, nullable=False),
    _time("failed_at", nullable=True),
    UniqueConstraint("account_id", "name_key"),
)

account_settings: Final = Table(
    "account_settings",
    metadata,
    _account(),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),
    _time("updated_at"),
    PrimaryKeyConstraint("account_id", "kind"),
)

access_key_uses: Final = Table(
    "access_key_uses",
    metadata,
    Column("access_key_id", String(64), ForeignKey("access_keys.id"), primary_key=True),
    _time("used_at"),
    Column("service", String(32), nullable=False),
)

access_key_policies: Final = Table(
    "access_key_policies",
    metadata,
    Column("access_key_id", String(64), ForeignKey("access_keys.id"), primary_key=True),
    Column("document", Text, nullable=False),
    _time("updated_at"),
)

credential_reports: Final = Table(
    "credential_reports",
    metadata,
    Column("account_id", String(16), ForeignKey("accounts.id"), primary_key=True),
    _time("generated_at"),
    Column("content", Text, nullable=False),
)

roles: Final = Table(
    "roles",
    metadata,
    Column("id", String(20), primary_key=True),
    _account(),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False),
    Column("trust_document", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("max_session_duration", Integer, nullable=False),
    Column("allow_console_login", Boolean, nullable=False),
    Column("service_linked", Boolean, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    UniqueConstraint("account_id", "name_key"),
)

role_deletions: Final = Table(
    "role_deletions",
    metadata,
    Column("id", String(255), primary_key=True),
    _account(),
    _time("deleted_at"),
)

trust_bindings: Final = Table(
    "trust_bindings",
    metadata,
    Column("role_id", String(20), ForeignKey("roles.id"), nullable=False),
    Column("principal", String(255), nullable=False),
    # No foreign key: a binding outlives what it was bound to, and then matches nobody.
    Column("principal_id", String(20), nullable=False),
    PrimaryKeyConstraint("role_id", "principal"),
)

policies: Final = Table(
    "policies",
    metadata,
    Column("id", String(20), primary_key=True),
    _account(),
    Column("name", String(128), nullable=False),
    Column("name_key", String(128), nullable=False),
    Column("description", Text, nullable=False),
    Column("default_version", Integer, nullable=False),
    Column("last_version", Integer, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    UniqueConstraint("account_id", "name_key"),
)

policy_versions: Final = Table(
    "policy_versions",
    metadata,
    Column("policy_id", String(20), ForeignKey("policies.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", Text, nullable=False),
    _time("created_at"),
    PrimaryKeyConstraint("policy_id", "number"),
)

attachments: Final = Table(
    "attachments",
    metadata,
    Column("principal_id", String(20), nullable=False),
    Column("policy_type", String(8), nullable=False),
    Column("policy_name", String(128), nullable=False),
    Column("scope", String(32), nullable=False),
    _account(),
    Column("principal_kind", String(8), nullable=False),
    # Set for custom policies; system policies are data files, known by name alone.
    Column("policy_id", String(20), ForeignKey("policies.id"), index=True),
    _time("attached_at"),
    PrimaryKeyConstraint("principal_id", "policy_type", "policy_name", "scope"),
    Index("ix_attachments_listing", "account_id", "policy_type", "policy_name", "principal_id", "scope"),
    Index(None, "scope"),
)

resource_groups: Final = Table(
    "resource_groups",
    metadata,
    Column("id", String(18), primary_key=True),
    _account(),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("is_default", Boolean, nullable=False),
    _time("created_at"),
    UniqueConstraint("account_id", "name_key"),
)

grouped_resources: Final = Table(
    "grouped_resources",
    metadata,
    Column("resource", String(512), primary_key=True),
    _account(),
    Column("resource_group_id", String(18), ForeignKey("resource_groups.id"), nullable=False, index=True),
    Index(None, "account_id", "resource"),
    Index(None, "account_id", "resource_group_id", "resource"),
)

tags: Final = Table(
    "tags",
    metadata,
    Column("entity_id", String(20), nullable=False),
    Column("tag_key", String(128), nullable=False),
    Column("tag_value", String(256), nullable=False),
    PrimaryKeyConstraint("entity_id", "tag_key"),
)

oidc_providers: Final = Table(
    "oidc_providers",
    metadata,
    _account(),
    Column("name", String(128), nullable=False),
    Column("name_key", String(128), nullable=False),
    Column("issuer_url", String(255), nullable=False),
    Column("client_ids", Text, nullable=False),
    Column("fingerprints", Text, nullable=False),
    Column("issuance_limit_hours", Integer, nullable=False),
    Column("description", Text, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    PrimaryKeyConstraint("account_id", "name_key"),
    UniqueConstraint("account_id", "issuer_url"),
)

saml_providers: Final = Table(
    "saml_providers",
    metadata,
    _account(),
    Column("name", String(128), nullable=False),
    Column("name_key", String(128), nullable=False),
    Column("metadata", Text, nullable=False),
    Column("authn_sign_algo", String(16), nullable=False),
    Column("description", Text, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    PrimaryKeyConstraint("account_id", "name_key"),
)

used_assertions: Final = Table(
    "used_assertions",
    metadata,
    _account(),
    Column("digest", String(64), nullable=False),
    _time("expires_at"),
    PrimaryKeyConstraint("account_id", "digest"),
    Index(None, "account_id", "expires_at"),
)

resource_directories: Final = Table(
    "resource_directories",
    metadata,
    Column("id", String(16), primary_key=True),
    # The management account; no member of its own directory.
    Column("account_id", String(16), ForeignKey("accounts.id"), nullable=False, unique=True),
    Column("root_folder_id", String(16), nullable=False),
    Column("control_policies_on", Boolean, nullable=False),
    _time("created_at"),
)

folders: Final = Table(
    "folders",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("directory_id", String(16), ForeignKey("resource_directories.id"), nullable=False, index=True),
    # NULL for the root folder.
    Column("parent_id", String(16), ForeignKey("folders.id")),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False),
    _time("created_at"),
    UniqueConstraint("parent_id", "name_key"),
)

directory_members: Final = Table(
    "directory_members",
    metadata,
    Column("id", String(16), ForeignKey("accounts.id"), primary_key=True),
    Column("directory_id", String(16), ForeignKey("resource_directories.id"), nullable=False),
    Column("folder_id", String(16), ForeignKey("folders.id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("name_key", String(64), nullable=False),
    Column("account_name", String(128), nullable=False),
    Column("type", String(16), nullable=False),
    _time("created_at"),
    _time("updated_at"),
    Column("join_method", String(8), nullable=False, server_default="created"),
    UniqueConstraint("directory_id", "name_key"),
    UniqueConstraint("directory_id", "account_name"),
    Index(None, "folder_id", "name_key"),
)

handshakes: Final = Table(
    "handshakes",
    metadata,
    Column("id", String(24), primary_key=True),
    # Outlives the directory: no foreign key.
    Column("directory_id", String(16), nullable=False),
    Column("manager_id", String(16), ForeignKey("accounts.id"), nullable=False),
    Column("target_id", String(16), ForeignKey("accounts.id"), nullable=False),
    Column("note", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("status", String(16), nullable=False),
    _time("created_at"),
    _time("updated_at"),
    _time("expires_at"),
    Index(None, "manager_id", "created_at", "id"),
    Index(None, "target_id", "created_at", "id"),
)

control_policies: Final = Table(
    "control_policies",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("directory_id", String(16), ForeignKey("resource_directories.id"), nullable=False),
    Column("name", String(128), nullable=False),
    Column("name_key", String(128), nullable=False),
    Column("description", Text, nullable=False),
    Column("document", Text, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    UniqueConstraint("directory_id", "name_key"),
)

control_attachments: Final = Table(
    "control_attachments",
    metadata,
    # A folder or a member.
    Column("target_id", String(16), nullable=False),
    # Of control_policies, or FullAliyunAccess, which ships with the product.
    Column("policy_id", String(24), nullable=False),
    Column("directory_id", String(16), ForeignKey("resource_directories.id"), nullable=False),
    _time("attached_at"),
    PrimaryKeyConstraint("target_id", "policy_id"),
    Index(None, "directory_id", "policy_id", "target_id"),
)

token_keys: Final = Table(
    "token_keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # NULL once killed: the row stays so that its id is never given again.
    Column("sealed_material", LargeBinary),
    Column("state", String(8), nullable=False),
    _time("created_at"),
    _time("changed_at"),
)

master_keys: Final = Table(
    "master_keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sealed_check", LargeBinary, nullable=False),
    _time("created_at"),
)

audit_events: Final = Table(
    "audit_events",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True),
    _time("time_ms"),
    Column("request_id", String(64), nullable=False, index=True),
    Column("account_id", String(16), nullable=False),
    Column("principal", String(255), nullable=False),
    Column("access_key_id", String(64), nullable=False),
    Column("product", String(32), nullable=False),
    Column("action", String(128), nullable=False),
    Column("resources", Text, nullable=False),
    Column("outcome", String(128), nullable=False),
    Column("source_ip", String(64), nullable=False),
    Column("parameters", Text, nullable=False),
    Index(None, "account_id", "sequence"),
    Index(None, "principal", "sequence"),
    Index(None, "time_ms"),
    sqlite_autoincrement=True,
)

changes: Final = Table(
    "changes",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True),
    Column("scope", Text, nullable=False),
    sqlite_autoincrement=True,
)

change_horizon: Final = Table(
    "change_horizon",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # Changes up to and including this one have been pruned.
    Column("sequence", BigInteger, nullable=False),
)


def in_byte_order(tables: MetaData) -> None:
    """Have all text compared byte by byte on PostgreSQL too, whatever language a database is in.

    Lists go on where a marker says, and the same list in another order would not.
    """
    columns = (column for table in tables.tables.values() for column in table.columns)
    for column in columns:
        if isinstance(column.type, String) and not column.info.setdefault("in byte order", False):
            plain = type(column.type)(column.type.length, collation="C")
            column.type = column.type.with_variant(plain, "postgresql")
            column.info["in byte order"] = True


in_byte_order(metadata)
