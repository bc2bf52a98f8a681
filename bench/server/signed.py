"""Distinct signed requests, made quickly and beforehand.

The form is what the official Python core sends: RPC v1, all parameters in the query, in
its order and with its headers. Only the nonce differs from request to request, so each is
put together from fixed pieces, one HMAC and a nonce; the first of each kind is compared
with what the product's own signer gives.
"""

from __future__ import annotations

import hmac
import os
import time
from binascii import b2a_base64
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from daypass.signing import sign_rpc_v1

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.client import Credentials

NONCE: Final = "n" * 32
"""Stands for the nonce of each request; a parameter may have it for its value too."""
_SIGNATURE: Final = "Signature="
_LAST: Final = (
    "SecurityToken",
    "Version",
    "Action",
    "Format",
    "RegionId",
    "Timestamp",
    "SignatureMethod",
    "SignatureType",
    "SignatureVersion",
    "SignatureNonce",
    "AccessKeyId",
    "Signature",
)
_AGENT: Final = "AlibabaCloud (Linux 6.1.0;x86_64) Python/3.11.7 Core/2.16.1 python-requests/2.18.3"


class Signer:
    """Makes requests of one operation with one set of parameters.

    Args:
        port: of the server, for the Host header.
        credentials: to sign with.
        version: the API version.
        action: the operation.
        parameters: its own.
    """

    def __init__(
        self, port: int, credentials: Credentials, version: str, action: str, parameters: Mapping[str, str]
    ) -> None:
        self._port: Final = port
        self._credentials: Final = credentials
        self._version: Final = version
        self._action: Final = action
        self._parameters: Final = {**parameters, "RegionId": "cn-shanghai", "SignatureType": ""}

    def requests(self, count: int) -> list[bytes]:
        """Return that many requests, all of this moment, no two with the same nonce."""
        query = self._query()
        names = sorted(query[:-1], key=lambda pair: pair.partition("=")[0])
        to_sign = f"GET&%2F&{quote('&'.join(names), safe='-_.~')}"
        key = f"{self._credentials.access_key_secret.reveal()}&".encode()
        claimed = _signature(key, to_sign.encode())
        if query[-1].encode() != _SIGNATURE.encode() + claimed:
            raise AssertionError("the quick signer and the product's disagree")
        text = "&".join(query[:-1])
        sent = f"GET /?{text}&{_SIGNATURE}".encode().split(NONCE.encode())
        signed = to_sign.encode().split(NONCE.encode())
        tail = self._tail()
        made = []
        for _ in range(count):
            nonce = os.urandom(16).hex().encode()
            made.append(b"".join((nonce.join(sent), _signature(key, nonce.join(signed)), tail)))
        return made

    def _query(self) -> list[str]:
        """Return the pairs as the official core orders them, the signature last."""
        signed = sign_rpc_v1(
            self._action,
            self._version,
            self._parameters,
            access_key_id=self._credentials.access_key_id,
            secret=self._credentials.access_key_secret.reveal(),
            security_token=self._credentials.security_token,
            timestamp=int(time.time()),
            nonce=NONCE,
            method="GET",
        )
        pairs = {pair.partition("=")[0]: pair for pair in signed.split("&")}
        last = [pairs.pop(name) for name in _LAST if name in pairs]
        return [*pairs.values(), *last]

    def _tail(self) -> bytes:
        return (
            f" HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUser-Agent: {_AGENT}\r\n"
            "Accept-Encoding: identity\r\nAccept: */*\r\nConnection: keep-alive\r\n"
            f"x-acs-action: {self._action}\r\nx-acs-version: {self._version}\r\n"
            "x-sdk-invoke-type: normal\r\nx-sdk-client: python/2.0.0\r\n\r\n"
        ).encode()


def _signature(key: bytes, text: bytes) -> bytes:
    plain = b2a_base64(hmac.digest(key, text, "sha1"), newline=False)
    return plain.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
