"""The Node.js SDKs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.sdk.clients.lines import Lines

_CALLS: Final = Path(__file__).parents[1] / "node" / "calls.js"


class _Node(Lines):
    trust_variable = "NODE_EXTRA_CA_CERTS"

    def __init__(self, url: str) -> None:
        super().__init__(url, ["node", _CALLS])


class PopCoreGet(_Node):
    """``@alicloud/pop-core``, everything in the URL."""

    client = "pop-core GET"


class PopCorePost(_Node):
    """``@alicloud/pop-core``, everything in a form, the signature too."""

    client = "pop-core POST"


class NodeTea(_Node):
    """The generated clients of a product, their core ``@alicloud/openapi-client`` for IoT."""

    client = "tea"
