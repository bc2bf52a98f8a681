"""Events in ActionTrail's form, made of the records of changes and of decisions.

Source: the published reference of event fields. What a record does not hold is left out:
an event has no ``responseElements``, and no ``errorMessage`` beside ``errorCode``.
``additionalEventData`` has what only daypass knows: how it was decided and by what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.service.call import timestamp
from daypass.service.operation import Response

if TYPE_CHECKING:
    from daypass.audit.decisions import DecisionRecord
    from daypass.directory.records import AuditEvent

READING: Final = (
    "BatchGet",
    "Decode",
    "Describe",
    "Explain",
    "Get",
    "List",
    "Lookup",
    "Query",
    "Review",
    "Search",
    "Simulate",
)
"""How the names of operations begin that change nothing."""

SESSIONS: Final = ("AssumeRole", "AssumeRoleWithOIDC", "AssumeRoleWithSAML")
"""Operations that make credentials: they change nothing here, yet ActionTrail counts them as writes."""

API_VERSIONS: Final = {
    "Actiontrail": "2020-07-06",
    "Daypass": "2026-11-01",
    "Ims": "2019-08-15",
    "Iot": "2018-01-20",
    "Ram": "2015-05-01",
    "ResourceDirectoryMaster": "2022-04-19",
    "ResourceManager": "2020-03-31",
    "Sts": "2015-04-01",
}
"""Of the products, as events print them."""

_ARN: Final = re.compile(r"acs:(?P<service>[^:]*):[^:]*:(?P<account>[^:]*):(?P<rest>.*)", re.DOTALL)
_SERVICES: Final = {"ram": "RAM", "resourcemanager": "ResourceManager", "sts": "STS"}
_TYPES: Final = {
    "mfa": "VirtualMFADevice",
    "oidc-provider": "OIDCProvider",
    "resourcegroup": "ResourceGroup",
    "saml-provider": "SAMLProvider",
    "assumed-role": "Role",
}
_HOST: Final = "host"
_OF_THE_CONSOLE: Final = ("ConsoleSignin", "ConsoleSignout")
"""Events that are a type of their own."""

TEMPORARY: Final = "STS."
"""How temporary AccessKeys begin."""

NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "ACS::RAM::User": ("UserName", "UserPrincipalName", "PrincipalName"),
    "ACS::RAM::Role": ("RoleName", "PrincipalName"),
    "ACS::RAM::Group": ("GroupName", "PrincipalName"),
    "ACS::RAM::Policy": ("PolicyName",),
    "ACS::ResourceManager::ResourceGroup": ("ResourceGroupId", "Name"),
}
"""Parameters of requests that name a resource of a type: a change of two resources is in the view of both."""


class UserIdentity(Response, frozen=True, kw_only=True, rename="camel"):
    """Who did it; ``type`` is ``unknown`` where the caller did not prove who he is."""

    type: str
    account_id: str | None = None
    principal_arn: str | None = None
    user_name: str | None = None
    access_key_id: str | None = None


class AdditionalEventData(Response, frozen=True, kw_only=True, rename="camel"):
    """How it was decided.

    Attributes:
        outcome: ``allow``, ``explicit deny``, ``implicit deny`` or ``refused``.
        change: whether this is the record of a change, written in its own transaction.
        action: that was authorized, as policies write it.
        resource: likewise.
        policy_type: of a denial, the layer that denied.
        statements: ``layer:policy@version#index`` of those that decided.
    """

    outcome: str
    change: bool
    action: str | None = None
    resource: str | None = None
    policy_type: str | None = None
    statements: tuple[str, ...] | None = None
    session_id: str | None = None
    source_identity: str | None = None


class EventBody(Response, frozen=True, kw_only=True, rename="camel"):
    """One event."""

    event_id: str
    event_version: str
    event_category: str
    event_type: str
    event_name: str
    event_rw: str = msgspec.field(name="eventRW")
    event_source: str
    event_time: str
    acs_region: str
    api_version: str | None = None
    service_name: str
    request_id: str | None = None
    error_code: str | None = None
    source_ip_address: str | None = None
    user_agent: str | None = None
    resource_type: str | None = None
    resource_name: str | None = None
    request_parameter_json: str | None = None
    recipient_account_id: str | None = None
    user_identity: UserIdentity
    additional_event_data: AdditionalEventData


def of_decision(record: DecisionRecord, *, region: str, account: str | None) -> EventBody:
    """Make an event of a decision.

    Args:
        record: the decision.
        region: the server's.
        account: that is told of it: of a caller of another account it learns less; None for all.
    """
    name = record.operation or record.action.rpartition(":")[2]
    foreign = account not in (None, record.account) and bool(record.account)
    kind, resource_name = resource_of(record.resource)
    return EventBody(
        event_id=record.request_id,
        event_version="1",
        event_category="Management",
        event_type=_type_of(record.principal, record.access_key_id),
        event_name=name,
        event_rw=read_or_write(name),
        event_source=source_of(record.product),
        event_time=record.time,
        acs_region=region,
        api_version=API_VERSIONS.get(record.product),
        service_name=record.product,
        request_id=record.request_id,
        error_code=record.code or None,
        source_ip_address=record.source_ip or None,
        user_agent=record.user_agent or None,
        resource_type=kind,
        resource_name=resource_name,
        recipient_account_id=account or record.account or None,
        user_identity=identity_of(record.principal, record.account, "" if foreign else record.access_key_id),
        additional_event_data=AdditionalEventData(
            outcome=record.outcome,
            change=False,
            action=(record.action or None) if ":" in record.action else None,
            resource=record.resource or None,
            policy_type=record.policy_type or None,
            statements=None if foreign else record.statements or None,
            session_id=None if foreign else record.session_id or None,
            source_identity=record.source_identity or None,
        ),
    )


def of_change(event: AuditEvent, *, region: str) -> EventBody:
    """Make an event of a change."""
    succeeded = event.outcome == "Success"
    resource = event.resources[0] if event.resources else ""
    kind, resource_name = resource_of(resource)
    return EventBody(
        event_id=event.request_id or f"{_HOST}-{event.sequence}",
        event_version="1",
        event_category="Management",
        event_type=_type_of_change(event),
        event_name=event.action,
        event_rw="Write",
        event_source=source_of(event.product),
        event_time=timestamp(event.time_ms // 1000),
        acs_region=region,
        api_version=API_VERSIONS.get(event.product),
        service_name=event.product,
        request_id=event.request_id or None,
        error_code=None if succeeded else event.outcome,
        source_ip_address=event.source_ip or None,
        user_agent=given(event.parameters, "userAgent") or None,
        resource_type=kind,
        resource_name=resource_name or _named(kind, event.parameters),
        request_parameter_json=event.parameters,
        recipient_account_id=event.account_id or None,
        user_identity=identity_of(event.principal, event.account_id, event.access_key_id),
        additional_event_data=AdditionalEventData(
            outcome="allow" if succeeded else "refused", change=True, resource=resource or None
        ),
    )


def _type_of(principal: str, access_key_id: str) -> str:
    """Return ``ConsoleOperation`` for what a user or root did with a session: only the console has any."""
    session = access_key_id.startswith(TEMPORARY) and ":assumed-role/" not in principal
    return "ConsoleOperation" if session else "ApiCall"


def _type_of_change(event: AuditEvent) -> str:
    if not event.request_id:
        return "HostAdministration"
    return event.action if event.action in _OF_THE_CONSOLE else _type_of(event.principal, event.access_key_id)


def read_or_write(operation: str) -> str:
    """Return ``Read`` or ``Write``, ActionTrail's ``eventRW``."""
    return "Read" if operation.startswith(READING) else "Write"


