"""What a stand-in is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from daypass.signing import Format


class Asked(msgspec.Struct, frozen=True):
    """A request that was allowed.

    Attributes:
        segments: of the path, decoded.
        query: parameters of the query, or of POP.
        headers: by name in lower case.
        host_label: what stands before the endpoint's name in the host.
        protobuf: the text field of a protobuf body with that number.
        region: of the service.
        request_id: of the request.
        url: where the client sent it to, as far as the host tells.
        format: of the answer, for POP.
    """

    segments: list[str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    host_label: str | None
    protobuf: Callable[[int], str | None]
    region: str
    request_id: str
    url: str
    format: Format

    def number(self, name: str, otherwise: int, most: int) -> int:
        """Return a parameter that is a number, within its bounds; what is none counts as not given."""
        text = self.query.get(name, "")
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else otherwise  # noqa: PLR2004 (digits)
        return min(value, most)
