"""AssumeRoleWithSAML: who is believed, who may, and that an assertion is used once. A real server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from daypass import main
from daypass.client import Client, Credentials
from daypass.directory import used_assertions
from daypass.directory.schema import used_assertions as table
from daypass.testing import Server
from tests.federation import saml
from tests.services.sts.anonymous import STS, send
from tests.world import World, allow, document

RAM = "2015-05-01"
DENIED = "AuthenticationFail.NoPermission"
INVALID = "AuthenticationFail.SAMLAssertion.Invalid"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(default_format="JSON") as server:
        yield server


class Federation:
    """An account with a SAML provider, and roles that trust it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.world = World(server, server.new_account())
        self.id = self.world.id
        self.arn = f"acs:ram::{self.id}:saml-provider/idp"
        self.root = Client(server.url, self.world.account.root)
        self.ims("CreateSAMLProvider", EncodedSAMLMetadataDocument=saml.encoded(saml.metadata()))
        self._made = 0

    def ims(self, action: str, **parameters: str) -> dict[str, Any]:
        answer = self.root.call("2019-08-15", action, {"SAMLProviderName": "idp", **parameters})
        assert answer.status == 200, answer.text
        return answer.json()

    def trust(self, recipient: str = saml.RECIPIENT) -> str:
        return document(
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Federated": [self.arn]},
                "Condition": {"StringEquals": {"saml:recipient": recipient}},
            }
        )

    def role(
        self, *policies: str, name: str = "Reader", trust: str | None = None, longest: int = 3600
    ) -> str:
        return self.world.role(name, trust or self.trust(), *policies, longest=longest)

    def pair(self, role: str = "Reader", provider: str | None = None) -> str:
        return f"acs:ram::{self.id}:role/{role},{provider or self.arn}"

    def response(self, **changes: Any) -> str:
        self._made += 1
        pairs = changes.pop("pairs", [self.pair("Other"), self.pair()])
        by = changes.pop("by", "idp")
        now = changes.pop("now", int(time.time()))
        wanted = {"id": f"_{self.id}-{self._made}", **changes}
        return saml.sent(saml.response(saml.signed(saml.assertion(now, pairs, **wanted), by=by)))

    def call(self, response: str | None = None, **more: str) -> tuple[int, dict[str, Any]]:
        parameters = {
            "SAMLProviderArn": self.arn,
            "RoleArn": f"acs:ram::{self.id}:role/Reader",
            "SAMLAssertion": self.response() if response is None else response,
            **more,
        }
        given = {name: value for name, value in parameters.items() if value != "absent"}
        return send(self.server.url, "AssumeRoleWithSAML", given)

    def session(self, response: str | None = None, **more: str) -> Credentials:
        status, body = self.call(response, **more)
        assert status == 200, body
        return Credentials.of(body["Credentials"])

    def refused(self, response: str | None = None, **more: str) -> tuple[str, dict[str, Any]]:
        status, body = self.call(response, **more)
        assert status >= 400, body
        return body["Code"], body


@pytest.fixture
def federation(server: Server) -> Federation:
    return Federation(server)


def test_a_response_is_exchanged_for_credentials_of_the_role(federation: Federation) -> None:
    federation.role(document(allow("ram:ListUsers")))
    status, body = federation.call()
    assert status == 200, body
    assert body["AssumedRoleUser"]["Arn"] == f"acs:ram::{federation.id}:role/Reader/alice"
    assert body["AssumedRoleUser"]["AssumedRoleId"].endswith(":alice")
    assert body["SAMLAssertionInfo"] == {
        "SubjectType": "persistent",
        "Subject": "alice@example.com",
        "Recipient": saml.RECIPIENT,
        "Issuer": saml.ENTITY_ID,
    }
    session = Client(federation.server.url, Credentials.of(body["Credentials"]))
    who = session.call(STS, "GetCallerIdentity").json()
    assert who["Arn"] == f"acs:ram::{federation.id}:assumed-role/Reader/alice"
    assert session.call(RAM, "ListUsers").status == 200
    assert session.call(RAM, "ListRoles").json()["Code"] == "NoPermission"


def test_who_was_vouched_for_is_on_record(federation: Federation) -> None:
    federation.role()
    status, body = federation.call(DurationSeconds="900")
    assert status == 200
    with federation.server.runtime.database.read() as txn:
        event = txn.audit.list(request_id=body["RequestId"], limit=1).items[0]
    assert event.principal == f"{federation.arn}/alice@example.com"
    assert (event.account_id, event.action) == (federation.id, "AssumeRoleWithSAML")
    assert event.resources == (f"acs:ram::{federation.id}:role/reader",)
    assert "SAMLAssertion" not in json.loads(event.parameters)
    assert federation.world.record_of(body["RequestId"])["principal"] == event.principal


