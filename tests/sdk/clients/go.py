"""The Go SDKs, built by ``make test-go``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.sdk.clients.lines import Lines

_CALLS: Final = Path(__file__).parents[1] / "go" / "target" / "calls"


class _Go(Lines):
    trust_variable = "SSL_CERT_FILE"

    def __init__(self, url: str) -> None:
        super().__init__(url, [_CALLS])


class Go(_Go):
    """``alibaba-cloud-sdk-go``, a request and a method for each operation."""

    client = "generated"


class GoCommon(_Go):
    """The same with requests that name their operation themselves, as the ``aliyun`` command sends them."""

    client = "common"


class GoTea(_Go):
    """``darabonba-openapi``, the core of today's clients; it signs with ACS3-HMAC-SHA256."""

    client = "tea"


class GoRoleProvider(_Go):
    """The same, but ``credentials-go`` assumes the roles, over TLS only."""

    client = "provider"
