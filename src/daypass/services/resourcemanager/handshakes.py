"""Invitations to a resource directory: made and taken back by one account, answered by the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from daypass.directory.errors import (
    DIRECTORY_MISSING,
    HANDSHAKE_EXISTS,
    HANDSHAKE_MISSING,
    HANDSHAKE_OVER,
    IN_ANOTHER_DIRECTORY,
    MEMBER_MISSING,
    MEMBER_NAME_TAKEN,
    TOO_MANY,
)
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Choice, Tag, Text
from daypass.services.resourcemanager.directory_access import ACCOUNT_ID, directory_of, moment
from daypass.services.resourcemanager.members import MEMBER_TAGS
from daypass.services.resourcemanager.service import PAGE_LENGTH, PAGE_NUMBER, PAGE_SIZE, resourcemanager

if TYPE_CHECKING:
    from daypass.directory.pages import NumberedPage
    from daypass.directory.records import Handshake
    from daypass.service.call import Call

HANDSHAKE_ID: Final = Text(wire="HandshakeId", help="Id of the invitation.", most=64)
TARGET_ENTITY: Final = ACCOUNT_ID.named(
    "TargetEntity",
    "Id of the account to invite.",
    length=codes.INVALID.of("TargetEntity"),
    chars=codes.INVALID.of("TargetEntity"),
)
TARGET_TYPE: Final = Choice(
    wire="TargetType", help="Account: TargetEntity is an account's id.", options=("Account",)
)
NOTE: Final = Text(wire="Note", help="A word to the account that is invited.", least=0, most=1024)

_ABOUT: Final = "acs:resourcemanager:*:{AccountId}:handshake/{HandshakeId}"
_ABOUT_ALL: Final = "acs:resourcemanager:*:{AccountId}:handshake/*"


class HandshakeBody(Response, frozen=True, kw_only=True):
    """An invitation."""

    create_time: str
    expire_time: str
    handshake_id: str
    master_account_id: str
    master_account_name: str
    modify_time: str
    note: str | None = None
    resource_directory_id: str
    status: str
    target_entity: str
    target_type: str


class HandshakeResponse(Response, frozen=True, kw_only=True):
    """The invitation as it is now."""

    handshake: HandshakeBody


class HandshakesBody(Response, frozen=True, kw_only=True):
    """Invitations, oldest first."""

    handshake: tuple[HandshakeBody, ...]


class HandshakesResponse(Response, frozen=True, kw_only=True):
    """A page of invitations."""

    handshakes: HandshakesBody
    page_number: int
    page_size: int
    total_count: int


def _body(call: Call, handshake: Handshake) -> HandshakeBody:
    return HandshakeBody(
        create_time=moment(handshake.created_at),
        expire_time=moment(handshake.expires_at),
        handshake_id=handshake.id,
        master_account_id=handshake.manager_id,
        master_account_name=call.txn.accounts.get(handshake.manager_id).alias_or_id,
        modify_time=moment(handshake.updated_at),
        note=handshake.note or None,
        resource_directory_id=handshake.directory_id,
        status=handshake.status,
        target_entity=handshake.target_id,
        target_type="Account",
    )


def _on_every(action: str) -> Permission[Any]:
    """Ask for an action on all invitations: to list them, or to make one."""
    return Permission(
        action, lambda _, call: f"acs:resourcemanager:*:{call.account}:handshake/*", about=_ABOUT_ALL
    )


class InviteRequest(Request, frozen=True, kw_only=True):
    """Which account to invite."""

    target_entity: Annotated[str, TARGET_ENTITY]
    target_type: Annotated[str, TARGET_TYPE]
    note: Annotated[str, NOTE] = ""
    tag: Annotated[tuple[Tag, ...], MEMBER_TAGS] = ()


@resourcemanager.operation(
    "InviteAccountToResourceDirectory",
    InviteRequest,
    HandshakeResponse,
    authorize=_on_every("resourcemanager:InviteAccountToResourceDirectory"),
    runs=Runs.WRITE,
    errors=(
        DIRECTORY_MISSING,
        MEMBER_MISSING,
        IN_ANOTHER_DIRECTORY,
        HANDSHAKE_EXISTS,
        TOO_MANY.of("Handshake"),
    ),
)
def invite_account_to_resource_directory(call: Call, q: InviteRequest) -> HandshakeResponse:
    """Invite an account of this installation; it becomes a member when it accepts within two weeks."""
    tags = tuple((tag.Key, tag.Value) for tag in q.tag)
    handshake = call.txn.handshakes.invite(directory_of(call), q.target_entity, note=q.note, tags=tags)
    return HandshakeResponse(handshake=_body(call, handshake))


class HandshakeRequest(Request, frozen=True, kw_only=True):
    """Which invitation."""

    handshake_id: Annotated[str, HANDSHAKE_ID]


def _on_handshake(action: str) -> Permission[HandshakeRequest]:
    """Ask for an action on the invitation that is named."""
    return Permission(
        action,
        lambda q, call: f"acs:resourcemanager:*:{call.account}:handshake/{q.handshake_id}",
        about=_ABOUT,
    )


@resourcemanager.operation(
    "GetHandshake",
    HandshakeRequest,
    HandshakeResponse,
    authorize=_on_handshake("resourcemanager:GetHandshake"),
    runs=Runs.READ,
    errors=(HANDSHAKE_MISSING,),
)
def get_handshake(call: Call, q: HandshakeRequest) -> HandshakeResponse:
    """Show an invitation that the caller's account has made or got."""
    return HandshakeResponse(handshake=_body(call, call.txn.handshakes.get(call.account, q.handshake_id)))


