"""Request signatures: what a request says once its scheme has been understood.

:func:`read` finds the scheme of a request, takes from it only what that scheme
signs, and hands back :class:`Presented` (signed, to be checked with
:meth:`Presented.verify` once the secret is known) or :class:`Anonymous`. Whatever
arrives, the only exception is an :class:`~daypass.errors.ApiError` of
:mod:`daypass.signing.errors`.

Understood are RPC v1 (HMAC-SHA1), ROA v1 (HMAC-SHA1) and ACS3 (HMAC-SHA256 and
HMAC-SM3). Pure: no I/O, no clock, no randomness.
"""

from __future__ import annotations

from daypass.signing.acs3 import SignedHeaders, sign_acs3
from daypass.signing.dispatch import read
from daypass.signing.formats import requested_format
from daypass.signing.request import Anonymous, Format, Presented, RawHeaders, Scheme, WireRequest
from daypass.signing.rpc_v1 import sign_rpc_v1
from daypass.signing.times import TIMESTAMP_LEEWAY, check_timestamp

__all__ = [
    "TIMESTAMP_LEEWAY",
    "Anonymous",
    "Format",
    "Presented",
    "RawHeaders",
    "Scheme",
    "SignedHeaders",
    "WireRequest",
    "check_timestamp",
    "read",
    "requested_format",
    "sign_acs3",
    "sign_rpc_v1",
]
