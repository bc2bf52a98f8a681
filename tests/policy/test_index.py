"""Sets too large to scan: nothing that matches is left out, and little is asked that does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from daypass.policy import Layers, PolicySet, Request, decide
from daypass.policy.actions import fold
from daypass.policy.arn import Arn
from tests.policy.invent import compiled

COUNT = 400
Made = Callable[[int], tuple[str, str]]
"""Number to action and resource pattern, or to an action and a resource that these match."""

SHAPES: dict[str, tuple[Made, Made]] = {
    "own resource": (
        lambda n: ("iot:Query*", f"acs:iot:*:100:product/p{n}"),
        lambda n: ("iot:QueryProduct", f"acs:iot:cn-x:100:product/p{n}"),
    ),
    "own actions": (lambda n: (f"svc{n}:*", "*"), lambda n: (f"SVC{n}:Get", "acs:svc:::x")),
    "star before what differs": (
        lambda n: ("oss:*", f"acs:oss:*:*:*/proj-{n:05d}/*"),
        lambda n: ("oss:Get", f"acs:oss:cn-x:1:bucket/proj-{n:05d}/key"),
    ),
    "what differs at the end": (
        lambda n: ("oss:Get", f"acs:oss:*:*:bucket/*-{n:05d}"),
        lambda n: ("oss:Get", f"acs:oss:cn-x:1:bucket/key-{n:05d}"),
    ),
    "own account": (
        lambda n: ("sts:AssumeRole", f"acs:ram::{n:016d}:role/*"),
        lambda n: ("sts:AssumeRole", f"acs:ram:*:{n:016d}:role/Reader"),
    ),
    "own region": (
        lambda n: ("ecs:*", f"acs:ecs:region-{n}:*:*"),
        lambda n: ("ecs:Start", f"acs:ecs:Region-{n}:1:instance/i"),
    ),
    "piece of the action": (lambda n: (f"*:*Thing{n:05d}*", "*"), lambda n: (f"a:GetThing{n:05d}s", "*")),
    "short patterns": (
        lambda n: ("log:*", f"acs:log:*/store-{n:05d}"),
        lambda n: ("log:Get", f"acs:log:cn-x:1:project/store-{n:05d}"),
    ),
    "heads of many lengths": (
        lambda n: ("oss:Get", f"acs:oss:*:*:{'x' * (n % 90)}{n:05d}*"),
        lambda n: ("oss:Get", f"acs:oss:cn-x:1:{'x' * (n % 90)}{n:05d}/key"),
    ),
    "question marks": (
        lambda n: ("oss:G?t", f"acs:oss:*:*:b?{n:05d}/??"),
        lambda n: ("oss:Get", f"acs:oss:cn-x:1:b-{n:05d}/ab"),
    ),
    "names of RAM in capitals": (
        lambda n: ("ram:Get*", f"acs:ram:*:*:user/Alice-{n}"),
        lambda n: ("ram:GetUser", f"acs:ram::1:user/alice-{n}"),
    ),
}


def policies_of(make: Made) -> PolicySet:
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": action, "Resource": resource}
        for action, resource in map(make, range(COUNT))
    ]
    return compiled([("p", {"Version": "1", "Statement": statements})])


@pytest.mark.parametrize("shape", SHAPES)
def test_each_statement_is_found_by_what_only_it_demands(shape: str) -> None:
    pattern, request = SHAPES[shape]
    made = policies_of(pattern)
    for number in range(COUNT):
        decision = decide(Layers(identity=made), Request(*request(number)))
        assert [reason.statement for reason in decision.because] == [number]


@pytest.mark.parametrize("shape", SHAPES)
def test_statements_that_cannot_match_are_hardly_asked(shape: str) -> None:
    pattern, request = SHAPES[shape]
    made = policies_of(pattern)
    for number in range(0, COUNT, 7):
        action, resource = request(number)
        assert len(list(made.candidates(fold(action), Arn(resource)))) <= COUNT // 50


def test_a_statement_that_demands_nothing_is_always_asked() -> None:
    everything = {"Effect": "Deny", "NotAction": "ram:*", "Resource": "acs:*:*:*:*"}
    others = [{"Effect": "Allow", "Action": f"a:B{n}", "Resource": "*"} for n in range(20)]
    made = compiled([("p", {"Version": "1", "Statement": [*others, everything]})])
    decision = decide(Layers(identity=made), Request("a:B3", "acs:a:b:c:d"))
    assert [reason.statement for reason in decision.because] == [20]


def test_a_statement_filed_under_several_texts_is_named_once() -> None:
    statement = {"Effect": "Allow", "Action": ["a:Get*", "a:*X"], "Resource": "*"}
    others = [{"Effect": "Allow", "Action": f"b:{n}", "Resource": "*"} for n in range(20)]
    made = compiled([("p", {"Version": "1", "Statement": [*others, statement]})])
    decision = decide(Layers(identity=made), Request("a:GetX", "*"))
    assert [reason.statement for reason in decision.because] == [20]
