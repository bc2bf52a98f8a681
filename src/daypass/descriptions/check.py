"""Whether a description contradicts itself; what its form alone cannot tell."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from daypass.descriptions.find import BUILT_IN, Interface
from daypass.descriptions.templates import Pattern, Template

if TYPE_CHECKING:
    from daypass.descriptions.form import Action, InterfaceForm, Source


def compile_interface(service: str, form: InterfaceForm) -> Interface:
    """Compile an interface.

    Raises:
        ValueError: it contradicts itself; with one line for the author.
    """
    _check(form)
    return Interface(service, form)


def _check(form: InterfaceForm) -> None:
    if form.protocol == "pop":
        _check_pop(form)
    elif form.versions or form.unless or form.other is not None:
        raise ValueError("versions, unless and other are for POP only")
    for name, source in form.variables.items():
        _check_source(name, source)
    requests: set[object] = set()
    for action in form.action:
        _check_action(form, action)
        for request in action.requests:
            what = (request, tuple(sorted(action.body.items())), tuple(sorted(action.header.items())))
            if what in requests:
                raise ValueError(f"{request} stands there twice; only the first would ever be found")
            requests.add(what)


def _check_pop(form: InterfaceForm) -> None:
    names = Counter(name for each in form.action for name in each.all_names)
    twice = next((name for name, count in names.items() if count > 1), None)
    if twice is not None:
        raise ValueError(f"the action {twice} stands there twice")
    if not form.versions:
        raise ValueError("an interface of POP needs versions")
    if form.sub_resources or form.telling_headers:
        raise ValueError("sub_resources and telling_headers are not for POP")
    if form.other is not None:
        Template.parse(form.other.resource)


def _check_source(name: str, source: Source) -> None:
    given = (source.host, source.header, source.query, source.json, source.protobuf)
    if sum(bool(each) for each in given) != 1 or source.protobuf < 0:
        raise ValueError(f"the variable {name} needs exactly one of host, header, query, json and protobuf")
    if source.header != source.header.lower():
        raise ValueError(f"the variable {name} names a header; write it in lower case")
    if source.path and not source.header:
        raise ValueError(f"the variable {name} has path, which goes with header")
    if name in BUILT_IN:
        raise ValueError(f"the variable {name} is there already")


def _check_action(form: InterfaceForm, action: Action) -> None:
    if not action.all_names:
        raise ValueError(f"the action on {action.resource} has neither name nor names")
    called = action.all_names[0]
    if form.protocol == "pop" and not action.requests:
        if action.body or action.header:
            raise ValueError(f"{called}: body and header are for actions with requests")
    elif not action.requests or len(action.all_names) > 1:
        raise ValueError(f"{called}: it needs requests, and a name of its own")
    headers = (*action.header, *(also.header for also in action.also))
    if any(name != name.lower() for name in headers):
        raise ValueError(f"{called}: write the names of headers in lower case")
    _check_templates(form, action)


def _check_templates(form: InterfaceForm, action: Action) -> None:
    called = action.all_names[0]
    if not action.resource.startswith("acs:") and action.resource != "*":
        raise ValueError(f"{called}: the resource {action.resource} is no ARN")
    taken = [Pattern.parse(request).variables for request in action.requests]
    clash = form.variables.keys() & frozenset().union(*taken)
    if clash:
        raise ValueError(f"{called}: {{{min(clash)}}} comes from the path and from elsewhere")
    for text in (action.resource, *action.conditions.values(), *(also.resource for also in action.also)):
        for name, instead in Template.parse(text).variables:
            if form.protocol == "pop" or name in BUILT_IN or name in form.variables:
                continue
            if not (all if instead is None else any)(name in each for each in taken):
                raise ValueError(f"{called}: not every request of it says what {{{name}}} is")
