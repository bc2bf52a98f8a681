"""Explain, Simulator, Audit and search: what they tell, and to whom. In process, without a browser."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from daypass.audit.decisions import DecisionLog, DecisionRecord
from daypass.client import Client, Credentials
from daypass.console.passages import marked
from daypass.service.call import timestamp
from daypass.testing import Server
from tests.console.browsing import Person, Shown
from tests.console.people import PASSWORD, People
from tests.world import World, allow, deny, document, trusting

RAM, STS = "2015-05-01", "2015-04-01"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Office:
    """An account with an administrator in the console and a programme that is denied this and that."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.people = People(server)
        self.id = self.people.id
        self.world = self.people.world
        self.people.user("admin", document(allow("*")))
        self.people.user("nobody")
        self.admin = self.signed_in("admin")
        self.alice = self.world.user("alice")
        self.policy = self.world.grant("User", "alice", document(allow("ram:*"), deny("ram:GetUser")))
        self.world.role("open", trusting(self.world.everyone), document(allow("iot:*")))

    def signed_in(self, name: str, language: str = "en") -> Person:
        person = Person(self.server, language)
        assert person.sign_in(f"{name}@{self.id}", PASSWORD.reveal()).status in {200, 404}
        return person

    def denied(self, who: Credentials | None = None, action: str = "GetUser", **asked: str) -> dict[str, Any]:
        """Be denied; return the error, once its record is there."""
        answer = Client(self.server.url, who or self.alice).call(RAM, action, asked or {"UserName": "alice"})
        assert answer.status == 403, answer.text
        self.world.record_of(answer.json()["RequestId"])
        return answer.json()

    def explained(self, text: str) -> Shown:
        return self.admin.send(self.admin.get("/explain"), "/explain", {"text": text})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture(scope="module")
def office(server: Server) -> Office:
    return Office(server)


def _marked(shown: Shown) -> str:
    """Return the lines that are marked."""
    return html.unescape("".join(re.findall(r"<mark>(.*?)</mark>", shown.response.text, re.DOTALL)))


def _messages(error: dict[str, Any]) -> dict[str, str]:
    message = error["AccessDeniedDetail"]["EncodedDiagnosticMessage"]
    return {
        "a diagnostic message": message,
        "lines of an SDK's": f"Error: NoPermission\n  EncodedDiagnosticMessage: {message}\n",
        "an error": json.dumps(error),
        "a request id": error["RequestId"],
        "a sentence with a request id": f"code: 403, request id: {error['RequestId'].lower()}",
    }


def test_whatever_is_pasted_of_a_denial_its_statement_is_shown(office: Office) -> None:
    for about, text in _messages(office.denied()).items():
        shown = office.explained(text)
        assert shown.status == 200, about
        assert "A statement denies it. No other statement can allow it." in shown.text, about
        assert "alice RAM user" in shown.text, about
        assert "ram:GetUser" in shown.text
        assert shown.links[office.policy] == f"/policies/Custom/{office.policy}", about
        assert "Deny" in _marked(shown)
        assert "ram:GetUser" in _marked(shown)
        assert "Allow" not in _marked(shown)


