"""What the operations on a resource directory are authorized on, and the parameters they share.

A folder or a member is named in policies by its path in the directory, ``folder/rd-…/r-…/fd-…``
and ``account/rd-…/r-…/fd-…/<account>``, so that one statement can cover a whole branch. What
concerns no single one is decided on ``*``, or on all of its kind. Source: the published table
of Resource Management, and its guide to hierarchical management.

All but GetResourceDirectory are for the account that manages the directory; to other accounts,
members included, there is none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from daypass.authz.views import Loaded, View
from daypass.directory import scopes
from daypass.directory.placements import path_of
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Request
from daypass.service.params import Text

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.directory.records import ResourceDirectory
    from daypass.service.call import Call

_FOLDER_ID: Final = re.compile(r"(r|fd)-[A-Za-z0-9]{1,12}", re.ASCII)
_ACCOUNT_ID: Final = re.compile(r"[0-9]{16}", re.ASCII)

FOLDER_ID: Final = Text(
    wire="FolderId",
    help="Id of the folder.",
    pattern=_FOLDER_ID,
    allowed="an id like fd-u8B321bQ or r-Wm9Xk2",
    length=codes.INVALID.of("FolderId"),
    chars=codes.INVALID.of("FolderId"),
)
PARENT_FOLDER_ID: Final = FOLDER_ID.named(
    "ParentFolderId",
    "Id of the folder it is in; default the root folder.",
    length=codes.INVALID.of("ParentFolderId"),
    chars=codes.INVALID.of("ParentFolderId"),
)
ACCOUNT_ID: Final = Text(
    wire="AccountId",
    help="Id of the member.",
    pattern=_ACCOUNT_ID,
    allowed="16 digits",
    length=codes.INVALID.of("AccountId"),
    chars=codes.INVALID.of("AccountId"),
)
QUERY_KEYWORD: Final = Text(wire="QueryKeyword", help="Part of the names to look for.", most=50)


def directory_of(call: Call) -> ResourceDirectory:
    """Return the directory that the caller's account manages.

    Raises:
        ApiError: ``EntityNotExists.ResourceDirectory``.
    """
    return call.txn.resource_directories.managed_by(call.account)


def _load_path(txn: Transaction, key: tuple[str, str]) -> Loaded[str | None]:
    account_id, target_id = key
    directory = txn.resource_directories.of(account_id)
    if directory is None or directory.account_id != account_id:
        return Loaded(None, (scopes.membership(account_id),))
    path = path_of(txn, directory, target_id or directory.root_folder_id)
    return Loaded(path, (scopes.membership(account_id), scopes.resource_directory(directory.id)))


_PATH: Final[View[tuple[str, str], str | None]] = View("path in a resource directory", _load_path)


def folder_resource(call: Call, folder_id: str | None) -> str:
    """Return the resource that a folder is; without an id, the root folder. What is not there is as named."""
    path = call.look(_PATH, (call.account, folder_id or "")) or folder_id or "*"
    return f"acs:resourcemanager:*:{call.account}:folder/{path}"


def account_resource(call: Call, account_id: str) -> str:
    """Return the resource that a member is; what is not there is as named."""
    path = call.look(_PATH, (call.account, account_id)) or account_id
    return f"acs:resourcemanager:*:{call.account}:account/{path}"


def target_resource(call: Call, target_id: str) -> str:
    """Return the resource that a folder or a member is."""
    if _FOLDER_ID.fullmatch(target_id):
        return folder_resource(call, target_id)
    return account_resource(call, target_id)


def control_policy_resource(call: Call, policy_id: str) -> str:
    """Return the resource that a control policy is; ``*`` for all of them."""
    return f"acs:resourcemanager:*:{call.account}:policy/controlpolicy/{policy_id}"


def on_everything(action: str) -> Permission[Request]:
    """Ask for an action on no single resource."""
    return Permission(action, lambda _q, _call: "*", about="*")


def on_every_control_policy(action: str) -> Permission[Request]:
    """Ask for an action on all control policies: to list them, add one, or switch them."""
    return Permission(
        action,
        lambda _, call: control_policy_resource(call, "*"),
        about="acs:resourcemanager:*:{AccountId}:policy/controlpolicy/*",
    )


ABOUT_FOLDER: Final = "acs:resourcemanager:*:{AccountId}:folder/{ResourceDirectoryPath}"
ABOUT_ACCOUNT: Final = "acs:resourcemanager:*:{AccountId}:account/{ResourceDirectoryPath}"
ABOUT_CONTROL_POLICY: Final = "acs:resourcemanager:*:{AccountId}:policy/controlpolicy/{PolicyId}"


def moment(seconds: int) -> str:
    """Return epoch seconds as the directory shows them, ``2021-06-15T06:39:04.000Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
