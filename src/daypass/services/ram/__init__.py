"""RAM 2015-05-01: users, groups, AccessKeys, roles, policies and who has which."""

from daypass.services.ram import (
    access_keys,
    attached,
    attachments,
    diagnostics,
    groups,
    login_profiles,
    memberships,
    policies,
    policy_versions,
    roles,
    users,
)
from daypass.services.ram.service import ram

__all__ = [
    "access_keys",
    "attached",
    "attachments",
    "diagnostics",
    "groups",
    "login_profiles",
    "memberships",
    "policies",
    "policy_versions",
    "ram",
    "roles",
    "users",
]