def test_a_near_miss_says_what_it_wants_and_what_the_request_has(office: Office) -> None:
    where = {"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}
    bob = office.world.user("bob", document(allow("ram:GetUser", Condition=where)))
    shown = office.explained(office.denied(bob)["RequestId"])
    assert "No statement allows it." in shown.text
    assert "It would allow this but for a condition: IpAddress acs:SourceIp" in shown.text
    assert "It wants 10.0.0.0/8 The request has 127.0.0.1" in shown.text
    assert "10.0.0.0/8" in _marked(shown)
    simulator = shown.links["Simulate with something changed"]
    again = office.admin.get(simulator)
    assert "The request would be denied." in again.text
    changed = simulator.replace("127.0.0.1", "10.1.1.1")
    assert changed != simulator
    assert "The request would be allowed." in office.admin.get(changed).text


def test_a_trust_policy_is_quoted_from_its_role(office: Office) -> None:
    arn = office.world.role("closed", trusting(f"acs:ram::{office.id}:user/alice"))
    carol = office.world.user("carol", document(allow("sts:AssumeRole")))
    answer = office.world.assume(carol, arn)
    assert answer.code == "NoPermission"
    office.world.record_of(answer.json()["RequestId"])
    shown = office.explained(answer.json()["RequestId"])
    assert "It would allow this but for its principals:" in shown.text
    assert shown.links["trust"] == "/roles/closed?tab=trust"
    events = office.admin.get("/roles/closed?tab=events")
    assert "AssumeRole carol RAM user" in events.text
    assert events.links["Why?"] == f"/explain?request={answer.json()['RequestId']}"


def test_what_another_accounts_caller_lacked_is_not_told(office: Office, server: Server) -> None:
    other = World(server, server.new_account())
    arn = office.world.role("partner", trusting(other.everyone))
    answer = other.assume(other.user("stranger"), arn)
    assert answer.code == "NoPermission"
    other.record_of(answer.json()["RequestId"])
    shown = office.explained(answer.json()["RequestId"])
    assert "stranger RAM user" in shown.text
    assert "More is not known here" in shown.text
    assert "no statement that allows names this action" not in shown.text


def test_an_error_without_an_id_leads_to_the_simulator(office: Office) -> None:
    text = f"You are not authorized. Resource: acs:ram:*:{office.id}:user/alice Action: ram:GetUser"
    shown = office.explained(text)
    form = office.admin.get(shown.links["Open the simulator"])
    fields = dict(form.forms[-1].fields)
    assert (fields["action"], fields["resource"]) == ("ram:GetUser", f"acs:ram:*:{office.id}:user/alice")


@pytest.mark.parametrize("text", ["nonsense", HOSTILE, "0" * 8 + "-0000-0000-0000-" + "0" * 12, "A" * 200])
def test_what_cannot_be_explained_says_so_and_keeps_the_text(office: Office, text: str) -> None:
    shown = office.explained(text)
    assert shown.status in {400, 404}
    assert dict(shown.form("/explain").fields)["text"] == text
    assert "<script>alert" not in shown.response.text


def test_nobody_without_permission_gets_an_explanation(office: Office) -> None:
    person = office.signed_in("nobody")
    for text in _messages(office.denied()).values():
        shown = person.send(person.get("/explain"), "/explain", {"text": text})
        assert shown.status == 403
        assert office.policy not in shown.text


def test_the_timeline_shows_changes_and_denials_and_leads_to_why(office: Office) -> None:
    error = office.denied()
    shown = office.admin.get("/audit?who=alice&outcome=deny")
    assert "GetUser" in shown.text
    assert shown.links["Why?"].startswith("/explain?request=")
    why = office.admin.get(f"/explain?request={error['RequestId']}")
    assert "A statement denies it." in why.text
    detail = office.admin.get(f"/audit/{error['RequestId']}")
    assert detail.title == "GetUser · daypass"
    assert office.alice.access_key_id in detail.text
    assert "A statement denies it." in detail.text


def test_filters_are_in_the_address_and_narrow(office: Office) -> None:
    root = Client(office.server.url, office.world.account.root)
    root.call(RAM, "CreateGroup", {"GroupName": "auditors", "Comments": "who looks"})
    shown = office.admin.get("/audit?action=CreateGroup&show=changes")
    assert "auditors" in shown.text
    assert "GetUser" not in shown.text
    assert {"action": "CreateGroup", "show": "changes"}.items() <= dict(_narrow(shown).fields).items()
    assert "auditors" in office.admin.get("/audit?resource=auditors").text
    assert "auditors" in office.admin.get("/audit?kind=group&resource=auditors&who=root").text
    nothing = office.admin.get("/audit?action=NoSuchThing")
    assert "No event matches" in nothing.text
    assert "auditors" not in office.admin.get("/audit?resource=auditors&to=2020-01-01&from=2020-01-01").text
    event = office.admin.get(shown.links["CreateGroup"])
    assert "who looks" in event.text


def test_what_is_done_in_the_console_is_told_as_such(office: Office) -> None:
    office.people.user("signer", document(allow("*")))
    person = office.signed_in("signer")
    request = office.denied()["RequestId"]
    person.get(f"/audit/{request}")
    root = Client(office.server.url, office.world.account.root)
    office.world.record_of(office.denied()["RequestId"])
    asked = {"LookupAttribute.1.Key": "User", "LookupAttribute.1.Value": "signer"}
    events = root.call("2020-07-06", "LookupEvents", {"MaxResults": "50", **asked}).json()["Events"]
    types = {event["eventName"]: event["eventType"] for event in events}
    assert types["ConsoleSignin"] == "ConsoleSignin"
    assert types["ExplainRequest"] == "ConsoleOperation"
    agents = {event["userAgent"] for event in events if event["eventName"] == "ConsoleSignin"}
    assert all(agent.startswith("python-httpx") for agent in agents)


def test_what_was_only_read_is_shown_when_it_is_asked_for(office: Office) -> None:
    root = Client(office.server.url, office.world.account.root)
    office.world.record_of(root.call(RAM, "ListGroups", {}).json()["RequestId"])
    office.world.record_of(root.call(RAM, "GetGroup", {"GroupName": "none"}).json()["RequestId"])
    office.denied()
    usual = office.admin.get("/audit").text
    assert "GetUser" in usual
    assert "ListGroups" not in usual
    assert "GetGroup" not in usual  # it is not there: a look, too
    assert "GetGroup" in office.admin.get("/audit?who=root&show=all").text
    for more in ("who=root&show=all", "who=root&show=reads", "action=ListGroups"):
        assert "ListGroups" in office.admin.get(f"/audit?{more}").text


def _narrow(shown: Shown) -> Any:
    return next(form for form in shown.forms if form.label == "Narrow")


def test_pages_of_the_timeline_neither_repeat_nor_skip(office: Office) -> None:
    log = DecisionLog(office.server.settings.data / "decisions.jsonl")
    for number in range(120):
        log.append(
            DecisionRecord(
                timestamp(int(time.time())),
                f"AAAAAAAA-0000-0000-0000-{number:012}",
                "allow",
                account=office.id,
                product="Iot",
                action="iot:QueryPaged",
            )
        )
    log.close()
    path, seen = "/audit?action=QueryPaged", []
    while path:
        shown = office.admin.get(path)
        seen += re.findall(r'href="/audit/AAAAAAAA-0000-0000-0000-(\d{12})"', shown.response.text)
        path = shown.links.get("Older events", "")
    assert [int(number) for number in seen] == list(range(119, -1, -1))


def test_the_export_is_everything_that_is_filtered_as_json_lines(office: Office) -> None:
    office.denied()
    answer = office.admin.client.get("/audit/export?who=alice&outcome=explicit+deny")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert "attachment" in answer.headers["content-disposition"]
    events = [json.loads(line) for line in answer.text.splitlines()]
    assert events
    assert {event["userIdentity"]["userName"] for event in events} == {"alice"}
    assert {event["additionalEventData"]["outcome"] for event in events} == {"explicit deny"}
    everything = office.admin.client.get("/audit/export").text
    assert len(everything.splitlines()) > len(events)


def test_who_may_not_look_sees_neither_events_nor_their_export(office: Office) -> None:
    person = office.signed_in("nobody")
    for path in ("/audit", "/audit/export", "/audit/AAAAAAAA-0000-0000-0000-000000000001"):
        shown = person.get(path)
        assert shown.status == 403
        assert "A policy that allows it" in shown.text


def test_a_page_that_is_refused_is_one_click_from_why(office: Office) -> None:
    office.people.user("decoder", document(allow("ram:DecodeDiagnosticMessage")))
    person = office.signed_in("decoder")
    refused = person.get("/audit")
    assert refused.status == 403
    why = person.send(refused, "/explain")
    assert why.status == 200
    assert "No statement allows it." in why.text
    assert "actiontrail:LookupEvents" in why.text


def test_the_page_of_a_user_shows_what_was_done_to_it_and_what_it_was_denied(office: Office) -> None:
    error = office.denied()
    shown = office.admin.get("/users/alice?tab=events")
    assert f'href="/audit/{error["RequestId"]}"' in shown.response.text
    assert f'href="/explain?request={error["RequestId"]}"' in shown.response.text
    root = Client(office.server.url, office.world.account.root)
    root.call(RAM, "CreateGroup", {"GroupName": "auditing"})
    root.call(RAM, "AddUserToGroup", {"GroupName": "auditing", "UserName": "alice"})
    for path in ("/users/alice?tab=events", "/groups/auditing?tab=events"):
        assert "AddUserToGroup root Cloud account" in office.admin.get(path).text
    assert "CreateGroup" not in office.admin.get("/users/alice?tab=events").text
    more = office.admin.get("/groups/auditing?tab=events").links["Show it in the audit"]
    assert more == "/audit?kind=group&resource=auditing"
    assert "AddUserToGroup" in office.admin.get(more).text
    office.people.user("blind", document(allow("ram:*"), allow("ims:*")))
    created = root.call(
        RAM, "CreatePolicy", {"PolicyName": "audited", "PolicyDocument": document(allow("iot:*"))}
    )
    asked = {"PolicyType": "Custom", "PolicyName": "audited", "UserName": "alice"}
    root.call(RAM, "AttachPolicyToUser", asked)
    root.call(RAM, "DetachPolicyFromUser", asked)
    assert "AttachPolicyToUser" in office.admin.get("/policies/Custom/audited?tab=events").text
    assert '"Action": "iot:*"' in office.admin.get(f"/audit/{created.json()['RequestId']}").text
    blind = office.signed_in("blind").get("/users/alice?tab=events")
    assert blind.status == 200
    assert "actiontrail:LookupEvents" in blind.text
    assert "GetUser" not in blind.links


def test_the_form_of_the_simulator_offers_what_there_is(office: Office) -> None:
    offered = re.findall(r'<option value="([^"]*)">', office.admin.get("/simulator").response.text)
    assert {f"acs:ram::{office.id}:user/alice", "iot:QueryProduct", f"acs:ram:*:{office.id}:*"} <= set(
        offered
    )
    nobody = office.signed_in("nobody").get("/simulator")
    assert nobody.status == 200
    assert "user/alice" not in nobody.response.text


def test_hostile_text_in_records_is_shown_as_text(office: Office) -> None:
    log = DecisionLog(office.server.settings.data / "decisions.jsonl")
    request = "BBBBBBBB-0000-0000-0000-000000000001"
    log.append(
        DecisionRecord(
            timestamp(int(time.time())),
            request,
            "implicit deny",
            code=HOSTILE,
            principal=f"acs:ram::{office.id}:assumed-role/r/{HOSTILE}",
            account=office.id,
            access_key_id=HOSTILE,
            session_id=HOSTILE,
            source_identity=HOSTILE,
            product="Iot",
            action="iot:Hostile",
            resource=f"acs:iot:*:{office.id}:product/{HOSTILE}",
            statements=(f"identity:{HOSTILE}@v1#0",),
            source_ip=HOSTILE,
            user_agent=HOSTILE,
        )
    )
    log.close()
    for path in (
        "/audit?action=Hostile",
        f"/audit/{request}",
        f"/explain?request={request}",
        f"/audit?who={HOSTILE}&resource={HOSTILE}&request={HOSTILE}&key={HOSTILE}&kind={HOSTILE}",
        f"/simulator?principal={HOSTILE}&action={HOSTILE}&context={HOSTILE}&policy={HOSTILE}",
    ):
        shown = office.admin.get(path)
        assert shown.status in {200, 400}, path
        assert HOSTILE in shown.text or HOSTILE in html.unescape(shown.response.text)
        assert "<script>alert" not in shown.response.text, path
        assert "<img" not in shown.response.text.replace('<img src="/static/', ""), path


def test_the_simulator_shows_each_layer_and_marks_the_statement(office: Office) -> None:
    shown = office.admin.get("/simulator?principal=alice&action=ram:GetUser&resource=*")
    assert "The request would be denied." in shown.text
    assert "Permissions of the identity Denied" in shown.text
    assert "Deny" in _marked(shown)
    assert "Allow" not in _marked(shown)
    assert (
        shown.links["Link to this simulation"]
        == "/simulator?principal=alice&action=ram%3AGetUser&resource=%2A"
    )
    session = f"acs:ram::{office.id}:assumed-role/open/alice"
    narrowed = office.admin.client.get(
        "/simulator",
        params={
            "principal": session,
            "action": "iot:QueryProduct iot:DeleteProduct",
            "session": document(allow("iot:Query*")),
        },
    )
    text = Shown(narrowed).text
    assert "1 of 2 would be allowed." in text
    assert "Session policy Allowed" in text
    assert "Session policy Not allowed" in text


def test_a_policy_is_tried_out_in_the_simulator(office: Office) -> None:
    asked = {"principal": "role/open", "action": "ram:ListUsers", "policy": document(allow("ram:*"))}
    shown = Shown(office.admin.client.get("/simulator", params=asked))
    assert "The request would be allowed." in shown.text
    assert "added changed" in shown.text
    assert (
        "The request would be denied."
        in Shown(office.admin.client.get("/simulator", params={**asked, "policy": ""})).text
    )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"principal": "no-such-user", "action": "ram:GetUser"}, "no-such-user"),
        ({"principal": "???", "action": "ram:GetUser"}, "Principal"),
        ({"principal": "alice", "action": "nonsense"}, "ActionName"),
        ({"principal": "alice", "action": "ram:GetUser", "policy": "{"}, ""),
        (
            {"principal": "alice", "action": "ram:GetUser", "context": "nonsense"},
            "A condition key stands on a line",
        ),
    ],
)
def test_what_cannot_be_simulated_says_why_and_keeps_the_form(
    office: Office, asked: dict[str, str], told: str
) -> None:
    shown = Shown(office.admin.client.get("/simulator", params=asked))
    assert shown.status == 400
    assert told in shown.text
    fields = dict(next(form for form in shown.forms if form.label == "Simulator").fields)
    assert fields["principal"] == asked["principal"]


