"""Which addresses an issuer may have."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final, TypeAlias

from daypass.federation.errors import ISSUER_URL

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_UNICAST: Final = ipaddress.ip_network("2000::/3")
"""What of IPv6 is given to the internet; the rest is reserved, or leads to other addresses."""
_MOST: Final = 4
"""Addresses of one name that are tried."""


def addresses_of(host: str, port: int, *, private: bool) -> list[str]:
    """Return the addresses of a host that may be connected to, in the resolver's order.

    Args:
        host: a name or an address.
        port: that is going to be connected to.
        private: whether addresses of private networks and of this machine are allowed.

    Raises:
        ApiError: ``AuthenticationFail.OIDCToken.HttpsUrlInvalid``, there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ISSUER_URL(reason=f"there is no host {host}") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    allowed = [address for address in addresses if private or is_public(address)]
    if not allowed:
        raise ISSUER_URL(
            reason=f"{host} has no public address; `daypass serve --allow-private-issuers` allows others"
        )
    return allowed[:_MOST]


def is_public(text: str) -> bool:
    """Return whether an address is one of the internet, and not another kind in disguise."""
    address = _inner(ipaddress.ip_address(text.partition("%")[0]))
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address leads to, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
