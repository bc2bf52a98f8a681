"""From where AccessKeys may be used.

SetAccessKeyPolicy, GetAccessKeyPolicy for one key, SetAccessKeyPolicyForAccount and
GetAccessKeyPolicyForAccount for those that have no active policy of their own. What
:mod:`daypass.directory.key_policies` says of them is checked at authentication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import KEY_MISSING, KEY_POLICY_MISSING, USER_MISSING
from daypass.directory.key_policies import parse_key_policy
from daypass.directory.settings import AccountKeyPolicy
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Parsed
from daypass.services.ims.access_keys import KeyRequest, owner, resource
from daypass.services.ims.service import NAMELESS, ims
from daypass.services.ram.service import on_account
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from daypass.service.call import Call


def _policy(text: str) -> str:
    """Check a policy; one that says nothing is an empty text."""
    return "" if parse_key_policy(text).is_none else text


ACCESS_KEY_POLICY: Final = Parsed(
    wire="AccessKeyPolicy",
    help="The policy as JSON: Status, Active or Inactive, and Statements of Type ClassicWhiteList with an "
    "IPList. An inactive one without statements takes the policy away.",
    parse=_policy,
    invalid=codes.INVALID.of("AccessKeyPolicy"),
)
NONE: Final = '{"Version":1,"Status":"Inactive","Statements":[]}'
"""How an account shows that it has no policy."""


def _on_owner(action: str) -> Permission[KeyRequest]:
    return Permission(action, resource, tags=tags_for(action), about="acs:ram:*:{AccountId}:user/{UserName}")


class SetAccessKeyPolicyRequest(KeyRequest, frozen=True, kw_only=True):
    """Names an AccessKey and gives its policy."""

    access_key_policy: Annotated[str, ACCESS_KEY_POLICY]


class AccessKeyPolicyResponse(Response, frozen=True, kw_only=True):
    """An AccessKey's policy."""

    access_key_id: str
    access_key_policy: str


@ims.operation(
    "SetAccessKeyPolicy",
    SetAccessKeyPolicyRequest,
    AccessKeyPolicyResponse,
    authorize=_on_owner("ram:SetAccessKeyPolicy"),
    runs=Runs.WRITE,
    errors=(NAMELESS, USER_MISSING, KEY_MISSING),
)
def set_access_key_policy(call: Call, q: SetAccessKeyPolicyRequest) -> AccessKeyPolicyResponse:
    """Say from which addresses an AccessKey may be used; it holds at once, before policies are asked."""
    key = call.txn.access_keys.get(call.account, owner(call, q), q.user_access_key_id)
    call.txn.key_policies.set(key.id, q.access_key_policy or None)
    return AccessKeyPolicyResponse(access_key_id=key.id, access_key_policy=q.access_key_policy or NONE)


@ims.operation(
    "GetAccessKeyPolicy",
    KeyRequest,
    AccessKeyPolicyResponse,
    authorize=_on_owner("ram:GetAccessKeyPolicy"),
    runs=Runs.READ,
    errors=(NAMELESS, USER_MISSING, KEY_MISSING, KEY_POLICY_MISSING),
)
def get_access_key_policy(call: Call, q: KeyRequest) -> AccessKeyPolicyResponse:
    """Show from which addresses an AccessKey may be used."""
    key = call.txn.access_keys.get(call.account, owner(call, q), q.user_access_key_id)
    document = call.txn.key_policies.find(key.id)
    if document is None:
        raise KEY_POLICY_MISSING(key=key.id)
    return AccessKeyPolicyResponse(access_key_id=key.id, access_key_policy=document)


class SetAccessKeyPolicyForAccountRequest(Request, frozen=True, kw_only=True):
    """The account's policy."""

    access_key_policy: Annotated[str, ACCESS_KEY_POLICY]


class AccountKeyPolicyResponse(Response, frozen=True, kw_only=True):
    """The account's policy."""

    access_key_policy: str


@ims.operation(
    "SetAccessKeyPolicyForAccount",
    SetAccessKeyPolicyForAccountRequest,
    AccountKeyPolicyResponse,
    authorize=on_account("ram:SetAccessKeyPolicyForAccount"),
    runs=Runs.WRITE,
)
def set_access_key_policy_for_account(
    call: Call, q: SetAccessKeyPolicyForAccountRequest
) -> AccountKeyPolicyResponse:
    """Say from which addresses the account's AccessKeys may be used, its own keys included.

    Keys with an active policy of their own are not affected, nor are temporary credentials.
    """
    call.txn.settings.set(call.account, AccountKeyPolicy(document=q.access_key_policy))
    return AccountKeyPolicyResponse(access_key_policy=q.access_key_policy or NONE)


@ims.operation(
    "GetAccessKeyPolicyForAccount",
    Request,
    AccountKeyPolicyResponse,
    authorize=on_account("ram:GetAccessKeyPolicyForAccount"),
    runs=Runs.READ,
)
def get_access_key_policy_for_account(call: Call, q: Request) -> AccountKeyPolicyResponse:  # noqa: ARG001 (asks for no more)
    """Show from which addresses the account's AccessKeys may be used."""
    document = call.txn.settings.get(call.account, AccountKeyPolicy).document
    return AccountKeyPolicyResponse(access_key_policy=document or NONE)