def test_search_leads_from_a_request_id_to_its_explanation(office: Office) -> None:
    error = office.denied()
    found = office.admin.get(f"/search?q={error['RequestId']}")
    assert found.response.url.path == f"/audit/{error['RequestId']}"
    assert "A statement denies it." in found.text


def test_the_pages_are_complete_in_chinese(office: Office) -> None:
    person = office.signed_in("admin", "zh-CN")
    request = office.denied()["RequestId"]
    for path in ("/audit", f"/audit/{request}", f"/explain?request={request}"):
        assert re.search("[\u4e00-\u9fff]", person.get(path).text), path
    shown = person.get("/simulator?principal=alice&action=ram:GetUser")
    assert "请求会被拒绝。" in shown.text


LINES = '{\n "Version": "1",\n "Statement": [\n  {"Effect": "Allow"},\n  {\n   "Effect": "Deny"\n  }\n ]\n}'


@pytest.mark.parametrize(
    ("text", "index", "lines"),
    [
        (LINES, 0, ['  {"Effect": "Allow"},']),
        (LINES, 1, ["  {", '   "Effect": "Deny"', "  }"]),
        (LINES, 2, []),
        ('{"Version":"1","Statement":[{"Effect":"Deny"}]}', 0, ["    {", '      "Effect": "Deny"', "    }"]),
        (
            '{"Version":"1","Statement":{"Effect":"Deny"}}',
            0,
            ['  "Statement": {', '    "Effect": "Deny"', "  }"],
        ),
        ("nonsense", 0, []),
        ("{}\n\n\n\n", 0, []),
    ],
)
def test_the_lines_of_a_statement_are_found_in_the_text_of_its_policy(
    text: str, index: int, lines: list[str]
) -> None:
    assert [line.text for line in marked(text, index) if line.marked] == lines
