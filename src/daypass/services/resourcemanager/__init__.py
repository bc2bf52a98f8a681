"""ResourceManager 2020-03-31: roles, policies, resource groups, and policies attached within them."""

from daypass.services.resourcemanager import (
    attachments,
    policies,
    policy_versions,
    resource_groups,
    roles,
    service_linked_roles,
)
from daypass.services.resourcemanager.service import resourcemanager

__all__ = [
    "attachments",
    "policies",
    "policy_versions",
    "resource_groups",
    "resourcemanager",
    "roles",
    "service_linked_roles",
]
