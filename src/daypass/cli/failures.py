"""What an error answer means, for people at a terminal."""

from __future__ import annotations

import html
import re
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final

from daypass.errors import DaypassError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.client import Answer, Client, Credentials

RAM: Final = "2015-05-01"
_LEAF: Final = re.compile(r"<([A-Za-z][A-Za-z0-9]*)>([^<]*)</\1>")
_DENIED: Final = re.compile(r"Resource: (\S+) Action: (\S+)")

_REMEDIES: Final = {
    "SignatureDoesNotMatch": "the secret is not that of this AccessKey ID",
    "InvalidAccessKeyId.NotFound": "this server knows no such AccessKey ID; is it the right server?",
    "InvalidAccessKeyId.Inactive": "ram UpdateAccessKey with Status=Active enables it again",
    "InvalidSecurityToken.Expired": "get new credentials with sts AssumeRole",
    "InvalidSecurityToken.MismatchWithAccessKey": "id, secret and token belong together, from one answer",
    "MissingSecurityToken": "an AccessKey ID that starts STS. needs its token, --token",
    "InvalidTimeStamp.Expired": "the clocks of this machine and of the server are too far apart",
}


def explain(answer: Answer, client: Client, credentials: Credentials | None) -> Iterator[str]:
    """Yield what went wrong, line by line.

    Args:
        answer: an error.
        client: asks for the diagnosis of a denial.
        credentials: that were used, if any; only their id is printed.
    """
    body = _body(answer)
    code = body.get("Code")
    if not code:
        yield f"HTTP {answer.status}, without an error that could be read; is this a daypass server?"
        return
    message = str(body.get("Message", ""))
    if code == "SignatureDoesNotMatch":  # what was signed is for those who sign themselves
        message = message.partition(":")[0].removesuffix("server string to sign is").rstrip(" ,;")
    yield f"{code}: {message}"
    yield f"request id: {body.get('RequestId', 'none')}"
    if code in _REMEDIES and credentials is not None:
        yield f"why:        {_REMEDIES[code]} ({credentials.access_key_id})"
    detail = body.get("AccessDeniedDetail")
    if isinstance(detail, dict):
        yield from _denial(message, detail, client)


def _body(answer: Answer) -> dict[str, Any]:
    try:
        return answer.json()
    except ValueError:
        text = answer.body.decode(errors="replace")
        leaves = {name: html.unescape(value) for name, value in _LEAF.findall(text)}
        if "NoPermissionType" in leaves:
            leaves["AccessDeniedDetail"] = leaves  # type: ignore[assignment] # its members are leaves, too
        return leaves


def _denial(message: str, detail: dict[str, Any], client: Client) -> Iterator[str]:
    """Yield who was denied what, by which layer and, if the caller may know, by which policy."""
    named = _DENIED.search(message)
    diagnosis = _diagnosis(detail, client)
    resource = diagnosis.get("AuthResource") or (named[1] if named else "not told")
    explicit = detail.get("NoPermissionType") == "ExplicitDeny"
    yield f"action:     {detail.get('AuthAction', 'not told')}"
    yield f"resource:   {resource}"
    yield f"caller:     {detail.get('AuthPrincipalType', '')} {detail.get('AuthPrincipalDisplayName', '')}"
    yield f"denied by:  {detail.get('PolicyType') or 'no policy at all'}, {_kind(explicit=explicit)}"
    matched = [_policy(each) for each in _objects(diagnosis, "MatchedPolicies")]
    yield from (f"policy:     {line}" for line in matched or [_no_policy(diagnosis, explicit=explicit)])
    yield from (f"nearly:     {_near(each)}" for each in _objects(diagnosis, "NearlyMatchedPolicies"))


def _objects(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [each for each in body.get(name, ()) if isinstance(each, dict)]


def _kind(*, explicit: bool) -> str:
    return "explicitly: a Deny matches" if explicit else "implicitly: nothing there allows it"


def _statement(policy: dict[str, Any]) -> str:
    """Name a statement: policy, version, index."""
    words = (
        policy.get("PolicyIdentifier"),
        policy.get("PolicyVersion"),
        "statement",
        policy.get("Statement"),
    )
    return " ".join(str(word) for word in words if word is not None)


def _policy(policy: dict[str, Any]) -> str:
    entity = policy.get("AttachedEntity") or policy.get("AttachedEntityType")
    return f"{_statement(policy)} ({policy.get('Effect')})" + (f", attached to {entity}" if entity else "")


def _near(policy: dict[str, Any]) -> str:
    """Say by what one thing a statement failed to allow."""
    failed = policy.get("Failed")
    if failed == "condition":
        failed = f"{policy.get('ConditionOperator')} {policy.get('ConditionKey')}"
    wanted, actual = (", ".join(policy.get(name) or ("nothing",)) for name in ("Wanted", "Actual"))
    return f"{_statement(policy)} would allow, but for its {failed}: {wanted}; the request has {actual}"


def _no_policy(diagnosis: dict[str, Any], *, explicit: bool) -> str:
    if explicit and not diagnosis:
        return "not told; ram DecodeDiagnosticMessage names it to those who may call it"
    return "none matches"


def _diagnosis(detail: dict[str, Any], client: Client) -> dict[str, Any]:
    """Return the whole explanation if the caller may have it, else nothing."""
    message = str(detail.get("EncodedDiagnosticMessage", ""))
    try:
        answer = client.call(RAM, "DecodeDiagnosticMessage", {"EncodedDiagnosticMessage": message})
        decoded = answer.json().get("DecodedDiagnosticMessage")
    except (DaypassError, HTTPException, ValueError):
        return {}
    return decoded if isinstance(decoded, dict) else {}
