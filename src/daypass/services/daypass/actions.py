"""ListActions: which actions there are, for completion and for editors of policies."""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import BAD_MARKER
from daypass.directory.pages import page_of, read_marker
from daypass.service.authorization import NoPermissionNeeded
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Integer, Text
from daypass.services.daypass.known_actions import known_actions
from daypass.services.daypass.service import daypass

if TYPE_CHECKING:
    from daypass.service.call import Call
    from daypass.services.daypass.known_actions import KnownAction

_LISTING: Final = "actions"

SERVICE: Final = Text(
    wire="Service",
    help="Only actions of this service, named by its RAM code, as in iot.",
    most=32,
    pattern=re.compile(r"[a-z0-9-]+", re.ASCII),
    allowed="lower-case letters, digits and -",
)
BEGINNING: Final = Text(
    wire="Beginning", help="Only actions whose name begins so, ignoring case, as in iot:Query.", most=128
)
MARKER: Final = Text(
    wire="Marker", help="Goes on where a truncated answer ended.", least=0, most=1024, length=BAD_MARKER
)
MAX_ITEMS: Final = Integer(
    wire="MaxItems", help="The most entries to return; 1 to 1000, default 100.", least=1, most=1000
)


class ListActionsRequest(Request, frozen=True, kw_only=True):
    """Which actions, and which part of the list."""

    service: Annotated[str | None, SERVICE] = None
    beginning: Annotated[str, BEGINNING] = ""
    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = 100


class ActionBody(Response, frozen=True, kw_only=True):
    """An action: ``list``, ``read`` or ``write``, on which resources, with which condition keys."""

    action: str
    service: str
    access_level: str
    resources: tuple[str, ...]
    condition_keys: tuple[str, ...]


class ActionsBody(Response, frozen=True, kw_only=True):
    """Actions in the order of their names."""

    action: tuple[ActionBody, ...]


class ListActionsResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    actions: ActionsBody
    is_truncated: bool
    marker: str | None = None


@daypass.operation(
    "ListActions",
    ListActionsRequest,
    ListActionsResponse,
    authorize=NoPermissionNeeded("the list is the same for everyone"),
    runs=Runs.INLINE,
    errors=(BAD_MARKER,),
)
def list_actions(call: Call, q: ListActionsRequest) -> ListActionsResponse:  # noqa: ARG001 (the form)
    """List the actions that are known, with their level, their resources and their condition keys."""
    after = read_marker(_LISTING, q.marker or None)
    known = known_actions()
    start = 0 if after is None else bisect.bisect_right(known, after.lower(), key=_key)
    beginning = q.beginning.lower()
    wanted = [
        action
        for action in known[start:]
        if q.service in (None, action.service) and _key(action).startswith(beginning)
    ]
    page = page_of(_LISTING, wanted, q.max_items, _key)
    return ListActionsResponse(
        actions=ActionsBody(action=tuple(map(_body, page.items))),
        is_truncated=page.is_truncated,
        marker=page.marker,
    )


def _key(action: KnownAction) -> str:
    return action.name.lower()


def _body(action: KnownAction) -> ActionBody:
    return ActionBody(
        action=action.name,
        service=action.service,
        access_level=action.level,
        resources=action.resources,
        condition_keys=action.condition_keys,
    )
