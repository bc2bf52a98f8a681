"""Where a request came from: the connection, or what a trusted proxy says."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence


class ProxyTrust:
    """Believes ``X-Forwarded-For`` and ``X-Forwarded-Proto`` of configured addresses only.

    Args:
        trusted: addresses or networks of proxies; none by default.

    Raises:
        ValueError: one of them is neither.
    """

    def __init__(self, trusted: Sequence[str] = ()) -> None:
        self._trusted: Final = tuple(ipaddress.ip_network(text, strict=False) for text in trusted)

    def origin(self, address: str, secure: bool, headers: Sequence[tuple[str, str]]) -> tuple[str, bool]:
        """Return the client's address and whether it speaks TLS.

        Of a chain of forwarded addresses the last one that is not a trusted proxy counts.

        Args:
            address: the connection's other end.
            secure: whether the connection is TLS.
            headers: names in lower case.
        """
        if not self._trusted or not self._is_trusted(address):
            return address, secure
        forwarded = ",".join(value for name, value in headers if name == "x-forwarded-for")
        for hop in reversed([hop.strip() for hop in forwarded.split(",") if hop.strip()]):
            address = hop
            if not self._is_trusted(hop):
                break
        proto = [value for name, value in headers if name == "x-forwarded-proto"]
        return address, (proto[-1].strip().lower() == "https" if proto else secure)

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)
