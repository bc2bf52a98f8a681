"""The ResourceDirectoryMaster service.

Resource directories have two interfaces, told apart by their versions: ResourceManager's, which has
nearly everything, and this newer one. Both see the same directories, and ask for the same actions.
"""

from __future__ import annotations

from typing import Final

from daypass.service.operation import Service

resourcedirectory: Final = Service(
    "ResourceDirectoryMaster",
    "2022-04-19",
    "resource directories, and tags of their folders, members and control policies",
)