def test_an_assertion_counts_once(federation: Federation) -> None:
    federation.role()
    federation.role(name="Other")
    response = federation.response()
    federation.session(response)
    assert "used before" in federation.refused(response)[1]["Message"]
    other = f"acs:ram::{federation.id}:role/Other"
    assert federation.refused(response, RoleArn=other)[0] == INVALID
    federation.session()


def test_an_assertion_counts_once_however_many_try_at_the_same_time(federation: Federation) -> None:
    federation.role()
    response = federation.response()
    with ThreadPoolExecutor(8) as pool:
        statuses = [status for status, _ in pool.map(lambda _: federation.call(response), range(8))]
    assert sorted(statuses) == [200] + [401] * 7


def test_an_assertion_that_was_used_is_known_to_every_worker_and_after_a_restart(
    federation: Federation,
) -> None:
    federation.role()
    response = federation.response()
    federation.session(response)
    with main.open_database(federation.server.settings) as other, other.read() as txn:
        assert txn.count(table) >= 1
        with pytest.raises(Exception, match="used before"):
            txn.used_assertions.use(
                federation.id, saml.ENTITY_ID, f"_{federation.id}-1", int(time.time()) + 300
            )


def test_an_assertion_of_one_account_is_none_of_anothers(server: Server) -> None:
    first, second = Federation(server), Federation(server)
    for one in (first, second):
        one.role()
        one.session(one.response(id="_the-same"))
    assert first.refused(first.response(id="_the-same"))[0] == INVALID


def test_a_refused_assertion_is_not_used_up(federation: Federation) -> None:
    response = federation.response()
    assert federation.refused(response)[0] == "EntityNotExist.RoleArn"
    federation.role()
    assert federation.refused(response, DurationSeconds="3601")[0] == "InvalidParameter.DurationSeconds"
    federation.session(response)


def test_used_assertions_are_forgotten_once_they_have_expired_and_bounded_till_then(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    federation.role()
    with federation.server.runtime.database.write() as txn:
        txn.used_assertions.use(federation.id, "x", "_old", int(time.time()) - 3600)
        txn.used_assertions.use(federation.id, "x", "_recent", int(time.time()) + 3600)
    monkeypatch.setattr(used_assertions, "MOST", 2)
    federation.session()
    assert federation.refused()[0] == "Throttling.User"
    with federation.server.runtime.database.read() as txn:
        assert txn.count(table, table.c.account_id == federation.id) == 2


def test_a_session_policy_narrows_and_the_duration_ends_where_the_role_says(federation: Federation) -> None:
    federation.role(document(allow("ram:*")), longest=7200)
    narrow = federation.session(Policy=document(allow("ram:ListRoles")), DurationSeconds="7200")
    client = Client(federation.server.url, narrow)
    assert client.call(RAM, "ListRoles").status == 200
    assert client.call(RAM, "ListUsers").json()["AccessDeniedDetail"]["PolicyType"] == "SessionPolicy"
    assert federation.refused(DurationSeconds="7201")[0] == "InvalidParameter.DurationSeconds"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"SAMLProviderArn": "absent"}, "MissingParameter.SAMLProviderArn"),
        ({"RoleArn": "absent"}, "MissingParameter.RoleArn"),
        ({"SAMLAssertion": "absent"}, "MissingParameter.SAMLAssertion"),
        ({"SAMLProviderArn": "acs:ram::1:saml-provider/idp"}, "InvalidParameter.SAMLProviderArn"),
        (
            {"SAMLProviderArn": "acs:ram::1234567890123456:oidc-provider/idp"},
            "InvalidParameter.SAMLProviderArn",
        ),
        ({"SAMLProviderArn": "acs:ram::1234567890123456:saml-provider/idp"}, "EntityNotExist.SAMLProvider"),
        ({"RoleArn": "x"}, "InvalidParameter.RoleArn"),
        ({"DurationSeconds": "899"}, "InvalidParameter.DurationSeconds"),
        ({"Policy": "{"}, "InvalidParameter.PolicyGrammar"),
        ({"Policy": ""}, "InvalidParameter.PolicySize"),
        ({"SAMLAssertion": "abc"}, INVALID),
        ({"SAMLAssertion": "a" * 100_001}, INVALID),
        ({"SAMLAssertion": "%%%%"}, INVALID),
    ],
)
def test_what_is_wrong_with_a_parameter_is_told(
    federation: Federation, more: dict[str, str], code: str
) -> None:
    federation.role()
    assert federation.refused(**more)[0] == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"now": int(time.time()) - 3600}, "AuthenticationFail.SAMLAssertion.Expired"),
        ({"now": int(time.time()) + 3600}, INVALID),
        ({"recipient": "https://elsewhere.example.com"}, INVALID),
        ({"audience": "urn:amazon:webservices"}, INVALID),
        ({"issuer": "https://elsewhere.example.com"}, INVALID),
        ({"by": "attacker"}, INVALID),
        ({"pairs": []}, INVALID),
        ({"pairs": ["nonsense"]}, DENIED),
        ({"session": "a/b"}, "InvalidParameter.RoleSessionName"),
        ({"session": "a"}, "InvalidParameter.RoleSessionName"),
        ({"session": "a" * 65}, "InvalidParameter.RoleSessionName"),
    ],
)
def test_an_assertion_that_says_something_wrong_is_refused(
    federation: Federation, changes: dict[str, Any], code: str
) -> None:
    federation.role()
    assert federation.refused(federation.response(**changes))[0] == code


