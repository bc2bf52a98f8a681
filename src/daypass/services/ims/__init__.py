"""IMS 2019-08-15: the users, groups and AccessKeys of RAM, named with the account's domain."""

from daypass.services.ims import (
    access_keys,
    default_domain,
    groups,
    key_policies,
    key_uses,
    login_profiles,
    memberships,
    mfa_devices,
    oidc_provider_lists,
    oidc_providers,
    own_password,
    password_policy,
    saml_providers,
    security_preference,
    tags,
    user_lists,
    users,
)
from daypass.services.ims.service import ims

__all__ = [
    "access_keys",
    "default_domain",
    "groups",
    "ims",
    "key_policies",
    "key_uses",
    "login_profiles",
    "memberships",
    "mfa_devices",
    "oidc_provider_lists",
    "oidc_providers",
    "own_password",
    "password_policy",
    "saml_providers",
    "security_preference",
    "tags",
    "user_lists",
    "users",
]
