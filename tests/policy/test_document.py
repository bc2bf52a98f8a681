"""Reading policy documents: what is kept, what is refused, and what the refusal says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daypass.errors import DaypassError
from daypass.policy import Condition, DocumentKind, MalformedDocument, Statement, TooLong, parse

ALLOW = {"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": "acs:ram::100:root"}}


def text_of(*statements: Any) -> str:
    return json.dumps({"Version": "1", "Statement": list(statements)})


def refused(text: str, kind: DocumentKind = DocumentKind.IDENTITY) -> MalformedDocument:
    with pytest.raises(MalformedDocument) as caught:
        parse(text, kind)
    return caught.value


def test_a_document_becomes_frozen_statements() -> None:
    conditions = {"IpAddress": {"acs:SourceIp": ["10.0.0.0/8", "::1"]}, "Bool": {"acs:SecureTransport": True}}
    document = parse(text_of({**ALLOW, "Condition": conditions, "Sid": "x"}), DocumentKind.IDENTITY)
    assert document.statements == (
        Statement(
            "Allow",
            ("ecs:*",),
            not_action=False,
            resources=("*",),
            conditions=(
                Condition("IpAddress", "acs:SourceIp", ("10.0.0.0/8", "::1")),
                Condition("Bool", "acs:SecureTransport", ("true",)),
            ),
            principals=None,
        ),
    )
    with pytest.raises(AttributeError):
        document.text = "other"  # type: ignore[misc]  # the point of the test


def test_the_text_is_kept_to_the_character() -> None:
    text = '\n{ "Version":"1",\r\n"Statement":{"Resource":"*","Effect":"Allow","Action":"\\u0061:B"} }\t'
    document = parse(text, DocumentKind.IDENTITY)
    assert document.text == text
    assert document.statements[0].actions == ("a:B",)


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (DocumentKind.IDENTITY, 6144),
        (DocumentKind.TRUST, 6144),
        (DocumentKind.SESSION, 2048),
        (DocumentKind.CONTROL, 4096),
    ],
)
def test_a_document_may_fill_its_limit_and_no_more(kind: DocumentKind, limit: int) -> None:
    text = text_of(TRUST if kind is DocumentKind.TRUST else ALLOW).ljust(limit)
    assert parse(text, kind).text == text
    error = refused(text + " ", kind)
    assert isinstance(error, TooLong)
    assert (error.length, error.limit) == (limit + 1, limit)
    assert str(limit) in str(error)


def test_characters_are_counted_not_bytes() -> None:
    text = text_of({**ALLOW, "Sid": "策"}).replace("\\u7b56", "策" * 2000).ljust(6144)
    assert len(text.encode()) > 6144
    parse(text, DocumentKind.IDENTITY)


def test_a_system_policy_has_a_limit_of_its_own() -> None:
    parse(text_of(ALLOW).ljust(50_000), DocumentKind.IDENTITY, limit=50_000)
    with pytest.raises(TooLong):
        parse(text_of(ALLOW).ljust(50_001), DocumentKind.IDENTITY, limit=50_000)


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("x", "Statement[1]"),
        ({**ALLOW, "Effect": "allow"}, "Statement[1].Effect"),
        ({**ALLOW, "Action": []}, "Statement[1].Action"),
        ({"Effect": "Deny", "NotAction": 7, "Resource": "*"}, "Statement[1].NotAction"),
        ({**ALLOW, "Resource": [None]}, "Statement[1].Resource"),
        ({**ALLOW, "Principal": {}}, "Statement[1].Principal"),
        ({**ALLOW, "Foo": 1}, "Statement[1].Foo"),
        ({**ALLOW, "Condition": []}, "Statement[1].Condition"),
        ({**ALLOW, "Condition": {"Null": {"k": "v"}}}, "Statement[1].Condition"),
        ({**ALLOW, "Condition": {"Bool": []}}, "Statement[1].Condition.Bool"),
        ({**ALLOW, "Condition": {"Bool": {"k": "x"}}}, "Statement[1].Condition.Bool.k"),
    ],
)
def test_a_refusal_names_the_place(statement: Any, at: str) -> None:
    error = refused(text_of(ALLOW, statement))
    assert error.at == at
    assert str(error).startswith(f"{at}: ")


def test_a_refusal_of_a_principal_names_the_place() -> None:
    error = refused(text_of({**TRUST, "Principal": {"RAM": ["acs:ram::1:root", "*"]}}), DocumentKind.TRUST)
    assert str(error) == "Statement[0].Principal.RAM: '*' is no principal of type RAM"


def test_a_refusal_shows_strangers_text_short_and_in_ascii() -> None:
    error = refused(text_of({**ALLOW, "Condition": {"\x1b[31m" + "é" * 500: {}}}))
    assert str(error).isascii()
    assert str(error).isprintable()
    assert len(str(error)) < 500


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"b":', '"\\"[', '{"Version": "1", "Statement": ['])
@pytest.mark.parametrize("times", [33, 1000, 10_000, 200_000])
def test_nesting_is_refused_whatever_its_depth(opening: str, times: int) -> None:
    with pytest.raises(DaypassError):
        parse(opening * times, DocumentKind.IDENTITY, limit=10**7)


def test_brackets_inside_strings_are_no_nesting() -> None:
    parse(text_of({**ALLOW, "Sid": "[{" * 500 + '\\"[{"'}), DocumentKind.IDENTITY)


def test_a_megabyte_is_refused_unread() -> None:
    assert isinstance(refused("[" * 2**20), TooLong)
    assert isinstance(refused("\ud800" * 2**20), TooLong)


def test_equal_members_are_refused_wherever_they_stand() -> None:
    for text in ('{"Version":"1","Version":"1"}', '{"Version":"1","Statement":[{"Sid":"a","Sid":"a"}]}'):
        assert "stands there twice" in refused(text).reason


def test_huge_numbers_are_read_as_text() -> None:
    digits = "9" * 5000
    text = text_of({**ALLOW, "Condition": {"StringEquals": {"k": 0}}}).replace(": 0}", f": {digits}}}")
    assert parse(text, DocumentKind.IDENTITY).statements[0].conditions[0].wanted == (digits,)


def test_half_a_surrogate_pair_is_refused_and_a_whole_one_is_a_character() -> None:
    half = text_of({**ALLOW, "Sid": "@"}).replace("@", "\\ud83d")
    assert "surrogate" in refused(half).reason
    assert "surrogate" in refused(text_of(ALLOW) + "\ud83d").reason
    parse(half.replace("\\ud83d", "\\ud83d\\ude00"), DocumentKind.IDENTITY)


def test_trust_principals_compare_ignoring_case_and_a_starred_region() -> None:
    principals = {"RAM": ["acs:ram::1:user/Alice", "acs:ram:*:1:role/R"], "Service": "ECS.aliyuncs.com"}
    document = parse(text_of({**TRUST, "Principal": principals}), DocumentKind.TRUST)
    expected = frozenset(("acs:ram::1:user/alice", "acs:ram::1:role/r", "ecs.aliyuncs.com"))
    assert document.statements[0].principals == expected
