"""What a service says of its resources so that ResourceManager can list and move them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from daypass.directory.database import Transaction
    from daypass.service.call import Call


class GroupedKind(Struct, frozen=True, kw_only=True):
    """One kind of resource that is in resource groups.

    Attributes:
        service: the service's code, as in ARNs.
        type: the resource's type, likewise.
        lists: the action that lists resources of this kind.
        arn: gives the ARN for a region, an account and an id; ``*`` stands for no single one.
        group_of: gives the resource group of a resource by region and id, cached; None if there is
            no such resource.
        move: puts a resource of an account, by region and id, into a resource group; tells whether
            it is there.
        created: gives when resources were created, by id, in epoch seconds.
    """

    service: str
    type: str
    lists: str
    arn: Callable[[str, str, str], str]
    group_of: Callable[[Call, str, str], str | None]
    move: Callable[[Transaction, str, str, str, str], bool]
    created: Callable[[Transaction, str, Sequence[str]], Mapping[str, int]]
