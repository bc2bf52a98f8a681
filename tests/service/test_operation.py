"""Declarations: what is derived from them, and which contradict themselves."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from daypass.errors import ApiError
from daypass.service.authorization import NoPermissionNeeded
from daypass.service.operation import (
    BadDeclarationError,
    Catalogue,
    Nothing,
    Operation,
    Request,
    Runs,
    Service,
)
from daypass.service.params import Text

NAME = Text(wire="Name", help="A name.")
COLOUR = Text(wire="Colour", help="A colour.")
FREE = NoPermissionNeeded("a test")


class Paint(Request, frozen=True, kw_only=True):
    name: Annotated[str, NAME]
    colour: Annotated[str | None, COLOUR] = None


class Bare(Request, frozen=True, kw_only=True):
    name: str


def _nothing(call: Any, q: Any) -> Nothing:
    """Do nothing."""
    del call, q
    return Nothing()


def _service(version: str = "2020-01-01") -> Service:
    service = Service("Test", version, "tests")

    @service.operation("Paint", Paint, Nothing, authorize=FREE, runs=Runs.INLINE)
    def paint(call: Any, q: Paint) -> Nothing:
        """Paint something."""
        del call, q
        return Nothing()

    return service


def _operation() -> Operation[Any, Any]:
    return next(iter(_service()))


def test_an_operation_is_found_by_version_and_action() -> None:
    catalogue = Catalogue([_service()])
    assert catalogue.find("2020-01-01", "Paint").help == "Paint something."


@pytest.mark.parametrize(
    ("version", "action", "code"),
    [("2020-01-01", "Draw", "InvalidApi.NotFound"), ("1999-01-01", "Paint", "InvalidVersion")],
)
def test_an_operation_that_is_not_there_is_told_apart_from_a_version_that_is_not(
    version: str, action: str, code: str
) -> None:
    with pytest.raises(ApiError) as refusal:
        Catalogue([_service()]).find(version, action)
    assert refusal.value.code == code


def test_an_operation_is_found_by_a_spelling_that_clients_have_wrong_and_listed_once() -> None:
    service = _service()

    @service.operation("Untag", Paint, Nothing, authorize=FREE, runs=Runs.INLINE, misspelt=("UnTag",))
    def untag(call: Any, q: Paint) -> Nothing:
        """Take it off."""
        return _nothing(call, q)

    catalogue = Catalogue([service])
    assert catalogue.find("2020-01-01", "UnTag") is catalogue.find("2020-01-01", "Untag")
    assert [operation.name for operation in catalogue] == ["Paint", "Untag"]


def test_parameters_are_bound_by_their_wire_names() -> None:
    assert _operation().bind({"Name": "door", "Colour": "red", "Else": "x"}) == Paint(
        name="door", colour="red"
    )
    assert _operation().bind({"Name": "door"}) == Paint(name="door")


def test_a_missing_parameter_is_told_before_a_wrong_one() -> None:
    with pytest.raises(ApiError) as refusal:
        _operation().bind({"Colour": ""})
    assert refusal.value.code == "MissingParameter.Name"


def test_a_later_missing_parameter_is_told_before_an_earlier_wrong_one() -> None:
    class Both(Request, frozen=True, kw_only=True):
        colour: Annotated[str, COLOUR]
        name: Annotated[str, NAME]

    service = Service("Test", "1", "tests")
    service.operation("Both", Both, Nothing, authorize=FREE, runs=Runs.READ)(_nothing)
    with pytest.raises(ApiError) as refusal:
        next(iter(service)).bind({"Colour": ""})
    assert refusal.value.code == "MissingParameter.Name"


def test_what_parameters_may_give_is_declared_with_the_operation() -> None:
    codes = {error.code for error in _operation().errors()}
    assert {"MissingParameter.Name", "InvalidParameter.Name.Length", "InternalError"} <= codes


def test_a_field_without_a_kind_is_refused() -> None:
    declare = Service("Test", "1", "tests").operation("Bare", Bare, Nothing, authorize=FREE, runs=Runs.READ)
    with pytest.raises(BadDeclarationError, match="names no parameter kind"):
        declare(_nothing)


def test_a_name_declared_twice_is_refused() -> None:
    service = _service()
    declare = service.operation("Paint", Paint, Nothing, authorize=FREE, runs=Runs.READ)
    with pytest.raises(BadDeclarationError, match="twice"):
        declare(_nothing)


def test_two_services_may_not_answer_the_same_name_of_one_version() -> None:
    with pytest.raises(BadDeclarationError, match="two services"):
        Catalogue([_service(), _service()])


def test_only_what_writes_is_prepared() -> None:
    service = Service("Test", "2020-01-01", "tests")
    with pytest.raises(BadDeclarationError, match="needs no preparation"):
        service.operation(
            "Paint", Paint, Nothing, authorize=FREE, runs=Runs.READ, prepare=lambda call, q: (call, q)
        )(_nothing)