def source_of(product: str) -> str:
    """Return the address of a product, ActionTrail's ``eventSource``."""
    return f"{product.lower()}.aliyuncs.com" if product else ""


def resource_of(arn: str) -> tuple[str | None, str | None]:
    """Return type and name of a resource, as in ``ACS::RAM::User`` and ``alice``."""
    match = _ARN.fullmatch(arn)
    if match is None:
        return None, None
    kind, _, name = match["rest"].partition("/")
    if kind in {"", "*"} or not name:
        return None, None
    service = "ResourceManager" if kind == "resourcegroup" else match["service"]
    of = _SERVICES.get(service, service.upper())
    spelt = _TYPES.get(kind, kind[:1].upper() + kind[1:])
    return f"ACS::{of if service != 'ResourceManager' else service}::{spelt}", None if name == "*" else name


def owner_of(arn: str) -> str:
    """Return the account that an ARN names; "" if it names none."""
    match = _ARN.fullmatch(arn)
    return "" if match is None else match["account"]


def given(parameters: str | None, name: str) -> str:
    """Return the value of one of a request's parameters, JSON text; "" if it is none or no text."""
    if parameters is None or name not in parameters:
        return ""
    value = json.loads(parameters).get(name)
    return value if isinstance(value, str) else ""


def _named(kind: str | None, parameters: str) -> str | None:
    """Return the name of what a request makes, which its resource does not have yet."""
    names = (given(parameters, name) for name in NAMED_BY.get(kind or "", ()))
    return next((name for name in names if name), None)


def identity_of(principal: str, account: str, access_key_id: str) -> UserIdentity:
    """Return who a principal is, in ActionTrail's words."""
    match = _ARN.fullmatch(principal)
    kind, _, name = match["rest"].partition("/") if match is not None else ("", "", "")
    types: Mapping[str, tuple[str, str]] = {
        "root": ("root-account", "root"),
        "user": ("ram-user", name),
        "assumed-role": ("assumed-role", name.replace("/", ":")),
        "saml-provider": ("saml-user", name),
        "oidc-provider": ("oidc-user", name),
    }
    system = ("system", principal) if principal else ("unknown", "")
    spelt, user_name = types.get(kind, system)
    return UserIdentity(
        type=spelt,
        account_id=account or None,
        principal_arn=principal if match is not None else None,
        user_name=user_name or None,
        access_key_id=access_key_id or None,
    )
