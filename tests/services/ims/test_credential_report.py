"""The report on all users' credentials. A real server."""

from __future__ import annotations

import base64
import csv
import io
import time

import pytest

from daypass.directory import totp
from daypass.directory.records import KeyUse
from daypass.services.ims import credential_report
from tests.services.ims.calls import Ims
from tests.world import allow, document

PASSWORD = "Correct-Horse-1"
KEYS = ["access_key_1", "access_key_2", *(f"additional_access_key_{number}" for number in (1, 2, 3))]
HEADER = [
    "user",
    "user_creation_time",
    "user_last_logon",
    "password_exist",
    "password_active",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"{key}_{fact}" for key in KEYS for fact in ("exist", "active", "last_rotated", "last_used")),
]


def report(ims: Ims) -> dict[str, dict[str, str]]:
    """Make a report and return its lines by user."""
    assert ims("GenerateCredentialReport")["State"] == "COMPLETED"
    answer = ims("GetCredentialReport")
    assert answer["IsTruncated"] == "false"
    text = base64.b64decode(answer["Content"]).decode()
    assert text.splitlines()[0].split(",") == HEADER
    return {line["user"]: line for line in csv.DictReader(io.StringIO(text))}


def test_there_is_no_report_before_one_is_made(ims: Ims) -> None:
    ims.refused("GetCredentialReport", "EntityNotExist.CredentialReport")


def test_a_user_without_credentials_has_none_in_the_report(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="alice")
    line = report(ims)[ims.name("alice")]
    assert line.pop("user_creation_time") == ims.ram("GetUser", UserName="alice")["User"]["CreateDate"]
    missing = {f"{key}_{fact}": "N/A" for key in KEYS for fact in ("active", "last_rotated", "last_used")}
    assert line == {
        "user": ims.name("alice"),
        "user_last_logon": "-",
        "password_exist": "FALSE",
        "password_active": "N/A",
        "password_last_changed": "N/A",
        "password_next_rotation": "N/A",
        "mfa_active": "FALSE",
        **{f"{key}_exist": "FALSE" for key in KEYS},
        **missing,
    }


def test_every_credential_is_told_of(ims: Ims) -> None:
    ims("SetPasswordPolicy", MaxPasswordAge="90")
    ims.ram("CreateUser", UserName="alice")
    ims("CreateLoginProfile", UserPrincipalName=ims.name("alice"), Password=PASSWORD, Status="Inactive")
    one = ims.ram("CreateAccessKey", UserName="alice")["AccessKey"]
    two = ims.ram("CreateAccessKey", UserName="alice")["AccessKey"]
    ims.ram("UpdateAccessKey", UserName="alice", UserAccessKeyId=two["AccessKeyId"], Status="Inactive")
    made = ims("CreateVirtualMFADevice", VirtualMFADeviceName="phone")["VirtualMFADevice"]
    seed, step = base64.b32decode(made["Base32StringSeed"]), int(time.time()) // 30
    ims.ram(
        "BindMFADevice",
        UserName="alice",
        SerialNumber=made["SerialNumber"],
        AuthenticationCode1=totp.code_at(seed, step),
        AuthenticationCode2=totp.code_at(seed, step + 1),
    )
    with ims.server.runtime.database.write() as txn:
        user = txn.users.get(ims.id, "alice")
        txn.users.note_login(user.id)
        changed = txn.passwords.newest(user.id, 1)[0].set_at
        txn.key_uses.note({one["AccessKeyId"]: KeyUse(1_700_000_000, "Ram")})
    line = report(ims)[ims.name("alice")]
    assert line["user_last_logon"] == ims.ram("GetUser", UserName="alice")["User"]["LastLoginDate"]
    assert (line["password_exist"], line["password_active"], line["mfa_active"]) == ("TRUE", "FALSE", "TRUE")
    days = (_seconds(line["password_next_rotation"]) - _seconds(line["password_last_changed"])) / 86400
    assert (_seconds(line["password_last_changed"]), days) == (changed, 90)
    keys = {
        line[f"{key}_active"]: (line[f"{key}_last_rotated"], line[f"{key}_last_used"]) for key in KEYS[:2]
    }
    assert keys == {
        "TRUE": (one["CreateDate"], "2023-11-14T22:13:20Z"),
        "FALSE": (two["CreateDate"], "-"),
    }
    assert line["additional_access_key_1_exist"] == "FALSE"