def test_a_session_may_be_named_as_assertions_name_them(federation: Federation) -> None:
    federation.role()
    assert federation.call(federation.response(session="cn=alice,o=example+x"))[1]["AssumedRoleUser"][
        "Arn"
    ] == (f"acs:ram::{federation.id}:role/Reader/cn=alice,o=example+x")


def test_the_assertion_has_to_list_the_role_with_this_provider(federation: Federation) -> None:
    federation.role()
    other = f"acs:ram::{federation.id}:saml-provider/other"
    for pairs in ([federation.pair("Other")], [federation.pair(provider=other)]):
        assert federation.refused(federation.response(pairs=pairs))[0] == DENIED
    spelled = f"acs:ram:*:{federation.id}:role/READER,acs:ram:*:{federation.id}:saml-provider/IDP"
    federation.session(federation.response(pairs=[spelled]))


def test_the_trust_policy_decides(federation: Federation) -> None:
    federation.role(trust=federation.trust("https://signin.alibabacloud.com/saml-role/sso"))
    code, body = federation.refused()
    assert code == DENIED
    detail = body["AccessDeniedDetail"]
    assert (detail["PolicyType"], detail["NoPermissionType"]) == ("AssumeRolePolicy", "ImplicitDeny")
    assert (detail["AuthPrincipalType"], detail["AuthPrincipalDisplayName"]) == (
        "Federated",
        "saml-provider/idp",
    )
    international = {
        "recipient": "https://signin.alibabacloud.com/saml-role/SSO",
        "audience": "urn:alibaba:cloudcomputing:international",
    }
    federation.session(federation.response(**international))


def test_a_provider_of_one_account_vouches_for_no_role_of_another(server: Server) -> None:
    ours, theirs = Federation(server), Federation(server)
    theirs.role(trust=ours.trust())
    pairs = [f"acs:ram::{theirs.id}:role/Reader,{ours.arn}"]
    arn = f"acs:ram::{theirs.id}:role/Reader"
    code, body = ours.refused(ours.response(pairs=pairs), RoleArn=arn)
    assert (code, body["AccessDeniedDetail"]["PolicyType"]) == (DENIED, "AssumeRolePolicy")


def test_sessions_end_with_their_role_but_not_with_the_provider(federation: Federation) -> None:
    federation.role()
    session = Client(federation.server.url, federation.session())
    federation.ims("DeleteSAMLProvider")
    assert federation.refused()[0] == "EntityNotExist.SAMLProvider"
    assert session.call(STS, "GetCallerIdentity").status == 200
    assert federation.root.call(RAM, "DeleteRole", {"RoleName": "Reader"}).status == 200
    assert session.call(STS, "GetCallerIdentity").json()["Code"] == "InvalidSecurityToken.Expired"


def test_new_metadata_counts_at_once(federation: Federation) -> None:
    federation.role()
    federation.session()
    metadata = saml.encoded(saml.metadata(saml.key_pair("next")[1]))
    federation.ims("UpdateSAMLProvider", NewEncodedSAMLMetadataDocument=metadata)
    assert federation.refused()[0] == INVALID
    federation.session(federation.response(by="next"))


def test_a_certificate_that_has_expired_has_to_be_replaced(federation: Federation) -> None:
    federation.role()
    metadata = saml.encoded(saml.metadata(saml.key_pair("old", years=-1)[1]))
    federation.ims("UpdateSAMLProvider", NewEncodedSAMLMetadataDocument=metadata)
    assert federation.refused()[0] == "AuthenticationFail.IDPMetadata.Invalid"


def test_the_heaviest_responses_hold_up_neither_the_server_nor_another_account(
    federation: Federation,
) -> None:
    other = Federation(federation.server)
    for one in (federation, other):
        one.role()
    heavy = saml.encoded(b"<a>" + b"<b c='d'/>" * 6000 + b"</a>")
    with ThreadPoolExecutor(24) as pool:
        attacks = [pool.submit(federation.refused, heavy) for _ in range(80)]
        for _ in range(10):
            assert federation.root.call(STS, "GetCallerIdentity").status == 200
            other.session()
        assert {attack.result()[0] for attack in attacks} <= {INVALID, "Throttling.User"}
    federation.session()


def test_neither_log_nor_answer_repeats_an_assertion(
    federation: Federation, capfd: pytest.CaptureFixture[str]
) -> None:
    federation.role()
    response = federation.response()
    federation.session(response)
    _, body = federation.refused(response)
    record = federation.world.record_of(body["RequestId"])
    shown = json.dumps([body, record]) + "".join(capfd.readouterr())
    assert response[:60] not in shown
