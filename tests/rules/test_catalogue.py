"""Laws that every operation of the catalogue obeys, whatever it does."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from daypass.main import CATALOGUE
from daypass.service.operation import Operation, Response, Runs
from tests.rules.surface import OWN, published

PUBLISHED = published()
EVERY = pytest.mark.parametrize("op", list(CATALOGUE), ids=lambda op: f"{op.product}.{op.name}")
OTHERS = pytest.mark.parametrize(
    "op", [op for op in CATALOGUE if op.product != OWN], ids=lambda op: f"{op.product}.{op.name}"
)

# What the names of operations begin with that change nothing.
READING = ("BatchGet", "Decode", "Explain", "Get", "List", "Lookup", "Query", "Review", "Search", "Simulate")

# Parameters that a published operation has and ours does not read, with the reason.
UNREAD: dict[tuple[str, str], set[str]] = {}

# Parameters that ours reads beside the published ones, with the reason.
MORE: dict[tuple[str, str], set[str]] = {
    # The older form of MFAOperationForLogin, still valid and what Terraform's provider sends.
    ("Ims", "SetSecurityPreference"): {"EnforceMFAForLogin"},
}

# Members that our answers have beside the published ones, with the reason.
ADDED = {
    # Which statement of a policy decided, and which one nearly did; SDKs pass over what they do not know.
    "DecodeDiagnosticMessage.DecodedDiagnosticMessage.MatchedPolicies[].Statement",
    "DecodeDiagnosticMessage.DecodedDiagnosticMessage.MatchedPolicies[].AttachedEntity",
    "DecodeDiagnosticMessage.DecodedDiagnosticMessage.NearlyMatchedPolicies",
    # See MORE.
    "SetSecurityPreference.SecurityPreference.LoginProfilePreference.EnforceMFAForLogin",
    "GetSecurityPreference.SecurityPreference.LoginProfilePreference.EnforceMFAForLogin",
}


@EVERY
def test_every_operation_documents_itself(op: Operation[Any, Any]) -> None:
    assert op.help
    assert op.authorize.describe()
    assert all(parameter.kind.help for parameter in op.parameters)


@OTHERS
def test_every_operation_is_one_that_is_published_under_its_version(op: Operation[Any, Any]) -> None:
    fact = PUBLISHED[op.product, op.name]
    assert op.version == fact["version"]
    assert op.anonymous == fact["anonymous"]


@OTHERS
def test_parameters_have_published_names_and_types(op: Operation[Any, Any]) -> None:
    wanted = {name: _type(kind) for name, kind in PUBLISHED[op.product, op.name]["parameters"].items()}
    ours = {parameter.kind.wire: parameter.kind.wire_type for parameter in op.parameters}
    extra = {"RegionId"} if op.product == "Iot" else MORE.get((op.product, op.name), set())
    unread = UNREAD.get((op.product, op.name), set())
    assert {name: ours[name] for name in ours if name not in extra} == {
        name: wanted[name] for name in wanted if name not in unread
    }


@OTHERS
def test_responses_have_published_names_and_types(op: Operation[Any, Any]) -> None:
    wanted = PUBLISHED[op.product, op.name]["response"]
    _assert_within({"RequestId": "string", **_tree(op.response)}, wanted, op.name)


@EVERY
def test_members_of_a_response_are_left_out_only_when_there_is_none(op: Operation[Any, Any]) -> None:
    for kind in _responses(op.response):
        defaults = [item.default for item in msgspec.structs.fields(kind) if not item.required]
        assert set(defaults) <= {None, msgspec.NODEFAULT}, kind


@EVERY
def test_error_codes_are_well_formed_and_say_something(op: Operation[Any, Any]) -> None:
    for error in op.errors():
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", error.code)
        assert 400 <= error.status < 600
        assert error.template


@EVERY
def test_secret_parameters_are_parameters(op: Operation[Any, Any]) -> None:
    assert op.secret_parameters <= {parameter.kind.wire for parameter in op.parameters}
    assert {"Password", "NewPassword", "OldPassword"} & {
        parameter.kind.wire for parameter in op.parameters
    } <= op.secret_parameters


@EVERY
def test_operations_that_only_read_by_name_do_not_write(op: Operation[Any, Any]) -> None:
    reads = op.name.startswith(READING) or op.name in {
        "AssumeRole",
        "AssumeRoleWithOIDC",
    }
    assert (op.runs is not Runs.WRITE) == reads


def test_all_operations_that_the_first_flow_needs_are_there() -> None:
    first = {name for name, fact in PUBLISHED.items() if fact["tier"] == 1 and name[0] in {"Ram", "Iot"}}
    first |= {("Sts", "AssumeRole"), ("Sts", "GetCallerIdentity"), ("Ram", "DecodeDiagnosticMessage")}
    first |= {
        ("ResourceManager", name)
        for name in (
            "AttachPolicy",
            "DetachPolicy",
            "ListPolicyAttachments",
            "CreateResourceGroup",
            "GetResourceGroup",
            "ListResourceGroups",
            "DeleteResourceGroup",
        )
    }
    assert first - {(op.product, op.name) for op in CATALOGUE} == set()


def _type(published_type: Any) -> str:
    """Write a published type as parameter kinds do."""
    if isinstance(published_type, list):
        item = published_type[0]
        return f"[{{{', '.join(item)}}}]" if isinstance(item, dict) else f"[{item}]"
    return str(published_type)


def _responses(kind: Any) -> Iterator[type[Response]]:
    if isinstance(kind, type) and issubclass(kind, Response):
        yield kind
        for hint in typing.get_type_hints(kind).values():
            yield from _responses(hint)
    for inner in typing.get_args(kind):
        yield from _responses(inner)


SCALARS: dict[Any, str] = {str: "string", int: "integer", bool: "boolean", float: "number"}


def _tree(kind: Any) -> Any:
    """Return a response type as the published facts write it."""
    if kind in SCALARS:
        return SCALARS[kind]
    origin = typing.get_origin(kind)
    if origin in {typing.Union, types.UnionType}:
        (inner,) = (arm for arm in typing.get_args(kind) if arm is not type(None))
        return _tree(inner)
    if origin in {list, tuple}:
        return [_tree(typing.get_args(kind)[0])]
    assert issubclass(kind, Response)
    hints = typing.get_type_hints(kind)
    return {item.encode_name: _tree(hints[item.name]) for item in msgspec.structs.fields(kind)}


def _assert_within(ours: Any, wanted: Any, where: str) -> None:
    if isinstance(ours, dict):
        assert isinstance(wanted, dict), where
        for name, inner in ours.items():
            if f"{where}.{name}" in ADDED:
                continue
            assert name in wanted, f"{where}.{name} is not published"
            _assert_within(inner, wanted[name], f"{where}.{name}")
    elif isinstance(ours, list):
        assert isinstance(wanted, list), where
        _assert_within(ours[0], wanted[0], f"{where}[]")
    else:
        assert ours == wanted, where
