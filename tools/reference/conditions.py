"""The page of condition operators and of the keys that requests carry."""

from __future__ import annotations

from typing import Final

from daypass.policy.conditions import OPERATORS
from tools.reference.markdown import code, table

_MEANINGS: Final = {
    "String": "text; `*` and `?` are wildcards for `StringLike` and `StringNotLike` only",
    "Number": "a decimal number",
    "Date": "a time, `2026-01-31T12:00:00Z`, or seconds since 1970",
    "Boolean": "`true` or `false`",
    "IP": "an address or a network, IPv4 or IPv6",
}

_KEYS: Final = (
    ("acs:CurrentTime", "every request", "when it arrived"),
    ("acs:SecureTransport", "every request", "whether it came over TLS"),
    ("acs:SourceIp", "every request", "the client's address"),
    ("acs:PrincipalARN", "every signed request", "the user, the role of a session, or root"),
    ("acs:PrincipalRDId", "requests from within a resource directory", "the resource directory's id"),
    (
        "acs:PrincipalRDPath",
        "requests from within a resource directory",
        "where the caller's account is: `rd-…/r-…/fd-…/<account>`",
    ),
    ("acs:MFAPresent", "requests of console sessions", "whether a second factor was given"),
    ("sts:RoleSessionName", "AssumeRole", "the session's name"),
    ("sts:ExternalId", "AssumeRole with ExternalId", "what was given"),
    (
        "sts:SourceIdentity",
        "AssumeRole with SourceIdentity, or from a session that has one",
        "who is behind it",
    ),
    (
        "ram:ServiceName",
        "operations on service-linked roles",
        "the service whose role it is",
    ),
    ("acs:RequestTag/<key>", "requests that bring the tag", "its value"),
    (
        "acs:ResourceTag/<key>",
        "operations of RAM, IMS and ResourceManager on a user, role or policy with the tag, but List…",
        "its value",
    ),
)

_TEXT: Final = """# Condition operators and keys

Values of one key are alternatives; all keys and all operators must hold. A negated operator holds when none
of the values matches, and so also when the request does not carry the key.
"""


def page() -> str:
    """Return the page."""
    operators = [
        (code(operator.name), operator.family, "yes" if operator.negated else "", _MEANINGS[operator.family])
        for operator in sorted(OPERATORS.values(), key=lambda each: (each.family, each.name))
    ]
    return "\n".join(
        (
            _TEXT,
            table(("operator", "family", "negated", "value"), operators),
            "## Keys\n",
            table(("key", "carried by", "value"), [(code(key), *rest) for key, *rest in _KEYS]),
        )
    )
