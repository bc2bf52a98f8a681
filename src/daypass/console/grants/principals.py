"""Users, groups and roles as pages write them, and the operations that grant to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(NamedTuple):
    """One kind of principal.

    Attributes:
        wire: what ResourceManager calls it.
        domain: that ResourceManager names it with; the account's id is as good as its alias.
        parameter: that names it in RAM's operations.
        path: of its pages.
        members: the lists that it stands in, in the answer of RAM's list operation.
        about: the member of a listed one that says what it is for.
        missing: the code for one that does not exist.
    """

    wire: str
    domain: str
    parameter: str
    path: str
    members: tuple[str, str]
    about: str
    missing: str


KINDS: Final[Mapping[str, Kind]] = {
    "User": Kind(
        "IMSUser",
        "{account}.onaliyun.com",
        "UserName",
        "/users",
        ("Users", "User"),
        "DisplayName",
        "EntityNotExist.User",
    ),
    "Group": Kind(
        "IMSGroup",
        "group.{account}.onaliyun.com",
        "GroupName",
        "/groups",
        ("Groups", "Group"),
        "Comments",
        "EntityNotExist.Group",
    ),
    "Role": Kind(
        "ServiceRole",
        "role.{account}.onaliyunservice.com",
        "RoleName",
        "/roles",
        ("Roles", "Role"),
        "Description",
        "EntityNotExist.Role",
    ),
}
_BY_WIRE: Final = {kind.wire: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """A user, group or role by its kind and name."""

    kind: str
    name: str

    @classmethod
    def read(cls, text: str) -> Principal | None:
        """Read what a form has, ``Role:reader``; None for anything else."""
        kind, _, name = text.partition(":")
        return cls(kind, name) if kind in KINDS and name else None

    @classmethod
    def of_wire(cls, wire_type: str, full_name: str) -> Principal:
        """Read what ResourceManager prints: a type, and a name with the account's domain."""
        return cls(_BY_WIRE[wire_type], full_name.partition("@")[0])

    def full_name(self, account: str) -> str:
        """Return the name with the account's domain, as ResourceManager reads it."""
        return f"{self.name}@{KINDS[self.kind].domain.format(account=account)}"

    @property
    def path(self) -> str:
        """The principal's page."""
        return f"{KINDS[self.kind].path}/{quote(self.name)}"

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"
