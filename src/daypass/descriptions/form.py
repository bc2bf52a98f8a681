"""The form of a description, as it stands in its file.

Unknown members are refused, so that a misspelt one cannot leave a request unprotected.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Protocol = Literal["pop", "sls", "mns", "ots", "datahub", "oss"]
"""How requests are signed and errors are told; POP is the protocol of RPC 1.0, ROA and ACS3."""

Access = Literal["list", "read", "write", "permissions", "tagging"]
"""What an action does, at most."""

_Name = Annotated[str, msgspec.Meta(pattern="^[A-Za-z][A-Za-z0-9_]{0,127}$")]
_Service = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{0,63}$")]
_Variable = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a variable of the templates comes from; exactly one of these.

    Attributes:
        host: the label of the host before the endpoint's name.
        header: a header.
        query: a parameter of the query.
        json: a member of a JSON body.
        protobuf: the number of a text field of a protobuf body.
        path: whether a header's value is a percent-encoded path: it is decoded, its first slash dropped.
    """

    host: bool = False
    header: str = ""
    query: str = ""
    json: str = ""
    protobuf: int = 0
    path: bool = False


class Also(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A further right that a request needs.

    Attributes:
        action: with its service, as policies write it.
        resource: its template.
        header: the header that makes it needed; always, if none is named.
    """

    action: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]*:[A-Za-z0-9_]+$")]
    resource: _Text
    header: str = ""


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An action, or several that differ in nothing but the name.

    Attributes:
        name: as policies write it, without the service.
        names: several.
        access: what it does, at most.
        resource: the template of the resource's ARN.
        requests: ``METHOD /path/{variable}?parameter``; a path's last variable may take the rest as
            ``{variable+}``. An action of POP has some if it is called by its path (ROA); else the
            signed name is enough, and the path is ``/``.
        body: members that a JSON body must have, with their values.
        header: headers that must be there, with their values; ``*`` for any.
        conditions: condition keys with the templates of their values; a key is left out where a
            variable is not there.
        also: further rights it needs.
        about: one sentence.
    """

    access: Access
    resource: _Text
    name: _Name | None = None
    names: tuple[_Name, ...] = ()
    requests: tuple[_Text, ...] = ()
    body: dict[str, str] = {}
    header: dict[str, str] = {}
    conditions: dict[str, str] = {}
    also: tuple[Also, ...] = ()
    about: str = ""

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name it stands for."""
        return (*(() if self.name is None else (self.name,)), *self.names)


class Other(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What POP actions are about that the description does not name.

    Attributes:
        resource: the template of their resource.
    """

    resource: _Text


class InterfaceForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One protocol under which a service is reached.

    Attributes:
        protocol: how requests are signed and errors are told.
        versions: of the API, for POP: they tell one service from another.
        endpoints: names of hosts where it is reached in the cloud; ``*`` is one label.
        host_variable: what the label before an endpoint's name is, as in ``bucket``.
        sub_resources: parameters of the query that make another request of it: a request that has
            one is only what an action says that names it.
        telling_headers: headers that do likewise.
        unless: POP only: parameters that name something whose resource nothing tells. Where one is
            there, alone or with a number, variables that may be missing count as missing.
        variables: where variables come from that no path has.
        action: the actions.
        other: POP only; without it, actions not named are refused.
    """

    protocol: Protocol
    action: tuple[Action, ...]
    versions: tuple[Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")], ...] = ()
    endpoints: tuple[Annotated[str, msgspec.Meta(pattern="^[a-z0-9*-]+(?:[.][a-z0-9*-]+)*$")], ...] = ()
    host_variable: _Variable | None = None
    sub_resources: tuple[str, ...] = ()
    telling_headers: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    variables: dict[_Variable, Source] = {}
    other: Other | None = None


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A service.

    Attributes:
        service: what its actions begin with.
        title: for people.
        interface: the protocols under which it is reached.
    """

    service: _Service
    title: _Text
    interface: Annotated[tuple[InterfaceForm, ...], msgspec.Meta(min_length=1)]
