"""Request signatures: what a request says once its scheme has been understood.

:func:`read` finds the scheme of a request, takes from it only what that scheme
signs, and hands back :class:`Presented` (signed, to be checked with
:meth:`Presented.verify` once the secret is known) or :class:`Anonymous`. Whatever
arrives, the only exception is an :class:`~daypass.errors.ApiError` of
:mod:`daypass.signing.errors`.

Understood are RPC v1 (HMAC-SHA1), ROA v1 (HMAC-SHA1) and ACS3 (HMAC-SHA256 and
HMAC-SM3). Services with protocols of their own have schemes of their own, which
:func:`read_one_of` reads: Log Service, Message Service, Tablestore, DataHub and OSS.
Pure: no I/O, no clock, no randomness.
"""

from __future__ import annotations

from daypass.signing.acs3 import SignedHeaders, sign_acs3
from daypass.signing.dispatch import read
from daypass.signing.formats import requested_format
from daypass.signing.ots import sign_answer
from daypass.signing.request import Anonymous, Format, Presented, RawHeaders, Scheme, WireRequest
from daypass.signing.rpc_v1 import sign_rpc_v1
from daypass.signing.services import Protocol, protocol_of, read_one_of
from daypass.signing.times import TIMESTAMP_LEEWAY, check_timestamp, check_url_life

__all__ = [
    "TIMESTAMP_LEEWAY",
    "Anonymous",
    "Format",
    "Presented",
    "Protocol",
    "RawHeaders",
    "Scheme",
    "SignedHeaders",
    "WireRequest",
    "check_timestamp",
    "check_url_life",
    "protocol_of",
    "read",
    "read_one_of",
    "requested_format",
    "sign_acs3",
    "sign_answer",
    "sign_rpc_v1",
]