def _seconds(text: str) -> int:
    return int(time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))) - time.timezone


def test_the_account_comes_first_then_users_by_name(ims: Ims) -> None:
    for name in ("c", "B", "a"):
        ims.ram("CreateUser", UserName=name)
    (root, *users) = report(ims).values()
    assert (root["user"], root["access_key_1_exist"], root["access_key_1_active"]) == (
        "<root>",
        "TRUE",
        "TRUE",
    )
    assert (root["password_exist"], root["access_key_2_exist"]) == ("FALSE", "FALSE")
    assert [line["user"] for line in users] == [ims.name("a"), ims.name("B"), ims.name("c")]


def test_parts_one_after_the_other_are_the_whole(ims: Ims) -> None:
    for number in range(5):
        ims.ram("CreateUser", UserName=f"user-{number}")
    ims("GenerateCredentialReport")
    whole = base64.b64decode(ims("GetCredentialReport")["Content"])
    for size in (1, 2, 5, 6):
        found, token, parts = b"", "", 0
        while True:
            answer = ims("GetCredentialReport", MaxItems=str(size), NextToken=token)
            found += base64.b64decode(answer["Content"])
            parts += 1
            token = answer.get("NextToken", "")
            assert (answer["IsTruncated"] == "true") == bool(token)
            if not token:
                break
        assert (found, parts) == (whole, -(-6 // size))


def test_a_report_stays_until_the_next_which_ends_its_tokens(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="alice")
    ims("GenerateCredentialReport")
    ims.ram("CreateUser", UserName="bob")
    answer = ims("GetCredentialReport", MaxItems="1")
    assert ims.name("bob") not in base64.b64decode(ims("GetCredentialReport")["Content"]).decode()
    assert ims.name("bob") in report(ims)
    ims.refused("GetCredentialReport", "InvalidParameter.NextToken", NextToken=answer["NextToken"])


@pytest.mark.parametrize("token", ["x", "AAAA", "MTIz", "é", "MDox"])
def test_any_other_token_is_refused(ims: Ims, token: str) -> None:
    ims("GenerateCredentialReport")
    ims.refused("GetCredentialReport", "InvalidParameter.NextToken", NextToken=token)


@pytest.mark.parametrize("number", ["0", "3502", "ten", "", "-1"])
def test_a_part_has_a_size(ims: Ims, number: str) -> None:
    ims.refused("GetCredentialReport", "InvalidParameter.MaxItems", MaxItems=number)


def test_a_report_tells_of_one_account(ims: Ims) -> None:
    other = Ims(ims.server, ims.server.new_account())
    other.ram("CreateUser", UserName="stranger")
    other("GenerateCredentialReport")
    assert set(report(ims)) == {"<root>"}
    assert other.name("stranger") in base64.b64decode(other("GetCredentialReport")["Content"]).decode()


def test_a_report_has_a_limit(ims: Ims, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential_report, "MOST_USERS", 1)
    ims.ram("CreateUser", UserName="one")
    ims("GenerateCredentialReport")
    ims.ram("CreateUser", UserName="two")
    told = ims.refused("GenerateCredentialReport", "LimitExceeded.CredentialReport")
    assert "at most 1 users" in told["Message"]
    assert ims.name("one") in base64.b64decode(ims("GetCredentialReport")["Content"]).decode()


def test_a_report_holds_no_secret(ims: Ims) -> None:
    ims.someone("alice")
    (key,) = ims.ram.names("ListAccessKeys", UserName="alice")
    ims.ram("CreateLoginProfile", UserName="alice", Password=PASSWORD)
    report(ims)
    text = base64.b64decode(ims("GetCredentialReport")["Content"]).decode()
    assert key not in text
    assert "argon2" not in text
    assert PASSWORD not in text


@pytest.mark.parametrize("action", ["GenerateCredentialReport", "GetCredentialReport"])
def test_reports_are_for_whoever_a_policy_lets(ims: Ims, action: str) -> None:
    ims("GenerateCredentialReport")
    ims.someone("nobody").refused(action, "NoPermission")
    ims.someone("auditor", document(allow(f"ram:{action}", f"acs:ram:*:{ims.id}:*")))(action)
