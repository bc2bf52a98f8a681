"""Which services the gateway stands in front of: one TOML file."""

from __future__ import annotations

import ipaddress
import tomllib
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from daypass.descriptions import Description, DescriptionError, Interface, Protocol, parse, shipped
from daypass.errors import DaypassError
from daypass.gateway.stand_ins import fixtures
from daypass.gateway.stand_ins.fixtures import Fixtures
from daypass.names import ACCOUNT_ID
from daypass.signing import Scheme

_MOST_SECONDS: Final = 3600
_Seconds = Annotated[float, msgspec.Meta(gt=0, le=_MOST_SECONDS)]
_Count = Annotated[int, msgspec.Meta(ge=1, le=4096)]


class ConfigError(DaypassError):
    """The configuration cannot be used; one line for the operator."""


class UpstreamForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service behind the gateway, as it stands in the file.

    Attributes:
        url: where it listens, ``http://HOST:PORT`` or ``https://HOST:PORT``.
        stand_in: a file of fixtures that the gateway answers from itself, instead.
        service: whose description comes with daypass.
        description: a file with one, instead.
        protocol: which interface of the description, if not all.
        hosts: names by which clients reach the gateway for this service.
        account: that owns the resources; that of each caller, if not given.
        schemes: of signatures that are accepted; all of its protocols, if not given.
        region: in the ARNs of its resources.
        host: of the requests to it, behind a label that means something; else the client's.
        path_style: OSS: whether the service looks for buckets in paths only.
        audience: of the assertions; the URL, if not given.
        ca_file: authorities its certificate may be from, in the PEM form.
        connect_seconds: how long a connection may take.
        answer_seconds: how long an answer, and each further piece of it, may take.
        connections: how many at a time, at most.
    """

    url: str = ""
    stand_in: str = ""
    service: str = ""
    description: str = ""
    protocol: Protocol | None = None
    hosts: tuple[str, ...] = ()
    account: str = ""
    schemes: tuple[Scheme, ...] = ()
    region: str = ""
    host: str = ""
    path_style: bool = False
    audience: str = ""
    ca_file: str = ""
    connect_seconds: _Seconds = 5.0
    answer_seconds: _Seconds = 60.0
    connections: _Count = 256


class ConfigForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file.

    Attributes:
        upstream: the services.
        listen: address of the gateway, ``HOST:PORT``.
        check: address where nginx and Envoy ask about requests that they hold; none if empty.
        region: in ARNs, where a service says no other.
        trusted_proxies: addresses or networks whose forwarded headers are believed.
        tls_cert: PEM file of the certificate the gateway shows; plain HTTP without it.
        tls_key: PEM file of its private key.
    """

    upstream: Annotated[tuple[UpstreamForm, ...], msgspec.Meta(min_length=1)]
    listen: str = "127.0.0.1:8630"
    check: str = ""
    region: str = "cn-shanghai"
    trusted_proxies: tuple[str, ...] = ()
    tls_cert: str = ""
    tls_key: str = ""


class Upstream(msgspec.Struct, frozen=True, kw_only=True):
    """A service behind the gateway, ready for use.

    Attributes:
        service: what its actions begin with.
        interfaces: by which it is reached.
        secure: whether TLS is spoken with it.
        address: host and port it listens on.
        host: of the requests to it, behind a label that means something; empty for the client's.
        path_style: whether buckets are moved into the path.
        base: what its paths begin with, without a slash at the end.
        hosts: names by which clients reach the gateway for it, in lower case.
        account: that owns the resources; empty for that of each caller.
        schemes: of signatures that are accepted; empty for all.
        region: in ARNs.
        audience: of assertions.
        ca_file: authorities its certificate may be from; ``None`` for the system's.
        connect_seconds: how long a connection may take.
        answer_seconds: how long an answer, and each further piece of it, may take.
        connections: how many at a time, at most.
        fixtures: that the gateway answers from itself, if it does.
    """

    service: str
    interfaces: tuple[Interface, ...]
    secure: bool
    address: tuple[str, int]
    host: str
    path_style: bool
    base: str
    hosts: frozenset[str]
    account: str
    schemes: frozenset[str]
    region: str
    audience: str
    ca_file: Path | None
    connect_seconds: float
    answer_seconds: float
    connections: int
    fixtures: Fixtures | None = None


class Config(msgspec.Struct, frozen=True):
    """What the gateway runs with.

    Attributes:
        listen: its address.
        check: address where proxies ask; empty for none.
        upstreams: the services.
        trusted_proxies: whose forwarded headers are believed.
        tls: certificate and key files, if TLS is spoken.
    """

    listen: str
    check: str
    upstreams: tuple[Upstream, ...]
    trusted_proxies: tuple[str, ...]
    tls: tuple[Path, Path] | None


def read(path: Path) -> Config:
    """Read a configuration; files it names are looked for beside it.

    Raises:
        ConfigError: it cannot be used.
    """
    try:
        form = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), ConfigForm)
        return _config(form, path.parent)
    except OSError as fault:
        raise ConfigError(f"cannot read {fault.filename or path}: {fault.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ConfigError(f"{path} is not TOML: {fault}") from None
    except (msgspec.ValidationError, ValueError, DescriptionError) as fault:
        raise ConfigError(f"{path}: {fault}") from None


def _config(form: ConfigForm, folder: Path) -> Config:
    if bool(form.tls_cert) != bool(form.tls_key):
        raise ValueError("set both or neither of tls_cert and tls_key")
    for proxy in form.trusted_proxies:
        ipaddress.ip_network(proxy, strict=False)
    return Config(
        form.listen,
        form.check,
        tuple(_upstream(each, form.region, folder) for each in form.upstream),
        form.trusted_proxies,
        (folder / form.tls_cert, folder / form.tls_key) if form.tls_cert else None,
    )


def _upstream(form: UpstreamForm, region: str, folder: Path) -> Upstream:
    description, interfaces = _described(form, folder)
    if form.protocol is not None:
        interfaces = tuple(each for each in interfaces if each.protocol == form.protocol)
        if not interfaces:
            raise ValueError(f"{description.service} is not reached by {form.protocol}")
    if form.account and ACCOUNT_ID.fullmatch(form.account) is None:
        raise ValueError(f"the account {form.account} must have 16 digits")
    if bool(form.url) == bool(form.stand_in):
        raise ValueError("an upstream needs url or stand_in, and not both")
    url = _url(form.url or "http://stand-in.invalid")
    secure = url.scheme == "https"
    return Upstream(
        service=description.service,
        interfaces=interfaces,
        secure=secure,
        address=(url.hostname or "", url.port or (443 if secure else 80)),
        host=form.host,
        path_style=form.path_style,
        base=url.path.rstrip("/"),
        hosts=frozenset(host.lower() for host in form.hosts),
        account=form.account,
        schemes=frozenset(form.schemes),
        region=form.region or region,
        audience=form.audience or form.url or form.stand_in,
        ca_file=folder / form.ca_file if form.ca_file else None,
        connect_seconds=form.connect_seconds,
        answer_seconds=form.answer_seconds,
        connections=form.connections,
        fixtures=fixtures.read(folder / form.stand_in) if form.stand_in else None,
    )


def _described(form: UpstreamForm, folder: Path) -> tuple[Description, tuple[Interface, ...]]:
    if bool(form.service) == bool(form.description):
        raise ValueError("an upstream needs service or description, and not both")
    if form.service:
        return shipped(form.service)
    return parse((folder / form.description).read_text(encoding="utf-8"))


def _url(text: str) -> SplitResult:
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment or url.username:
        raise ValueError(f"{text} is not of the form http://HOST:PORT")
    return url
