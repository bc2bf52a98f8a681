"""LookupEvents: changes and decisions of the caller's account, through the official SDK. A real server."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from alibabacloud_actiontrail20200706 import models
from alibabacloud_actiontrail20200706.client import Client as ActionTrail
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config

from daypass.audit.decisions import DecisionLog, DecisionRecord
from daypass.audit.reading import DecisionReader
from daypass.client import Answer, Client, Credentials
from daypass.host.record import record as record_act
from daypass.main import CATALOGUE
from daypass.secret import Secret
from daypass.service.operation import Runs
from daypass.services.actiontrail import trail as walking
from daypass.services.actiontrail.events import API_VERSIONS, SESSIONS, read_or_write
from daypass.services.actiontrail.filters import KEYS, Filter
from daypass.services.actiontrail.lookup import page_of
from daypass.services.actiontrail.trail import Place, Question, Walk
from daypass.testing import Account, Server
from tests.world import World, allow, document, trusting

VERSION, RAM = "2020-07-06", "2015-05-01"
Event = dict[str, Any]


class Trail:
    """ActionTrail as a caller of an account of its own sees it."""

    def __init__(self, server: Server, account: Account | None = None) -> None:
        self.world = World(server, account or server.new_account())
        self.server = server
        self.id = self.world.id
        self.root = Client(server.url, self.world.account.root)

    def client(self, who: Credentials | None = None) -> Client:
        return self.root if who is None else Client(self.server.url, who)

    def call(self, action: str, who: Credentials | None = None, **parameters: str) -> Answer:
        """Call RAM, and wait until the decision is in the log."""
        answer = self.client(who).call(RAM, action, parameters)
        self.world.record_of(answer.headers["x-acs-request-id"])
        return answer

    def sdk(self, who: Credentials | None = None) -> ActionTrail:
        key = who or self.world.account.root
        return ActionTrail(
            Config(
                access_key_id=key.access_key_id,
                access_key_secret=key.access_key_secret.reveal(),
                endpoint=self.server.endpoint,
                protocol="HTTP",
            )
        )

    def events(self, *conditions: tuple[str, str], **more: str) -> list[Event]:
        """Return all events that meet conditions, by the official SDK, page after page; not its own calls."""
        attributes = [models.LookupEventsRequestLookupAttribute(key, value) for key, value in conditions]
        request = models.LookupEventsRequest(lookup_attribute=attributes, **more)
        found: list[Event] = []
        while True:
            body = self.sdk().lookup_events(request).body
            found += body.events
            if not body.next_token:
                return [event for event in found if event["eventName"] != "LookupEvents"]
            request.next_token = body.next_token

    def names(self, *conditions: tuple[str, str], **more: str) -> list[str]:
        return [event["eventName"] for event in self.events(*conditions, **more)]


@pytest.fixture
def trail(server: Server) -> Trail:
    return Trail(server)


def test_changes_and_denials_are_told_newest_first_with_who_and_what(trail: Trail) -> None:
    trail.call("CreateUser", UserName="alice", DisplayName="Alice")
    alice = trail.world.user("bob")
    refusal = trail.call("GetUser", alice, UserName="alice")
    denied, created = trail.events()[:2]
    if created["eventName"] != "CreateUser":
        denied, created = created, denied
    assert created["eventName"] == "CreateUser"
    assert (created["eventRW"], created["serviceName"], created["apiVersion"]) == ("Write", "Ram", RAM)
    assert (created["resourceType"], created["resourceName"]) == ("ACS::RAM::User", "alice")
    assert json.loads(created["requestParameterJson"])["DisplayName"] == "Alice"
    assert created["userIdentity"]["type"] == "root-account"
    assert created["userIdentity"]["accessKeyId"] == trail.world.account.root.access_key_id
    assert created["additionalEventData"]["change"] is True
    assert denied["requestId"] == denied["eventId"] == refusal.headers["x-acs-request-id"]
    assert (denied["errorCode"], denied["eventRW"]) == ("NoPermission", "Read")
    assert denied["userIdentity"]["userName"] == "bob"
    assert denied["additionalEventData"]["outcome"] == "implicit deny"
    assert denied["additionalEventData"]["action"] == "ram:GetUser"
    assert denied["additionalEventData"]["policyType"] == "AccountLevelIdentityBasedPolicy"


def test_the_client_of_a_denied_call_is_told(trail: Trail) -> None:
    nobody = trail.world.user("nobody")
    with pytest.raises(ClientException) as refused:
        trail.sdk(nobody).lookup_events(models.LookupEventsRequest())
    request_id = refused.value.data["RequestId"]
    trail.world.record_of(request_id)
    body = (
        trail.sdk()
        .lookup_events(
            models.LookupEventsRequest(
                lookup_attribute=[models.LookupEventsRequestLookupAttribute("RequestId", request_id)]
            )
        )
        .body
    )
    assert body.events[0]["userAgent"].startswith("AlibabaCloud")
    assert body.events[0]["userIdentity"]["userName"] == "nobody"


def test_a_change_is_told_once_though_it_is_on_record_twice(trail: Trail) -> None:
    answer = trail.call("CreateGroup", GroupName="readers")
    found = trail.events(("RequestId", answer.headers["x-acs-request-id"]))
    assert [event["additionalEventData"]["change"] for event in found] == [True]


def test_within_a_second_the_order_is_that_of_the_requests(trail: Trail) -> None:
    trail.call("CreateUser", UserName="u0")
    for number in range(1, 6):
        trail.root.call(RAM, "CreateUser", {"UserName": f"u{number}"})
        trail.root.call(RAM, "GetUser", {"UserName": f"u{number}"})
    trail.call("GetUser", UserName="u0")
    names = trail.names()
    assert names[:12] == ["GetUser", *["GetUser", "CreateUser"] * 5, "CreateUser"]
    assert trail.names(direction="FORWARD")[-12:] == names[:12][::-1]


def test_pages_neither_repeat_nor_skip_in_either_direction(trail: Trail) -> None:
    for number in range(7):
        trail.root.call(RAM, "CreateUser", {"UserName": f"u{number}"})
        trail.root.call(RAM, "GetUser", {"UserName": f"u{number}"})
    trail.call("ListUsers")
    whole = [event["eventId"] for event in trail.events(max_results="50")]
    assert len(whole) == len(set(whole)) >= 15
    for size in ("1", "2", "5"):
        assert [event["eventId"] for event in trail.events(max_results=size)] == whole
    forward = [event["eventId"] for event in trail.events(max_results="4", direction="FORWARD")]
    assert forward == whole[::-1]


@pytest.fixture(scope="module")
def furnished(server: Server) -> Trail:
    """An account in which this and that has happened."""
    trail = Trail(server)
    trail.call("CreateUser", UserName="alice")
    trail.call("CreateRole", RoleName="Reader", AssumeRolePolicyDocument=trusting(trail.world.everyone))
    trail.call("CreatePolicy", PolicyName="read", PolicyDocument=document(allow("iot:Query*")))
    trail.call("AttachPolicyToRole", RoleName="Reader", PolicyName="read", PolicyType="Custom")
    bob = trail.world.user("bob", document(allow("sts:AssumeRole"), {**allow("ram:Get*"), "Effect": "Deny"}))
    trail.call("GetRole", bob, RoleName="reader")
    trail.call("ListUsers", bob)
    session = trail.world.session(bob, f"acs:ram::{trail.id}:role/reader")
    trail.call("GetUser", session, UserName="alice")
    trail.call("GetUser", UserName="nobody")
    return trail


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ([("EventName", "CreateRole")], ["CreateRole"]),
        ([("EventName", "ram:GetUser")], ["GetUser", "GetUser"]),
        ([("EventName", "GetUser")], ["GetUser", "GetUser"]),
        ([("ServiceName", "sts")], ["AssumeRole"]),
        ([("User", "bob")], ["AssumeRole", "ListUsers", "GetRole"]),
        ([("User", "Reader")], ["GetUser"]),
        ([("User", "reader:session")], ["GetUser"]),
        ([("Principal", "acs:ram::{id}:user/bob"), ("EventRW", "Read")], ["ListUsers", "GetRole"]),
        (
            [("EventRW", "Write"), ("ResourceType", "ACS::RAM::Policy")],
            ["AttachPolicyToRole", "CreatePolicy"],
        ),
        (
            [("ResourceType", "ACS::RAM::Role"), ("ResourceName", "READER")],
            ["AssumeRole", "GetRole", "AttachPolicyToRole", "CreateRole"],
        ),
        ([("Resource", "acs:ram::{id}:role/reader")], ["AssumeRole", "GetRole"]),
        ([("ResourceName", "alice")], ["GetUser", "CreateUser"]),
        ([("Outcome", "explicit deny")], ["GetRole"]),
        ([("Outcome", "deny")], ["GetUser", "ListUsers", "GetRole"]),
        ([("Outcome", "refused")], ["GetUser"]),
        ([("Outcome", "deny"), ("EventName", "ListUsers")], ["ListUsers"]),
        ([("EventAccessKeyId", "{root}"), ("EventName", "CreateUser")], ["CreateUser"]),
        ([("Noteworthy", "true"), ("User", "bob")], ["AssumeRole", "ListUsers", "GetRole"]),
        ([("Noteworthy", "true"), ("EventName", "GetUser"), ("User", "reader")], ["GetUser"]),
        ([("Noteworthy", "true"), ("EventName", "GetUser"), ("User", "root")], []),
        ([("EventName", "NoSuchThing")], []),
    ],
)
def test_conditions_narrow_what_is_told(
    furnished: Trail, conditions: list[tuple[str, str]], names: list[str]
) -> None:
    known = {"id": furnished.id, "root": furnished.world.account.root.access_key_id}
    asked = [(key, value.format_map(known)) for key, value in conditions]
    assert furnished.names(*asked) == names
    assert furnished.names(*asked, max_results="1") == names


def test_every_key_can_be_asked_for(furnished: Trail) -> None:
    for key in KEYS:
        value = {"Outcome": "allow", "Noteworthy": "true"}.get(key, "x")
        assert isinstance(furnished.events((key, value)), list)


def test_an_event_says_which_statement_allowed_it(furnished: Trail) -> None:
    (event,) = furnished.events(("EventName", "AssumeRole"))
    assert event["additionalEventData"]["statements"] == ["identity:p1-bob@v1#0", "trust:trust@#0"]
    assert event["userIdentity"]["type"] == "ram-user"
    (session,) = furnished.events(("User", "reader:session"))
    assert session["userIdentity"]["type"] == "assumed-role"
    assert session["additionalEventData"]["sessionId"]


def test_another_account_is_told_nothing(furnished: Trail, trail: Trail) -> None:
    names = trail.names()
    assert set(names) <= {"CreateAccount"}
    request = furnished.events()[0]["requestId"]
    assert trail.events(("RequestId", request)) == []
    assert trail.events(("Principal", f"acs:ram::{furnished.id}:user/bob")) == []


def test_the_owner_of_a_role_is_told_who_of_another_account_assumed_it_but_not_by_which_policy(
    trail: Trail, server: Server
) -> None:
    other = Trail(server)
    arn = trail.world.role("open", trusting(other.world.everyone))
    carol = other.world.user("carol", document(allow("sts:AssumeRole")))
    answer = other.world.assume(carol, arn)
    other.world.record_of(answer.headers["x-acs-request-id"])
    (event,) = trail.events(("EventName", "AssumeRole"))
    assert event["userIdentity"]["principalArn"] == f"acs:ram::{other.id}:user/carol"
    assert "accessKeyId" not in event["userIdentity"]
    assert "statements" not in event["additionalEventData"]
    (own,) = other.events(("EventName", "AssumeRole"))
    assert own["additionalEventData"]["statements"]
    assert own["userIdentity"]["accessKeyId"] == carol.access_key_id


def test_who_tries_a_key_without_its_secret_is_told_to_the_keys_account_alone(
    trail: Trail, server: Server
) -> None:
    key = trail.world.user("alice")
    thief = Credentials(key.access_key_id, Secret("guessed"))
    tried = trail.call("ListUsers", thief)
    assert tried.code == "SignatureDoesNotMatch"
    (event,) = trail.events(("EventAccessKeyId", key.access_key_id), ("Outcome", "refused"))
    assert event["requestId"] == tried.headers["x-acs-request-id"]
    assert (event["errorCode"], event["eventName"]) == ("SignatureDoesNotMatch", "ListUsers")
    assert event["userIdentity"] == {"type": "unknown", "accessKeyId": key.access_key_id}
    assert trail.events(("RequestId", event["requestId"])) == []
    assert Trail(server).events(("EventAccessKeyId", key.access_key_id)) == []


def test_it_needs_permission(trail: Trail) -> None:
    nobody = trail.world.user("nobody")
    answer = trail.client(nobody).call(VERSION, "LookupEvents", {})
    assert (answer.status, answer.code) == (403, "NoPermission")
    reader = trail.world.user("reader", document(allow("actiontrail:LookupEvents")))
    assert trail.client(reader).call(VERSION, "LookupEvents", {}).status == 200


def test_no_secret_is_told(trail: Trail) -> None:
    password = "Correct-Horse-91"
    trail.call("CreateUser", UserName="alice")
    trail.call("CreateLoginProfile", UserName="alice", Password=password)
    key = trail.call("CreateAccessKey", UserName="alice").json()["AccessKey"]
    told = json.dumps(trail.events(max_results="50"))
    assert "CreateLoginProfile" in told
    assert password not in told
    assert key["AccessKeySecret"] not in told
    assert password not in (trail.server.settings.data / "decisions.jsonl").read_text()


def test_what_host_administration_did_is_told(trail: Trail) -> None:
    (event,) = trail.events(("EventName", "CreateAccount"))
    assert event["eventType"] == "HostAdministration"
    assert event["userIdentity"]["type"] == "system"


WRONG = [
    ({"StartTime": "yesterday"}, "InvalidParameter.StartTime"),
    ({"EndTime": "2026-02-30T00:00:00Z"}, "InvalidParameter.EndTime"),
    (
        {"StartTime": "2026-02-02T00:00:00Z", "EndTime": "2026-02-01T00:00:00Z"},
        "InvalidParameter.EndTime",
    ),
    ({"MaxResults": "51"}, "InvalidParameter.MaxResults"),
    ({"Direction": "SIDEWAYS"}, "InvalidParameter.Direction"),
    (
        {"LookupAttribute.1.Key": "Nonsense", "LookupAttribute.1.Value": "x"},
        "InvalidParameter.LookupAttribute",
    ),
    (
        {"LookupAttribute.1.Key": "Outcome", "LookupAttribute.1.Value": "x"},
        "InvalidParameter.LookupAttribute",
    ),
    (
        {"LookupAttribute.1.Key": "Noteworthy", "LookupAttribute.1.Value": "no"},
        "InvalidParameter.LookupAttribute",
    ),
    ({"NextToken": "AAAA"}, "InvalidParameter.NextToken"),
    ({"NextToken": "é"}, "InvalidParameter.NextToken"),
    ({"NextToken": "WyJ4Iiw5OTk5OTk5OTk5OTk5OTk5LDEsbnVsbCxudWxsLGZhbHNlXQ"}, "InvalidParameter.NextToken"),
]


@pytest.mark.parametrize(("parameters", "code"), WRONG)
def test_wrong_parameters_are_refused(trail: Trail, parameters: dict[str, str], code: str) -> None:
    answer = trail.root.call(VERSION, "LookupEvents", parameters)
    assert (answer.status, answer.code) == (400, code), answer.text


def test_a_token_goes_with_the_parameters_it_was_given_for(furnished: Trail) -> None:
    body = furnished.root.call(VERSION, "LookupEvents", {"MaxResults": "1"}).json()
    again = {"MaxResults": "1", "NextToken": body["NextToken"], "Direction": "FORWARD"}
    answer = furnished.root.call(VERSION, "LookupEvents", again)
    assert (answer.status, answer.code) == (400, "InvalidParameter.NextToken")


def test_another_accounts_token_shows_nothing_of_it(furnished: Trail, trail: Trail) -> None:
    body = furnished.root.call(VERSION, "LookupEvents", {"MaxResults": "1"}).json()
    answer = trail.root.call(VERSION, "LookupEvents", {"NextToken": body["NextToken"]})
    assert answer.status == 200
    assert {event["recipientAccountId"] for event in answer.json()["Events"]} <= {trail.id}


def _written(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_time_range_leaves_out_what_is_outside() -> None:
    with Server() as server:
        trail = Trail(server, server.account)
        now = int(time.time())
        log = DecisionLog(server.settings.data / "decisions.jsonl")
        for age in (30 * 86400, 2 * 86400, 3600, 1):
            log.append(DecisionRecord(_written(now - age), f"AGE-{age}", "allow", account=trail.id))
        log.close()

        def ages(**asked: str) -> list[str]:
            return [event["eventId"] for event in trail.events(**asked) if event["eventId"].startswith("AGE")]

        assert ages() == ["AGE-1", "AGE-3600", "AGE-172800"]
        assert ages(start_time=_written(now - 86400)) == ["AGE-1", "AGE-3600"]
        assert ages(start_time=_written(now - 86400), end_time=_written(now - 10)) == ["AGE-3600"]
        assert ages(start_time=_written(now - 90 * 86400), direction="FORWARD")[0] == "AGE-2592000"


def test_one_walk_reads_a_bounded_part_of_the_log_and_the_next_goes_on(trail: Trail) -> None:
    trail.call("CreateUser", UserName="needle")
    wanted = trail.call("GetUser", UserName="needle").headers["x-acs-request-id"]
    path = trail.server.settings.data / "decisions.jsonl"
    log = DecisionLog(path, max_bytes=1 << 40)
    noise = DecisionRecord(_written(int(time.time())), "N", "allow", account="1" * 16, resource="x" * 900)
    for _ in range(3000):
        log.append(noise)
    log.close()
    now = int(time.time())
    question = Question(trail.id, now - 3600, now, (Filter("RequestId", wanted),))
    place: Place | None = Place()
    found, walks = [], 0
    with trail.server.runtime.database.read() as txn:
        while place is not None:
            walk = Walk(txn, DecisionReader(path), question, region="r", place=place, budget=600_000)
            events, place = page_of(walk, 20)
            found += [event.event_id for event in events]
            walks += 1
    assert found == [wanted]
    assert walks >= 4


def test_one_walk_reads_a_bounded_number_of_changes_and_the_next_goes_on(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "ROWS", 3)
    with trail.server.runtime.database.write() as txn:
        for number in range(10):
            record_act(txn, trail.id, f"Act{number}", "x")
    assert trail.names(("EventName", "Act0")) == ["Act0"]
    assert trail.names(("EventName", "Act9"), direction="FORWARD") == ["Act9"]
    acts = [name for name in trail.names() if name.startswith("Act")]
    assert acts == [f"Act{number}" for number in range(9, -1, -1)]


def test_events_are_read_or_write_as_their_operations_are() -> None:
    for op in CATALOGUE:
        changes = op.runs is Runs.WRITE or op.name in SESSIONS
        assert (read_or_write(op.name) == "Write") is changes, op.name


def test_the_api_versions_are_those_of_the_catalogue() -> None:
    assert {op.product: op.version for op in CATALOGUE}.items() <= API_VERSIONS.items()


def test_events_are_readable_as_xml(furnished: Trail) -> None:
    answer = furnished.root.call(VERSION, "LookupEvents", {"MaxResults": "2"}, form="XML")
    assert "<Events><eventId>" in answer.text
    assert "<userIdentity>" in answer.text
