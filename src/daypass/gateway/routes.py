"""Which service a request is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from daypass.descriptions import Interface, Protocol, host_name, local_label
from daypass.errors import ErrorCode
from daypass.service.codes import INVALID_VERSION
from daypass.signing.errors import shown

if TYPE_CHECKING:
    from daypass.gateway.config import Upstream
    from daypass.signing import WireRequest

NO_SERVICE: Final = ErrorCode("InvalidHost", 404, "The gateway stands in front of no such service: {why}")


class Route(msgspec.Struct, frozen=True):
    """A service, by one of its interfaces.

    Attributes:
        upstream: where it is.
        interface: by which it is reached.
        host_label: what stands before the endpoint's name in the host, if that tells something.
    """

    upstream: Upstream
    interface: Interface
    host_label: str | None


class Routes:
    """Finds the service of a request: by its protocol, its version for POP, and its host."""

    def __init__(self, upstreams: tuple[Upstream, ...]) -> None:
        self._by_protocol: Final[dict[Protocol, list[tuple[Upstream, Interface]]]] = {}
        self._by_version: Final[dict[str, list[tuple[Upstream, Interface]]]] = {}
        for upstream in upstreams:
            for interface in upstream.interfaces:
                pair = (upstream, interface)
                self._by_protocol.setdefault(interface.protocol, []).append(pair)
                for version in interface.versions:
                    self._by_version.setdefault(version, []).append(pair)

    def find(self, protocol: Protocol, request: WireRequest, version: str = "") -> Route:
        """Return the service of a request.

        Args:
            protocol: whose signature it carries.
            request: as it came; only its host is looked at.
            version: of the API, as signed; for POP.

        Raises:
            ApiError: there is none, or the host does not tell which.
        """
        if protocol == "pop":
            pairs = self._by_version.get(version, [])
            if not pairs:
                raise INVALID_VERSION(version=shown(version))
        else:
            pairs = self._by_protocol.get(protocol, [])
            if not pairs:
                raise NO_SERVICE(why=f"none speaks {protocol}.")
        return self._by_host(pairs, host_name(request.host))

    @staticmethod
    def _by_host(pairs: list[tuple[Upstream, Interface]], host: str) -> Route:
        for upstream, interface in pairs:
            here, label = _label(upstream, interface, host)
            if here:
                return Route(upstream, interface, label)
        if len(pairs) > 1:
            raise NO_SERVICE(
                why=f"several speak its protocol, and {shown(host) or 'no host'} is none of theirs."
            )
        upstream, interface = pairs[0]
        if interface.host_variable is None:
            return Route(upstream, interface, None)
        # Read as no label, a host could name another bucket to the service than the path does here.
        here, label = local_label(host)
        if not here:
            raise NO_SERVICE(why=f"{shown(host) or 'no host'} is none of its names; list it under hosts.")
        return Route(upstream, interface, label)


def _label(upstream: Upstream, interface: Interface, host: str) -> tuple[bool, str | None]:
    """Tell whether a host is of a service, and what label stands before its endpoint's name."""
    if host in upstream.hosts:
        return True, None
    label, _, rest = host.partition(".")
    if label and rest in upstream.hosts and interface.host_variable is not None:
        return True, label
    return interface.host_label(host)
