"""Parameter kinds: what each reads, and the error it gives for the rest."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.errors import ApiError, ErrorCode
from daypass.service.params import Choice, Flag, Integer, Kind, Parsed, Tag, Tags, Text, Texts

NAME = Text(wire="Name", help="A name.", most=4, pattern=re.compile(r"[a-z]+"), allowed="small letters")
COUNT = Integer(wire="Count", help="A number.", least=1, most=100)
KIND = Choice(wire="Kind", help="A word.", options=("System", "Custom"))
ON = Flag(wire="On", help="A switch.")
IDS = Texts(wire="Id", help="Names.", most=3, item=NAME)
TAGS = Tags(most=2)
BAD = ErrorCode("Bad", 400, "{reason}")
NUMBER = Parsed(wire="Hex", help="A number.", parse=lambda text: int(text, 16), invalid=BAD)


def _refused(kind: Kind, parameters: dict[str, str]) -> str:
    with pytest.raises(ApiError) as refusal:
        kind.take(parameters)
    assert refusal.value.declared in kind.errors()
    return refusal.value.code


@pytest.mark.parametrize(
    ("kind", "parameters", "value"),
    [
        (NAME, {"Name": "abcd"}, "abcd"),
        (COUNT, {"Count": "100"}, 100),
        (KIND, {"Kind": "Custom"}, "Custom"),
        (ON, {"On": "True"}, True),
        (ON, {"On": "false"}, False),
        (IDS, {"Id.1": "a", "Id.2": "b"}, ("a", "b")),
        (IDS, {"Id": '["a", "b"]'}, ("a", "b")),
        (IDS, {"Id": "a"}, ("a",)),
        (TAGS, {"Tag.1.Key": "k", "Tag.1.Value": "v"}, (Tag("k", "v"),)),
        (TAGS, {"Tag.1.Key": "k"}, (Tag("k", ""),)),
        (TAGS, {"Tag": '[{"Key": "k", "Value": "v"}]'}, (Tag("k", "v"),)),
        (NUMBER, {"Hex": "ff"}, 255),
    ],
)
def test_a_well_formed_value_is_read(kind: Kind, parameters: dict[str, str], value: Any) -> None:
    assert kind.take(parameters) == value


@pytest.mark.parametrize("kind", [NAME, COUNT, KIND, ON, IDS, TAGS, NUMBER])
def test_an_absent_value_is_none_and_no_error(kind: Kind) -> None:
    assert kind.take({}) is None
    assert kind.absent().code == f"MissingParameter.{kind.wire}"


@pytest.mark.parametrize(
    ("kind", "parameters", "code"),
    [
        (NAME, {"Name": ""}, "InvalidParameter.Name.Length"),
        (NAME, {"Name": "abcde"}, "InvalidParameter.Name.Length"),
        (NAME, {"Name": "ABC"}, "InvalidParameter.Name.InvalidChars"),
        (NAME, {"Name": "ab\n"}, "InvalidParameter.Name.InvalidChars"),
        (COUNT, {"Count": "0"}, "InvalidParameter.Count"),
        (COUNT, {"Count": "101"}, "InvalidParameter.Count"),
        (COUNT, {"Count": "1" * 5000}, "InvalidParameter.Count"),
        (COUNT, {"Count": "\u0661"}, "InvalidParameter.Count"),
        (KIND, {"Kind": "custom"}, "InvalidParameter.Kind"),
        (ON, {"On": "yes"}, "InvalidParameter.On"),
        (IDS, {"Id.1": "a", "Id.2": "b", "Id.3": "c", "Id.4": "d"}, "InvalidParameter.Id"),
        (IDS, {"Id": "[1]"}, "InvalidParameter.Id"),
        (IDS, {"Id": "[" * 50_000}, "InvalidParameter.Id"),
        (IDS, {"Id.1": "A"}, "InvalidParameter.Name.InvalidChars"),
        (TAGS, {"Tag": "{}"}, "InvalidParameter.Tag"),
        (TAGS, {"Tag": '[{"Key": "acs:x"}]'}, "InvalidParameter.Tag"),
        (TAGS, {"Tag.1.Key": "k", "Tag.2.Key": "k"}, "InvalidParameter.Tag"),
        (TAGS, {"Tag.1.Key": "k", "Tag.1.Value": "v" * 129}, "InvalidParameter.Tag"),
        (NUMBER, {"Hex": "xyz"}, "Bad"),
    ],
)
def test_a_wrong_value_gives_the_parameters_own_error(
    kind: Kind, parameters: dict[str, str], code: str
) -> None:
    assert _refused(kind, parameters) == code


@pytest.mark.parametrize("key", ["acs:x", "aliyunx", "to https://x"])
def test_a_reserved_tag_key_is_refused_with_what_keys_may_not_hold(key: str) -> None:
    with pytest.raises(ApiError, match="does not begin with aliyun or acs: and holds no http"):
        TAGS.take({"Tag.1.Key": key})


def test_a_kind_under_another_name_has_that_names_errors() -> None:
    renamed = NAME.named("NewName")
    assert _refused(renamed, {"NewName": ""}) == "InvalidParameter.NewName.Length"
    assert renamed.take({"Name": "abc"}) is None


@given(kind=st.sampled_from([NAME, COUNT, KIND, ON, IDS, TAGS, NUMBER]), text=st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_declared_error(kind: Kind, text: str) -> None:
    assert _error_of(kind, text) in {None, *kind.errors()}


def _error_of(kind: Kind, text: str) -> ErrorCode | None:
    try:
        kind.take({kind.wire: text})
    except ApiError as refusal:
        return refusal.declared
    return None
