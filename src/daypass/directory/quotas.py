"""How much of everything an account may have."""

from __future__ import annotations

from msgspec import Struct


class Quotas(Struct, frozen=True, gc=False, kw_only=True):
    """Limits the directory enforces; the defaults are RAM's published ones.

    Attachments of system and of custom policies are counted apart; their scope makes
    no difference. Source: RAM's page of limits (December 2025), for resource groups
    the page of CreateResourceGroup.
    """

    users: int = 5000
    groups: int = 300
    roles: int = 1000
    custom_policies: int = 1500
    resource_groups: int = 30
    account_access_keys: int = 2
    access_keys_per_user: int = 2
    groups_per_user: int = 10
    system_policies_per_principal: int = 20
    custom_policies_per_principal: int = 10
    versions_per_policy: int = 5
    tags_per_resource: int = 20
