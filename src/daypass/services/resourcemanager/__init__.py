"""ResourceManager 2020-03-31: roles, policies, resource groups, resource directories, control policies."""

from daypass.services.resourcemanager import (
    attachments,
    control_attachments,
    control_policies,
    folders,
    handshakes,
    members,
    policies,
    policy_versions,
    resource_directories,
    resource_groups,
    resources,
    roles,
    service_linked_roles,
    tags,
)
from daypass.services.resourcemanager.service import resourcemanager

__all__ = [
    "attachments",
    "control_attachments",
    "control_policies",
    "folders",
    "handshakes",
    "members",
    "policies",
    "policy_versions",
    "resource_directories",
    "resource_groups",
    "resourcemanager",
    "resources",
    "roles",
    "service_linked_roles",
    "tags",
]
