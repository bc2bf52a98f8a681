"""ResourceManager 2020-03-31: roles, policies, resource groups, and policies attached within them."""

from daypass.services.resourcemanager import (
    attachments,
    policies,
    policy_versions,
    resource_groups,
    roles,
)
from daypass.services.resourcemanager.service import resourcemanager

__all__ = ["attachments", "policies", "policy_versions", "resource_groups", "resourcemanager", "roles"]
