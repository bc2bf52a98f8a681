"""Control policies: what the resource directory of an account lets anybody do there.

They are asked by the account that owns the resource, whoever calls. An account outside of
any resource directory has :data:`UNCONTROLLED`, and pays for it with one cached look-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authz.views import Loaded, View
from daypass.directory import scopes
from daypass.directory.placements import Level, placement_of
from daypass.policy import AttachedPolicy, DocumentKind, PolicySet, parse

if TYPE_CHECKING:
    from daypass.directory.database import Transaction

_CHARS_OF_WEIGHT: Final = 100


class Controls(msgspec.Struct, frozen=True):
    """Where an account stands in a resource directory.

    Attributes:
        directory_id: empty for an account that is in none.
        path: of the account, ``<directory>/<root folder>/…/<account>``.
        levels: control policies, compiled, from the root folder to the member; empty where
            they do not count.
    """

    directory_id: str = ""
    path: str = ""
    levels: tuple[PolicySet, ...] = ()


UNCONTROLLED: Final = Controls()


def _load(txn: Transaction, account_id: str) -> Loaded[Controls]:
    placement = placement_of(txn, account_id)
    if placement is None:
        return Loaded(UNCONTROLLED, (scopes.membership(account_id),))
    levels = tuple(_compile(level, placement.directory_id) for level in placement.levels)
    chars = sum(len(grant.document) for level in placement.levels for grant in level.attached)
    controls = Controls(placement.directory_id, placement.path, levels)
    return Loaded(controls, tuple(placement.depends_on), 1 + chars // _CHARS_OF_WEIGHT)


def _compile(level: Level, directory_id: str) -> PolicySet:
    return PolicySet.compile(
        [
            AttachedPolicy(
                grant.policy,
                grant.policy_type,
                "",
                parse(grant.document, DocumentKind.CONTROL),
                entity=level.entity,
                scope=directory_id,
            )
            for grant in level.attached
        ]
    )


CONTROLS: Final[View[str, Controls]] = View("control policies of an account", _load)
