"""The ResourceManager service and the parameters its operations share.

Its operations are authorized as ``ram:`` actions, those on the resource directory as
``resourcemanager:`` actions, on the resources that the published table of ResourceManager
names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass import names
from daypass.service.operation import Service
from daypass.service.params import Choice, Flag, Integer, Tags, Text

if TYPE_CHECKING:
    from daypass.service.call import Call

resourcemanager: Final = Service(
    "ResourceManager",
    "2020-03-31",
    "roles, policies, resource groups and what is in them, the resource directory and its control policies",
)

PAGE_SIZE: Final = 10
LONGEST_PAGE: Final = 100
LAST_PAGE: Final = 1_000_000

POLICY_NAME: Final = Text(
    wire="PolicyName",
    help="Name of the policy; 1 to 128 letters, digits and hyphens.",
    most=128,
    pattern=names.POLICY_NAME,
    allowed="letters, digits and -",
)
POLICY_TYPE: Final = Choice(
    wire="PolicyType",
    help="System for a policy that ships with the product, Custom for one of the account.",
    options=("System", "Custom"),
)
RESOURCE_GROUP_ID: Final = Text(
    wire="ResourceGroupId", help="Id of a resource group, rg- and 15 characters.", most=64
)
SCOPE: Final = RESOURCE_GROUP_ID.named(
    "ResourceGroupId",
    "Id of the resource group that the policy is limited to, or the account's id for no limit.",
)
PAGE_NUMBER: Final = Integer(
    wire="PageNumber", help="Which page to show; default 1.", least=1, most=LAST_PAGE
)
PAGE_LENGTH: Final = Integer(
    wire="PageSize",
    help=f"How many entries a page has, up to {LONGEST_PAGE}; default {PAGE_SIZE}.",
    least=1,
    most=LONGEST_PAGE,
)
LANGUAGE: Final = Choice(
    wire="Language",
    help="Language of what ships with the product; it is in English whatever is given.",
    options=("en", "zh-CN", "ja"),
)
INCLUDE_TAGS: Final = Flag(wire="IncludeTags", help="Whether to show tags; default false.")
TAGS: Final = Tags(help="Tags of the resource group, up to 20.")


def every_resource(call: Call) -> str:
    """Return the resource that stands for all of the account."""
    return f"acs:ram:*:{call.account}:*"


def resource_group_resource(call: Call, name: str) -> str:
    """Return the resource that a resource group is; ``*`` for all of them, or a new one."""
    return f"acs:ram:*:{call.account}:resourcegroup/{name}"
