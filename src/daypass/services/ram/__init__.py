"""RAM 2015-05-01: users, groups, AccessKeys, roles, policies and who has which."""

from daypass.services.ram import (
    access_keys,
    account_alias,
    attached,
    attachments,
    diagnostics,
    groups,
    login_profiles,
    memberships,
    mfa_devices,
    own_password,
    password_policy,
    policies,
    policy_versions,
    roles,
    security_preference,
    tags,
    users,
)
from daypass.services.ram.service import ram

__all__ = [
    "access_keys",
    "account_alias",
    "attached",
    "attachments",
    "diagnostics",
    "groups",
    "login_profiles",
    "memberships",
    "mfa_devices",
    "own_password",
    "password_policy",
    "policies",
    "policy_versions",
    "ram",
    "roles",
    "security_preference",
    "tags",
    "users",
]
