"""From a request to what it has to be authorized for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.descriptions.templates import Pattern, Template
from daypass.errors import ApiError
from daypass.signing.encoding import percent_decode

if TYPE_CHECKING:
    from daypass.descriptions.form import Access, Action, InterfaceForm, Protocol, Source

REGION: Final = "region"
ACCOUNT: Final = "account"
ANY: Final = "*"
BUILT_IN: Final = frozenset((REGION, ACCOUNT))
_DOTS: Final = frozenset((".", ".."))
_ROOT: Final[tuple[list[str], ...]] = ([], [""])
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Asking(msgspec.Struct, frozen=True):
    """A request, as far as a description looks at it. Nothing of it need be believed yet.

    Attributes:
        method: in upper case.
        segments: of the path, each decoded; without the slash it begins with.
        query: parameters, decoded.
        headers: by name in lower case.
        host_label: what stands before the endpoint's name in the host.
        json: members of a JSON body that are texts.
        protobuf: the text field of a protobuf body with that number.
        action: POP: as signed.
        region: of the service.
        account: that owns the resources.
    """

    method: str
    segments: list[str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    host_label: str | None
    json: Callable[[str], str | None]
    protobuf: Callable[[int], str | None]
    action: str
    region: str
    account: str


class Need(msgspec.Struct, frozen=True):
    """A right: an action on a resource."""

    action: str
    resource: str


class Found(msgspec.Struct, frozen=True):
    """What a request has to be authorized for.

    Attributes:
        needs: all of these; the first is what the request is.
        conditions: its own condition keys.
        access: what it does; ``None`` for an action the description does not name.
    """

    needs: tuple[Need, ...]
    conditions: Mapping[str, str]
    access: Access | None


class NotDescribedError(Exception):
    """No action of the description is what the request asks for, or its resource cannot be told."""


class _Rule(msgspec.Struct, frozen=True):
    action: str
    access: Access
    resource: Template
    patterns: tuple[Pattern, ...]
    body: Mapping[str, str]
    header: Mapping[str, str]
    conditions: tuple[tuple[str, Template], ...]
    also: tuple[tuple[str, Template, str], ...]


class Interface:
    """An interface of a description, compiled.

    Attributes:
        service: what its actions begin with.
        protocol: how requests are signed.
        versions: of POP.
        reads_body: whether action or resource can depend on the body.
    """

    def __init__(self, service: str, form: InterfaceForm) -> None:
        self.service: Final = service
        self.protocol: Final[Protocol] = form.protocol
        self.versions: Final = form.versions
        self.host_variable: Final = form.host_variable
        self._endpoints: Final = [_endpoint(name) for name in form.endpoints]
        self._sources: Final = form.variables
        self._sub_resources: Final = frozenset(form.sub_resources)
        self._telling: Final = frozenset(form.telling_headers)
        self._unless: Final = form.unless
        self._rules: Final = [_rule(service, name, each) for each in form.action for name in each.all_names]
        self._by_name: Final = {
            rule.action.partition(":")[2]: rule for rule in self._rules if not rule.patterns
        }
        self._other: Final = None if form.other is None else Template.parse(form.other.resource)
        self.reads_body: Final = any(rule.body for rule in self._rules) or any(
            source.json or source.protobuf for source in form.variables.values()
        )

    def host_label(self, host: str) -> tuple[bool, str | None]:
        """Tell whether a host is an endpoint of this interface, and what label stands before its name."""
        label, _, rest = host.partition(".")
        if any(endpoint.fullmatch(host) for endpoint in self._endpoints):
            return True, None
        if self.host_variable is not None and any(endpoint.fullmatch(rest) for endpoint in self._endpoints):
            return True, label
        return False, None

    def find(self, asked: Asking) -> Found:
        """Return what a request has to be authorized for.

        Raises:
            NotDescribedError: nothing here describes it.
        """
        if self.protocol == "pop" and asked.segments in _ROOT:
            return self._named(asked)
        if not _DOTS.isdisjoint(asked.segments):
            raise NotDescribedError("The path has a segment of dots.")
        for rule in self._rules:
            for pattern in rule.patterns:
                taken = self._match(rule, pattern, asked)
                if taken is not None and asked.action in {"", rule.action.partition(":")[2]}:
                    return self._found(rule, asked, {**asked.query, **taken} if self.versions else taken)
        raise NotDescribedError(f"No action is described for {asked.method} on this path.")

    def _named(self, asked: Asking) -> Found:
        taken = self._taken(asked.query)
        rule = self._by_name.get(asked.action)
        if rule is not None:
            return self._found(rule, asked, taken)
        if self._other is None or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,127}", asked.action, re.ASCII):
            raise NotDescribedError("The action is not described.")
        resource = self._filled(self._other, asked, taken)
        return Found((Need(f"{self.service}:{asked.action}", resource),), {}, None)

    def _taken(self, parameters: Mapping[str, str]) -> Mapping[str, str]:
        """Return the parameters that tell a resource: none, where one is there that tells another."""
        for name in self._unless:
            if any(each == name or each.startswith(f"{name}.") for each in parameters):
                return {}
        return parameters

    def _match(self, rule: _Rule, pattern: Pattern, asked: Asking) -> Mapping[str, str] | None:
        """Return the path's variables if a request is what a rule describes, else ``None``."""
        taken = pattern.match(asked.segments) if pattern.method == asked.method else None
        if taken is None or not self._exactly(rule, pattern, asked):
            return None
        return taken if all(asked.json(name) == value for name, value in rule.body.items()) else None

    def _exactly(self, rule: _Rule, pattern: Pattern, asked: Asking) -> bool:
        """Tell whether query and headers say what a rule wants, and nothing that would be another."""
        query, headers = asked.query, asked.headers
        return (
            all(_has(query, name, value) for name, value in pattern.parameters.items())
            and all(_has(headers, name, value) for name, value in rule.header.items())
            and self._sub_resources.isdisjoint(query.keys() - pattern.parameters.keys())
            and self._telling.isdisjoint(headers.keys() - rule.header.keys())
        )

    def _found(self, rule: _Rule, asked: Asking, taken: Mapping[str, str]) -> Found:
        needs = [Need(rule.action, self._filled(rule.resource, asked, taken))]
        needs += [
            Need(action, self._filled(template, asked, taken))
            for action, template, header in rule.also
            if not header or header in asked.headers
        ]
        value = self._values(asked, taken)
        conditions = {key: template.fill(value) for key, template in rule.conditions}
        return Found(
            tuple(needs), {key: text for key, text in conditions.items() if text is not None}, rule.access
        )

    def _filled(self, template: Template, asked: Asking, taken: Mapping[str, str]) -> str:
        text = template.fill(self._values(asked, taken))
        if text is None:
            raise NotDescribedError("The request does not say which resource it is about.")
        if _CONTROL.search(text) is not None:
            raise NotDescribedError("The name of a resource has a control character.")
        return text

    def _values(self, asked: Asking, taken: Mapping[str, str]) -> Callable[[str], str | None]:
        def value(name: str) -> str | None:
            if name == ACCOUNT:
                return asked.account
            if name == REGION:
                return asked.region
            source = self._sources.get(name)
            return taken.get(name) if source is None else _from(source, asked)

        return value


