"""ResourceDirectoryMaster 2022-04-19: the part of it that Terraform asks for."""

from daypass.services.resourcedirectory import directory, tags
from daypass.services.resourcedirectory.service import resourcedirectory

__all__ = ["directory", "resourcedirectory", "tags"]
