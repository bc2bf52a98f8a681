"""Requests without a signature: what they ask for, and nothing about who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.signing.errors import MISSING
from daypass.signing.formats import chosen_format
from daypass.signing.request import SYSTEM_PARAMETERS, Anonymous
from daypass.signing.times import read_iso

if TYPE_CHECKING:
    from daypass.signing.request import WireRequest


def read_anonymous(request: WireRequest, values: dict[str, str]) -> Anonymous:
    """Read what an unsigned request asks for.

    Parameters name the action and version. The headers ``x-acs-action`` and
    ``x-acs-version`` are looked at where the parameters are silent: nothing is signed
    here, so neither place is worth more than the other.

    Args:
        request: as it came.
        values: parameters of query and form; taken over and changed.

    Raises:
        ApiError: action or version is missing, or a system parameter is malformed.
    """
    action = values.get("Action") or request.header("x-acs-action")
    version = values.get("Version") or request.header("x-acs-version")
    if not action:
        raise MISSING.of("Action")()
    if not version:
        raise MISSING.of("Version")()
    timestamp = values.get("Timestamp")
    nonce = values.get("SignatureNonce")
    named_format = values.get("Format", "")
    for name in SYSTEM_PARAMETERS:
        values.pop(name, None)
    return Anonymous(
        action,
        version,
        chosen_format(named_format, request.headers),
        values,
        read_iso(timestamp) if timestamp else None,
        nonce or None,
    )
