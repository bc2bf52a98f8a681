"""Principals as ResourceManager writes them: a type, and a name with the account's domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.service import codes
from daypass.service.params import Choice, Parsed
from daypass.services.principals import PrincipalName

if TYPE_CHECKING:
    from daypass.directory.records import PrincipalKind

TYPES: Final[dict[str, PrincipalKind]] = {"IMSUser": "User", "IMSGroup": "Group", "ServiceRole": "Role"}
WIRE_TYPES: Final[dict[PrincipalKind, str]] = {kind: wire for wire, kind in TYPES.items()}

BAD_PRINCIPAL_NAME: Final = codes.INVALID.of("PrincipalName")

PRINCIPAL_TYPE: Final = Choice(
    wire="PrincipalType",
    help="IMSUser for a RAM user, IMSGroup for a group, ServiceRole for a role.",
    options=tuple(TYPES),
)
PRINCIPAL_NAME: Final = Parsed(
    wire="PrincipalName",
    help="Name of the principal with the account's domain: user@<alias>.onaliyun.com, "
    "group@group.<alias>.onaliyun.com or role@role.<alias>.onaliyunservice.com.",
    parse=PrincipalName.parse,
    invalid=BAD_PRINCIPAL_NAME,
)


def require_type(name: PrincipalName, principal_type: str | None) -> None:
    """Check that the type a request gives is the name's.

    Raises:
        ApiError: ``InvalidParameter.PrincipalName``.
    """
    if principal_type not in (None, WIRE_TYPES[name.kind]):
        raise BAD_PRINCIPAL_NAME(reason=f"it is not the name of an {principal_type}")