@resourcemanager.operation(
    "AcceptHandshake",
    HandshakeRequest,
    HandshakeResponse,
    authorize=_on_handshake("resourcemanager:AcceptHandshake"),
    runs=Runs.WRITE,
    errors=(
        HANDSHAKE_MISSING,
        HANDSHAKE_OVER,
        IN_ANOTHER_DIRECTORY,
        MEMBER_NAME_TAKEN,
        TOO_MANY.of("Account"),
        TOO_MANY.of("Tag"),
    ),
)
def accept_handshake(call: Call, q: HandshakeRequest) -> HandshakeResponse:
    """Make the caller's account a member of the directory; control policies limit it from then on.

    It keeps what it has, and no role is made for the management account.
    """
    return HandshakeResponse(handshake=_body(call, call.txn.handshakes.accept(call.account, q.handshake_id)))


@resourcemanager.operation(
    "DeclineHandshake",
    HandshakeRequest,
    HandshakeResponse,
    authorize=_on_handshake("resourcemanager:DeclineHandshake"),
    runs=Runs.WRITE,
    errors=(HANDSHAKE_MISSING, HANDSHAKE_OVER),
)
def decline_handshake(call: Call, q: HandshakeRequest) -> HandshakeResponse:
    """Turn down an invitation that the caller's account has got."""
    return HandshakeResponse(handshake=_body(call, call.txn.handshakes.decline(call.account, q.handshake_id)))


@resourcemanager.operation(
    "CancelHandshake",
    HandshakeRequest,
    HandshakeResponse,
    authorize=_on_handshake("resourcemanager:CancelHandshake"),
    runs=Runs.WRITE,
    errors=(HANDSHAKE_MISSING, HANDSHAKE_OVER),
)
def cancel_handshake(call: Call, q: HandshakeRequest) -> HandshakeResponse:
    """Take back an invitation that the caller's account has made."""
    return HandshakeResponse(handshake=_body(call, call.txn.handshakes.cancel(call.account, q.handshake_id)))


class ListRequest(Request, frozen=True, kw_only=True):
    """Which page."""

    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE


def _page(call: Call, q: ListRequest, found: NumberedPage[Handshake]) -> HandshakesResponse:
    return HandshakesResponse(
        handshakes=HandshakesBody(handshake=tuple(_body(call, each) for each in found.items)),
        page_number=q.page_number,
        page_size=q.page_size,
        total_count=found.total,
    )


@resourcemanager.operation(
    "ListHandshakesForAccount",
    ListRequest,
    HandshakesResponse,
    authorize=_on_every("resourcemanager:ListHandshakesForAccount"),
    runs=Runs.READ,
)
def list_handshakes_for_account(call: Call, q: ListRequest) -> HandshakesResponse:
    """List the invitations that the caller's account has got."""
    found = call.txn.handshakes.got_by(call.account, page=q.page_number, size=q.page_size)
    return _page(call, q, found)


@resourcemanager.operation(
    "ListHandshakesForResourceDirectory",
    ListRequest,
    HandshakesResponse,
    authorize=_on_every("resourcemanager:ListHandshakesForResourceDirectory"),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING,),
)
def list_handshakes_for_resource_directory(call: Call, q: ListRequest) -> HandshakesResponse:
    """List the invitations that the caller's account has made."""
    owner = directory_of(call).account_id
    return _page(call, q, call.txn.handshakes.made_by(owner, page=q.page_number, size=q.page_size))