def _has(values: Mapping[str, str], name: str, wanted: str) -> bool:
    value = values.get(name)
    return value is not None and wanted in {ANY, value}


def _from(source: Source, asked: Asking) -> str | None:
    if source.host:
        return asked.host_label
    if source.header:
        value = asked.headers.get(source.header)
        return _as_path(value) if source.path and value is not None else value
    if source.query:
        return asked.query.get(source.query)
    if source.json:
        return asked.json(source.json)
    return asked.protobuf(source.protobuf)


def _as_path(value: str) -> str | None:
    """Return a path's decoded text without its first slash and its parameters; ``None`` if it is none."""
    path = value.partition("?")[0]
    try:
        text = percent_decode(path).removeprefix("/")
    except ApiError:
        return None
    return None if not _DOTS.isdisjoint(text.split("/")) else text


def segments_of(path: str, *, encoded_slashes: bool) -> list[str]:
    """Return the decoded segments of a path, without the slash it begins with.

    Args:
        path: percent-encoded.
        encoded_slashes: whether an encoded slash parts segments, too, as in names of OSS; else it is
            refused, since the upstream may take it for one.

    Raises:
        NotDescribedError: it has one that may not be there.
        ApiError: the encoding is broken.
    """
    if encoded_slashes:
        return percent_decode(path).removeprefix("/").split("/")
    segments = [percent_decode(segment) for segment in path.removeprefix("/").split("/")]
    if any("/" in segment or "\\" in segment for segment in segments):
        raise NotDescribedError("The path has an encoded slash.")
    return segments


def _rule(service: str, name: str, form: Action) -> _Rule:
    return _Rule(
        f"{service}:{name}",
        form.access,
        Template.parse(form.resource),
        tuple(Pattern.parse(request) for request in form.requests),
        form.body,
        form.header,
        tuple((key, Template.parse(text)) for key, text in form.conditions.items()),
        tuple((also.action, Template.parse(also.resource), also.header) for also in form.also),
    )


def _endpoint(name: str) -> re.Pattern[str]:
    return re.compile(r"[a-z0-9-]+".join(re.escape(part) for part in name.split("*")))
