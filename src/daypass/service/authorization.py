"""The ways an operation may be authorized; see :class:`daypass.service.operation.Authorize`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from daypass.authz.authorize import decide_on
from daypass.authz.controls import CONTROLS
from daypass.authz.denial import NO_PERMISSION
from daypass.service.call import NO_CONDITIONS, Conditions
from daypass.service.operation import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.authz.authorize import Context, Verdict
    from daypass.errors import ErrorCode
    from daypass.service.call import Call

Q = TypeVar("Q", bound=Request)


@dataclass(frozen=True, slots=True)
class Permission(Generic[Q]):
    """The caller's policies must allow one action on each of one or more resources.

    Attributes:
        action: as policies write it, ``ram:GetRole``.
        resource: gives the ARN, or several that must all be allowed.
        resource_group: gives the id of the resource group the resource is in, if any; for
            resources of different groups, one for each of them, in their order.
        conditions: gives the operation's own condition keys.
        tags: gives the ``acs:ResourceTag/`` keys of one of the resources.
        about: the resource for the reference page, ``acs:ram:*:{AccountId}:role/{RoleName}``.
    """

    action: str
    resource: Callable[[Q, Call], str | tuple[str, ...]]
    resource_group: Callable[[Q, Call], str | tuple[str | None, ...] | None] | None = None
    conditions: Callable[[Q, Call], Context] | None = None
    tags: Callable[[str, Call], Context] | None = None
    about: str = ""

    def check(self, call: Call, q: Q, /) -> Verdict:
        """Decide on each resource; the first refusal counts."""
        resources = self.resource(q, call)
        group = self.resource_group(q, call) if self.resource_group is not None else None
        controls = call.look(CONTROLS, call.account)
        own = self.conditions(q, call) if self.conditions is not None else NO_CONDITIONS
        if isinstance(resources, str):
            (own_group,) = group if isinstance(group, tuple) else (group,)
            context = Conditions(call, own, self.tags, resources)
            return decide_on(call.caller, controls, self.action, resources, context, resource_group=own_group)
        groups = group if isinstance(group, tuple) else (group,) * len(resources)
        verdicts = (
            decide_on(
                call.caller,
                controls,
                self.action,
                resource,
                Conditions(call, own, self.tags, resource),
                resource_group=own_group,
            )
            for resource, own_group in zip(resources, groups, strict=True)
        )
        verdict = next(verdicts)
        while verdict.allowed and (following := next(verdicts, None)) is not None:
            verdict = following
        return verdict

    def describe(self) -> str:
        """Return the action and the resource."""
        return f"`{self.action}` on `{self.about or '*'}`"

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return none: deciding refuses with NoPermission only."""
        return ()

    def refusal(self, verdict: Verdict, /) -> str:
        """Name resource and action, as RAM does."""
        request = verdict.request
        resource = verdict.shown or request.resource
        return NO_PERMISSION.template.format(resource=resource, action=request.action)


@dataclass(frozen=True, slots=True)
class NoPermissionNeeded:
    """Any authenticated caller may call; the reason is part of the declaration."""

    reason: str

    def check(self, call: Call, q: Request, /) -> None:  # noqa: ARG002 (the protocol's form)
        """Decide nothing."""
        return

    def describe(self) -> str:
        """Return the reason."""
        return f"none: {self.reason}"

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return none."""
        return ()

    def refusal(self, verdict: Verdict, /) -> str:
        """Refuse nobody."""
        raise LookupError(f"no verdict is made here: {verdict}")
