"""No SDK: a URL, or a form, that is signed by hand with the standard library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

from daypass.client import Credentials
from tests.sdk.scenario import VERSIONS, Body, Caller, Parameters, RefusedError


def signed(
    method: str, who: Credentials, product: str, action: str, parameters: Parameters
) -> dict[str, str]:
    """Return the operation's parameters, the common ones and the signature over them."""
    every = {
        "Action": action,
        **{name: str(value) for name, value in parameters.items()},
        "Version": VERSIONS[product],
        "AccessKeyId": who.access_key_id,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": str(uuid.uuid4()),
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if who.security_token is not None:
        every["SecurityToken"] = who.security_token
    query = "&".join(f"{quote(name, safe='')}={quote(every[name], safe='')}" for name in sorted(every))
    text = f"{method}&{quote('/', safe='')}&{quote(query, safe='')}"
    key = f"{who.access_key_secret.reveal()}&"
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha1).digest()
    return {**every, "Signature": base64.b64encode(digest).decode()}


def url_of(server: str, parameters: Mapping[str, str]) -> str:
    """Return a URL, everything in its query."""
    return f"{server}/?{urlencode(parameters)}"


def fetch(url: str, form: bytes | None = None) -> tuple[str, str]:
    """Return the answer's type and text.

    Raises:
        RefusedError: as XML tells it.
    """
    request = urllib.request.Request(url, data=form)  # noqa: S310 (the test's own server)
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 (as above)
            return answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            body = read(error.read().decode())
        raise RefusedError(
            body["Code"], error.code, body["Message"], body.get("AccessDeniedDetail")
        ) from None


def read(text: str) -> Body:
    """Return an XML answer as nested texts."""
    body = _tree(ET.fromstring(text))  # noqa: S314 (the test's own server)
    assert isinstance(body, dict)
    return body


def _tree(element: ET.Element) -> Any:
    return {child.tag: _tree(child) for child in element} if len(element) else element.text or ""


class SignedUrl(Caller):
    """GET of a signed URL; the answer is XML, since nothing else is asked for."""

    trust_variable = "SSL_CERT_FILE"

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        return read(fetch(url_of(self.url, signed("GET", who, product, action, parameters)))[1])


class SignedForm(SignedUrl):
    """POST of a signed form."""

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        form = urlencode(signed("POST", who, product, action, parameters)).encode()
        return read(fetch(f"{self.url}/", form)[1])
