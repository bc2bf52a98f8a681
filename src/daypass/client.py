"""A small signing client: what the command line and tests call servers with."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from daypass.errors import DaypassError
from daypass.secret import Secret
from daypass.signing import Format, sign_rpc_v1

SECONDS: Final = 60.0
"""For connecting, and for each wait on an answer."""

_FORM: Final = "application/x-www-form-urlencoded"


class UnreachableError(DaypassError):
    """The endpoint is not a URL, or nothing answers there."""


class UntrustedError(UnreachableError):
    """Something answers at the endpoint, with a certificate that is not trusted."""


class Credentials(msgspec.Struct, frozen=True):
    """What a call is signed with.

    Attributes:
        security_token: of temporary credentials.
    """

    access_key_id: str
    access_key_secret: Secret
    security_token: str | None = None

    @classmethod
    def of(cls, body: Mapping[str, str]) -> Credentials:
        """Read them from an answer of STS: AccessKeyId, AccessKeySecret, SecurityToken."""
        return cls(body["AccessKeyId"], Secret(body["AccessKeySecret"]), body.get("SecurityToken"))


class Answer(msgspec.Struct, frozen=True):
    """A server's answer: HTTP status, headers by lower-case name, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> dict[str, Any]:
        """Return the body as the JSON object it should be.

        Raises:
            ValueError: it is none.
        """
        parsed = json.loads(self.body)
        if not isinstance(parsed, dict):
            raise ValueError("the answer is not a JSON object")  # noqa: TRY004 (a value from the wire)
        return parsed

    @property
    def code(self) -> str:
        """The error code, or an empty text."""
        return str(self.json().get("Code", "")) if self.status >= http.client.BAD_REQUEST else ""


class Client:
    """Calls operations of a server, signing with RPC v1, or unsigned.

    Args:
        endpoint: base URL, ``http://HOST:PORT`` or ``https://HOST:PORT``.
        credentials: to sign with; nobody signs without them.
        ca_file: PEM file of the authorities whose certificates are trusted, and no others; the
            system's without it.

    Raises:
        UnreachableError: the endpoint is no such URL, or the file cannot be used.
    """

    def __init__(
        self, endpoint: str, credentials: Credentials | None, *, ca_file: Path | None = None
    ) -> None:
        parts = urllib.parse.urlsplit(endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UnreachableError(f"the endpoint {endpoint} is not a URL like http://127.0.0.1:8620")
        self._endpoint: Final = endpoint
        self._parts: Final = parts
        self._credentials: Final = credentials
        self._tls: Final = _trusting(ca_file) if parts.scheme == "https" else None

    def call(
        self, version: str, action: str, parameters: Mapping[str, str] = {}, *, form: Format = "JSON"
    ) -> Answer:
        """Call an operation by POST, all parameters in the body.

        Args:
            version: API version, ``2015-04-01``.
            action: as in ``AssumeRole``.
            parameters: the operation's own, as texts.
            form: of the answer.

        Raises:
            UnreachableError: nothing answers.
        """
        signer = self._credentials
        if signer is None:
            named = {"Action": action, "Version": version, "Format": form}
            body = urllib.parse.urlencode({**named, **parameters})
            return self.send("POST", "/", body.encode(), {"content-type": _FORM})
        body = sign_rpc_v1(
            action,
            version,
            parameters,
            access_key_id=signer.access_key_id,
            secret=signer.access_key_secret.reveal(),
            security_token=signer.security_token,
            timestamp=int(time.time()),
            nonce=os.urandom(16).hex(),
            format=form,
        )
        return self.send("POST", "/", body.encode(), {"content-type": _FORM})

    def send(self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] = {}) -> Answer:
        """Send one request as it is.

        Raises:
            UnreachableError: nothing answers.
        """
        connection = self._connection()
        try:
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        except ssl.SSLCertVerificationError as fault:
            raise UntrustedError(
                f"the certificate of {self._endpoint} is not trusted: {fault.verify_message}"
            ) from None
        except (OSError, http.client.HTTPException) as fault:
            reason = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
            raise UnreachableError(f"no answer from {self._endpoint}: {reason}") from None
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._tls is None:
            return http.client.HTTPConnection(host, port, timeout=SECONDS)
        return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=self._tls)


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Return what servers are met with whose certificate has to be good."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        raise UnreachableError(f"there is no certificate in {ca_file}") from None
    except OSError as fault:
        raise UnreachableError(f"cannot read {ca_file}: {fault.strerror}") from None
