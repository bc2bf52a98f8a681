"""AssumeRoleWithOIDC: who is believed, who may, and what a session may do. A real server and issuer."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from daypass.client import Client, Credentials
from daypass.testing import Account, Server
from tests.federation.tokens import AUDIENCE, SUBJECT, Key, part, rsa_key
from tests.issuers.site import CONFIGURATION, KEYS, PIN, Site, answered, hanging, streaming
from tests.services.sts.anonymous import STS, send
from tests.world import World, allow, deny, document

RAM = "2015-05-01"
DENIED = "AuthenticationFail.NoPermission"
TOKEN = "AuthenticationFail.OIDCToken"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(default_format="JSON", allow_private_issuers=True) as server:
        yield server


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        site.publish(rsa_key("k1"))
        yield site


class Federation:
    """An account with an OIDC provider, and roles that trust it."""

    def __init__(self, server: Server, site: Site, name: str = "ci", account: Account | None = None) -> None:
        self.server = server
        self.site = site
        self.world = World(server, account or server.new_account())
        self.id = self.world.id
        self.arn = f"acs:ram::{self.id}:oidc-provider/{name}"
        self.root = Client(server.url, self.world.account.root)
        self.ims("CreateOIDCProvider", IssuerUrl=site.url, ClientIds=AUDIENCE, Fingerprints=PIN)

    def ims(self, action: str, **parameters: str) -> dict[str, Any]:
        answer = self.root.call("2019-08-15", action, {"OIDCProviderName": "ci", **parameters})
        assert answer.status == 200, answer.text
        return answer.json()

    def trust(self, **condition: Any) -> str:
        wanted = {"oidc:iss": self.site.url, "oidc:aud": AUDIENCE, "oidc:sub": SUBJECT, **condition}
        return document(
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Federated": [self.arn]},
                "Condition": {"StringEquals": {key: value for key, value in wanted.items() if value}},
            }
        )

    def role(
        self, *policies: str, name: str = "Deployer", trust: str | None = None, longest: int = 3600
    ) -> str:
        return self.world.role(name, trust or self.trust(), *policies, longest=longest)

    def token(self, key: Key | None = None, **changes: Any) -> str:
        return self.site.token(int(time.time()), key or rsa_key("k1"), **changes)

    def call(self, token: str | None = None, **more: str) -> tuple[int, dict[str, Any]]:
        parameters = {
            "OIDCProviderArn": self.arn,
            "RoleArn": f"acs:ram::{self.id}:role/Deployer",
            "OIDCToken": self.token() if token is None else token,
            "RoleSessionName": "job-42",
            **more,
        }
        given = {name: value for name, value in parameters.items() if value != "absent"}
        return send(self.server.url, "AssumeRoleWithOIDC", given)

    def session(self, token: str | None = None, **more: str) -> Credentials:
        status, body = self.call(token, **more)
        assert status == 200, body
        return Credentials.of(body["Credentials"])

    def refused(self, token: str | None = None, **more: str) -> tuple[str, dict[str, Any]]:
        status, body = self.call(token, **more)
        assert status >= 400, body
        return body["Code"], body


@pytest.fixture
def federation(server: Server, site: Site) -> Federation:
    return Federation(server, site)


def test_a_token_is_exchanged_for_credentials_of_the_role(federation: Federation) -> None:
    federation.role(document(allow("ram:ListUsers")))
    issued = int(time.time())
    status, body = federation.call()
    assert status == 200, body
    assert body["AssumedRoleUser"]["Arn"] == f"acs:ram::{federation.id}:role/Deployer/job-42"
    assert body["AssumedRoleUser"]["AssumedRoleId"].endswith(":job-42")
    told = body["OIDCTokenInfo"]
    assert (told["Issuer"], told["Subject"], told["ClientIds"]) == (federation.site.url, SUBJECT, AUDIENCE)
    expires = time.strptime(told["ExpirationTime"], "%Y-%m-%dT%H:%M:%SZ")
    begun = time.strptime(told["IssuanceTime"], "%Y-%m-%dT%H:%M:%SZ")
    assert time.mktime(expires) - time.mktime(begun) == 300
    assert issued - 1 <= int(time.mktime(begun)) - time.timezone
    session = Client(federation.server.url, Credentials.of(body["Credentials"]))
    who = session.call(STS, "GetCallerIdentity").json()
    assert who["Arn"] == f"acs:ram::{federation.id}:assumed-role/Deployer/job-42"
    assert (who["IdentityType"], who["AccountId"]) == ("AssumedRoleUser", federation.id)
    assert session.call(RAM, "ListUsers").status == 200
    assert session.call(RAM, "ListRoles").json()["Code"] == "NoPermission"


def test_a_get_request_and_names_of_any_case_will_do(federation: Federation) -> None:
    federation.role()
    parameters = {
        "OIDCProviderArn": federation.arn.replace("ci", "CI"),
        "RoleArn": f"acs:ram::{federation.id}:role/DEPLOYER",
        "OIDCToken": federation.token(),
        "RoleSessionName": "job",
    }
    status, body = send(federation.server.url, "AssumeRoleWithOIDC", parameters, method="GET")
    assert status == 200
    assert body["Credentials"]["AccessKeyId"].startswith("STS.")


def test_a_token_may_come_from_a_file_that_ends_with_a_line_break(federation: Federation) -> None:
    federation.role()
    federation.session(f"{federation.token()}\n")


def test_a_token_may_be_used_again(federation: Federation) -> None:
    federation.role()
    token = federation.token(jti="once")
    first, second = federation.session(token), federation.session(token)
    assert first.access_key_id != second.access_key_id
    assert federation.site.asked == [CONFIGURATION, KEYS]


def test_who_signs_nevertheless_is_nobody_in_particular(federation: Federation) -> None:
    federation.role()
    parameters = {
        "OIDCProviderArn": federation.arn,
        "RoleArn": f"acs:ram::{federation.id}:role/Deployer",
        "OIDCToken": federation.token(),
        "RoleSessionName": "job",
    }
    answer = federation.root.call(STS, "AssumeRoleWithOIDC", parameters)
    assert answer.status == 200
    record = federation.world.record_of(answer.json()["RequestId"])
    assert record["principal"] == f"{federation.arn}/{SUBJECT}"
    wrong = federation.root.call(STS, "AssumeRoleWithOIDC", {**parameters, "OIDCToken": "a.b.c"})
    assert wrong.json()["Code"] == f"{TOKEN}.Invalid"


def test_a_session_policy_narrows(federation: Federation) -> None:
    federation.role(document(allow("ram:*")))
    narrow = federation.session(Policy=document(allow("ram:ListRoles")))
    client = Client(federation.server.url, narrow)
    assert client.call(RAM, "ListRoles").status == 200
    refused = client.call(RAM, "ListUsers").json()
    assert refused["AccessDeniedDetail"]["PolicyType"] == "SessionPolicy"


def test_the_duration_ends_where_the_role_says(federation: Federation) -> None:
    federation.role(longest=7200)
    assert federation.call(DurationSeconds="7200")[0] == 200
    for seconds in ("7201", "899", "x"):
        assert federation.refused(DurationSeconds=seconds)[0] == "InvalidParameter.DurationSeconds"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"OIDCProviderArn": "absent"}, "MissingParameter.OIDCProviderArn"),
        ({"RoleArn": "absent"}, "MissingParameter.RoleArn"),
        ({"OIDCToken": "absent"}, "MissingParameter.OIDCToken"),
        ({"RoleSessionName": "absent"}, "MissingParameter.RoleSessionName"),
        ({"OIDCProviderArn": "acs:ram::1:oidc-provider/ci"}, "InvalidParameter.OIDCProviderArn"),
        (
            {"OIDCProviderArn": "acs:ram::1234567890123456:saml-provider/ci"},
            "InvalidParameter.OIDCProviderArn",
        ),
        ({"RoleArn": "x"}, "InvalidParameter.RoleArn"),
        ({"RoleSessionName": "a b"}, "InvalidParameter.RoleSessionName"),
        ({"Policy": "{"}, "InvalidParameter.PolicyGrammar"),
        ({"Policy": "x" * 2049}, "InvalidParameter.PolicySize"),
        ({"OIDCToken": ""}, f"{TOKEN}.Invalid"),
        ({"OIDCToken": "a.b"}, f"{TOKEN}.Invalid"),
        ({"OIDCToken": "x" * 100_000}, f"{TOKEN}.Invalid"),
        ({"OIDCProviderArn": "acs:ram::1234567890123456:oidc-provider/ci"}, DENIED),
    ],
)
def test_what_is_wrong_with_a_parameter_is_told(
    federation: Federation, more: dict[str, str], code: str
) -> None:
    federation.role()
    assert federation.refused(**more)[0] == code
    assert not federation.site.asked


def test_a_role_that_is_not_there_is_told_to_who_has_a_good_token_only(federation: Federation) -> None:
    assert federation.refused()[0] == "EntityNotExist.Role"
    assert federation.refused(federation.token(rsa_key("k1"), aud="other"))[0] == f"{TOKEN}.AudienceNotMatch"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": int(time.time()) - 1}, f"{TOKEN}.Expired"),
        ({"iat": int(time.time()) - 13 * 3600}, f"{TOKEN}.Expired"),
        ({"iat": int(time.time()) + 3600}, f"{TOKEN}.Invalid"),
        ({"aud": "somebody-else"}, f"{TOKEN}.AudienceNotMatch"),
        ({"iss": "https://elsewhere.example.com"}, f"{TOKEN}.Invalid"),
    ],
)
def test_a_token_with_wrong_claims_is_refused(
    federation: Federation, changes: dict[str, Any], code: str
) -> None:
    federation.role()
    assert federation.refused(federation.token(**changes))[0] == code


def test_a_token_that_the_issuer_did_not_sign_is_refused(federation: Federation) -> None:
    federation.role()
    forged = federation.token(rsa_key("attacker"), kid="k1")
    assert federation.refused(federation.site.token(int(time.time()), rsa_key("attacker")))[0] == (
        f"{TOKEN}.InvalidSignature"
    )
    header, payload, _ = forged.split(".")
    assert federation.refused(f"{header}.{payload}.AAAA")[0] == f"{TOKEN}.InvalidSignature"
    assert federation.refused(f"{part({'alg': 'none'})}.{payload}.AAAA")[0] == f"{TOKEN}.Invalid"


def test_a_key_that_comes_new_is_fetched_and_one_that_goes_is_forgotten_with_it(
    federation: Federation,
) -> None:
    federation.role()
    federation.session()
    federation.site.publish(rsa_key("k2"))
    federation.session(federation.token(rsa_key("k2")))
    assert federation.refused(federation.token(rsa_key("k1")))[0] == f"{TOKEN}.InvalidSignature"


def test_made_up_keys_make_the_server_ask_a_few_times_only(federation: Federation) -> None:
    federation.role()
    federation.session()
    for n in range(10):
        made_up = federation.site.token(int(time.time()), rsa_key("attacker"), kid=f"x{n}")
        assert federation.refused(made_up)[0] == f"{TOKEN}.InvalidSignature"
    assert len(federation.site.asked) <= 2 * 4
    federation.session()


def test_the_trust_policy_decides_on_issuer_audience_and_subject(federation: Federation) -> None:
    federation.role()
    code, body = federation.refused(federation.token(sub="repo:example/app:pull_request"))
    assert code == DENIED
    detail = body["AccessDeniedDetail"]
    assert detail["PolicyType"] == "AssumeRolePolicy"
    assert detail["NoPermissionType"] == "ImplicitDeny"
    assert detail["AuthPrincipalType"] == "Federated"
    assert detail["AuthPrincipalDisplayName"] == "oidc-provider/ci"
    assert detail["AuthPrincipalOwnerId"] == federation.id
    assert detail["AuthAction"] == "sts:AssumeRole"
    told = federation.root.call(
        RAM, "DecodeDiagnosticMessage", {"EncodedDiagnosticMessage": detail["EncodedDiagnosticMessage"]}
    ).json()["DecodedDiagnosticMessage"]
    conditions = {one["ConditionKey"]: one["ConditionValues"] for one in told["AuthConditions"]}
    assert conditions["oidc:sub"] == ["repo:example/app:pull_request"]
    assert conditions["oidc:aud"] == [AUDIENCE]


def test_several_audiences_are_all_asked_for(federation: Federation) -> None:
    federation.role(trust=federation.trust(**{"oidc:aud": ["second", "third"]}))
    assert federation.refused(federation.token(aud=[AUDIENCE, "fourth"]))[0] == DENIED
    status, body = federation.call(federation.token(aud=[AUDIENCE, "third"]))
    assert status == 200
    assert body["OIDCTokenInfo"]["ClientIds"] == f"{AUDIENCE},third"


def test_a_deny_of_the_trust_policy_wins(federation: Federation) -> None:
    trust = json.loads(federation.trust())
    trust["Statement"].append({**trust["Statement"][0], "Effect": "Deny"})
    federation.role(trust=json.dumps(trust))
    assert federation.refused()[1]["AccessDeniedDetail"]["NoPermissionType"] == "ExplicitDeny"


def test_policies_of_users_say_nothing_about_who_is_vouched_for(federation: Federation) -> None:
    federation.role(document(deny("sts:AssumeRole")), document(allow("ram:*")))
    federation.session()
    federation.role(
        name="Other",
        trust=document(
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"RAM": [f"acs:ram::{federation.id}:root"]},
            }
        ),
    )
    assert federation.refused(RoleArn=f"acs:ram::{federation.id}:role/Other")[0] == DENIED


def test_a_provider_of_one_account_vouches_for_no_role_of_another(server: Server, site: Site) -> None:
    ours, theirs = Federation(server, site), Federation(server, site)
    theirs.role(trust=ours.trust())
    code, body = ours.refused(RoleArn=f"acs:ram::{theirs.id}:role/Deployer")
    assert code == DENIED
    detail = body["AccessDeniedDetail"]
    assert (detail["PolicyType"], detail["NoPermissionType"]) == ("AssumeRolePolicy", "ImplicitDeny")


def test_sessions_end_with_their_role(federation: Federation) -> None:
    federation.role()
    session = Client(federation.server.url, federation.session())
    assert session.call(STS, "GetCallerIdentity").status == 200
    assert federation.root.call(RAM, "DeleteRole", {"RoleName": "Deployer"}).status == 200
    assert session.call(STS, "GetCallerIdentity").json()["Code"] == "InvalidSecurityToken.Expired"
    federation.role()
    assert session.call(STS, "GetCallerIdentity").json()["Code"] == "InvalidSecurityToken.Expired"


def test_without_its_provider_no_token_counts_but_sessions_go_on(federation: Federation) -> None:
    federation.role()
    session = Client(federation.server.url, federation.session())
    federation.ims("DeleteOIDCProvider")
    assert federation.refused()[0] == DENIED
    assert session.call(STS, "GetCallerIdentity").status == 200


def test_a_change_of_the_provider_counts_at_once(federation: Federation) -> None:
    federation.role()
    federation.session()
    federation.ims("RemoveClientIdFromOIDCProvider", ClientId=AUDIENCE)
    assert federation.refused()[0] == f"{TOKEN}.AudienceNotMatch"
    federation.ims("UpdateOIDCProvider", ClientIds=AUDIENCE, IssuanceLimitTime="1")
    old = federation.token(iat=int(time.time()) - 2 * 3600)
    assert federation.refused(old)[0] == f"{TOKEN}.Expired"
    federation.ims("UpdateOIDCProvider", IssuanceLimitTime="3")
    federation.session(old)
    federation.ims("RemoveFingerprintFromOIDCProvider", Fingerprint=PIN)
    assert federation.refused()[0] == f"{TOKEN}.PublicKeyFingerprintMismatch"
    federation.ims("AddFingerprintToOIDCProvider", Fingerprint="ab" * 20)
    assert federation.refused()[0] == f"{TOKEN}.PublicKeyFingerprintMismatch"
    federation.ims("AddFingerprintToOIDCProvider", Fingerprint=PIN)
    federation.session()


def test_an_issuer_without_configuration_or_keys_is_told_as_such(federation: Federation) -> None:
    federation.role()
    federation.site.routes.clear()
    assert federation.refused()[0] == f"{TOKEN}.HttpsUrlInvalid"


def test_an_issuer_with_thousands_of_keys_is_refused(federation: Federation) -> None:
    federation.role()
    one = rsa_key("k1").as_dict(private=False)
    few = json.dumps({"keys": [{"kty": "EC", "kid": f"x{n}"} for n in range(3000)]}).encode()
    federation.site.routes[KEYS] = few
    assert "more than 100 keys" in federation.refused()[1]["Message"]
    many = json.dumps({"keys": [{**one, "kid": f"x{n}"} for n in range(3000)]}).encode()
    federation.site.routes[KEYS] = many
    assert len(many) > 1_000_000


@pytest.mark.parametrize("behaviour", [hanging, streaming])
def test_an_issuer_that_never_ends_holds_up_nobody_else(server: Server, site: Site, behaviour: Any) -> None:
    stuck, fine = Federation(server, site), None
    stuck.role()
    site.routes[CONFIGURATION] = behaviour
    with Site() as other, ThreadPoolExecutor(20) as pool:
        other.publish(rsa_key("k1"))
        fine = Federation(server, other)
        fine.role()
        waiting = [pool.submit(stuck.refused) for _ in range(20)]
        for _ in range(20):
            fine.session()
        assert not any(one.done() for one in waiting)
        assert {one.result()[0] for one in waiting} == {f"{TOKEN}.HttpsUrlInvalid"}
    assert site.connections == 1


@pytest.mark.parametrize("change", ["provider", "client id", "trust", "role"])
def test_what_changes_while_an_issuer_is_waited_for_counts(federation: Federation, change: str) -> None:
    federation.role()
    asked, go_on = threading.Event(), threading.Event()
    configuration = federation.site.routes[CONFIGURATION]
    assert isinstance(configuration, bytes)

    def wait(_: Site, connection: ssl.SSLSocket) -> None:
        asked.set()
        assert go_on.wait(10)
        connection.sendall(answered(configuration))

    federation.site.routes[CONFIGURATION] = wait
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(federation.call)
        assert asked.wait(10)
        if change == "provider":
            federation.ims("DeleteOIDCProvider")
        elif change == "client id":
            federation.ims("UpdateOIDCProvider", ClientIds="other")
        else:
            named = {"RoleName": "Deployer"}
            trust = {"NewAssumeRolePolicyDocument": federation.trust(**{"oidc:sub": "somebody else"})}
            action, more = ("UpdateRole", trust) if change == "trust" else ("DeleteRole", {})
            assert federation.root.call(RAM, action, {**named, **more}).status == 200
        go_on.set()
        status, body = waiting.result()
    codes = {"client id": f"{TOKEN}.AudienceNotMatch", "role": "EntityNotExist.Role"}
    assert (status >= 400, body["Code"]) == (True, codes.get(change, DENIED))


def test_a_private_issuer_is_not_asked_unless_the_operator_says_so(site: Site) -> None:
    with Server(default_format="JSON") as server:
        federation = Federation(server, site)
        federation.role()
        code, body = federation.refused()
        assert code == f"{TOKEN}.HttpsUrlInvalid"
        assert "--allow-private-issuers" in body["Message"]
        assert not site.connections


def test_neither_log_nor_answer_repeats_a_token(
    federation: Federation, capfd: pytest.CaptureFixture[str]
) -> None:
    federation.role()
    token = federation.token()
    federation.session(token)
    _, body = federation.refused(federation.token(rsa_key("attacker"), aud="other"))
    record = federation.world.record_of(body["RequestId"])
    signature = token.rpartition(".")[2]
    shown = json.dumps([body, record]) + "".join(capfd.readouterr())
    assert signature not in shown
    assert record["action"] == "AssumeRoleWithOIDC"
    assert record["code"] == f"{TOKEN}.InvalidSignature"


def test_the_decision_names_who_was_vouched_for(federation: Federation) -> None:
    federation.role()
    status, body = federation.call()
    assert status == 200
    record = federation.world.record_of(body["RequestId"])
    assert record["principal"] == f"{federation.arn}/{SUBJECT}"
    assert (record["account"], record["action"], record["outcome"]) == (
        federation.id,
        "sts:AssumeRole",
        "allow",
    )
    assert record["resource"] == f"acs:ram::{federation.id}:role/deployer"
    assert record["statements"] == ["trust:trust@#0"]


def test_a_control_policy_of_the_role_s_account_counts_for_tokens_too(
    federation: Federation, server: Server
) -> None:
    federation.role(document(allow("ram:ListUsers")))
    manager = server.new_account()
    with server.runtime.database.write() as txn:
        directory = txn.resource_directories.enable(manager.id)
        txn.resource_directories.switch_control_policies(manager.id, on=True)
        directory = txn.resource_directories.managed_by(manager.id)
        member = txn.members.create(directory, "member")
        rule = txn.control_policies.create(directory, "no-roles", document(deny("sts:AssumeRole")))
        txn.control_policies.attach(directory, rule.id, directory.root_folder_id)
        key = txn.access_keys.create(member.id)
    own = Account(member.id, Credentials(key.id, key.secret))
    limited = Federation(server, federation.site, account=own)
    limited.role(document(allow("ram:ListUsers")))
    assert limited.refused()[0] == DENIED
    assert federation.call()[0] == 200
    with server.runtime.database.write() as txn:
        txn.control_policies.detach(directory, rule.id, directory.root_folder_id)
    assert limited.call()[0] == 200
