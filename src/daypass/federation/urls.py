"""URLs of issuers: what is accepted as one, and what is at known places below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_URL: Final = 255

_HTTPS: Final = re.compile(
    r"https://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*"
    r"(?:[?](?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?)",
    re.ASCII,
)
_LAST_PORT: Final = 65535
_HTTPS_PORT: Final = 443
_DISCOVERY: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class HttpsUrl:
    """An https URL without user and fragment.

    Attributes:
        host: a name or an address, without brackets.
        port: 443 if the URL names none.
        target: path and query, as they are asked for.
    """

    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, text: str) -> HttpsUrl:
        """Read a URL.

        Raises:
            ValueError: it is no such URL.
        """
        found = _HTTPS.fullmatch(text)
        port = int(found["port"] or _HTTPS_PORT) if found is not None else 0
        if found is None or not 0 < port <= _LAST_PORT:
            raise ValueError("an https URL without user and fragment is wanted")
        return cls(found["host"].strip("[]").lower(), port, found["target"])

    @property
    def authority(self) -> str:
        """Host and port, as a ``Host`` header carries them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _HTTPS_PORT else f"{host}:{self.port}"


def read_issuer_url(text: str) -> str:
    """Return the URL of an issuer as it was written, which is what tokens carry.

    Raises:
        ValueError: it is not an https URL of at most 255 characters without user, query and fragment.
    """
    if len(text) > MAX_URL:
        raise ValueError(f"at most {MAX_URL} characters are allowed")
    if {"?", "@"} & set(text):
        raise ValueError("an https URL without user, query and fragment is wanted")
    HttpsUrl.parse(text)
    return text


def discovery_url(issuer: str) -> HttpsUrl:
    """Return where an issuer publishes its configuration.

    Source: OpenID Connect Discovery 1.0, section 4.
    """
    return HttpsUrl.parse(issuer.rstrip("/") + _DISCOVERY)
