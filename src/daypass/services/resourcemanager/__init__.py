"""ResourceManager 2020-03-31: resource groups, and policies attached within them."""

from daypass.services.resourcemanager import attachments, resource_groups
from daypass.services.resourcemanager.service import resourcemanager

__all__ = ["attachments", "resource_groups", "resourcemanager"]
