"""When keys were last used, over the wire. A real server."""

from __future__ import annotations

import threading
import time
from typing import Any

from tests.services.ims.calls import Ims
from tests.world import allow, document


def last_use(ims: Ims, **named: str) -> dict[str, Any]:
    """Wait until a key's last use is known, which takes a second or two."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if use := ims("GetAccessKeyLastUsed", **named)["AccessKeyLastUsed"]:
            return dict(use)
        threading.Event().wait(0.05)
    raise LookupError(named)


def test_a_use_is_known_within_seconds_denied_calls_included(ims: Ims) -> None:
    alice = ims.someone("alice")
    (key,) = ims.ram.names("ListAccessKeys", UserName="alice")
    assert ims.ram("GetAccessKeyLastUsed", UserName="alice", UserAccessKeyId=key)["AccessKeyLastUsed"] == {}
    alice.refused("ListUsers", "NoPermission")
    use = last_use(ims, UserPrincipalName=ims.name("alice"), UserAccessKeyId=key)
    assert use["ServiceName"] == "Ims"
    shown = ims.ram("GetAccessKeyLastUsed", UserName="alice", UserAccessKeyId=key)
    assert shown["AccessKeyLastUsed"] == {"LastUsedDate": use["LastUsedDate"]}


def test_a_request_with_a_wrong_signature_is_no_use(ims: Ims) -> None:
    ims.someone("alice")
    (key,) = ims.ram.names("ListAccessKeys", UserName="alice")
    who = ims.ram.who
    forged = ims.acting(type(who)(key, who.access_key_secret))
    assert forged.answer("ListUsers").code == "SignatureDoesNotMatch"
    assert key not in ims.server.runtime.seen_keys.seen
    with ims.server.runtime.database.read() as txn:
        assert txn.key_uses.find(key) is None


def test_the_accounts_own_keys_are_told_without_a_name(ims: Ims) -> None:
    (root,) = ims.ram.names("ListAccessKeys")
    assert last_use(ims, UserAccessKeyId=root)["LastUsedDate"]


def test_keys_that_are_not_there_are_told_so(ims: Ims) -> None:
    ims.someone("alice")
    (key,) = ims.ram.names("ListAccessKeys", UserName="alice")
    for product, named in ((ims.ram, {"UserName": "bob"}), (ims, {"UserPrincipalName": ims.name("bob")})):
        product.refused("GetAccessKeyLastUsed", "EntityNotExist.User", UserAccessKeyId=key, **named)
        product.refused("GetAccessKeyLastUsed", "EntityNotExist.User.AccessKey", UserAccessKeyId=key)
        product.refused("GetAccessKeyLastUsed", "MissingParameter.UserAccessKeyId")


def test_last_uses_are_for_whoever_a_policy_or_the_preference_lets(ims: Ims) -> None:
    alice = ims.someone("alice")
    (key,) = ims.ram.names("ListAccessKeys", UserName="alice")
    alice.refused("GetAccessKeyLastUsed", "NoPermission", UserAccessKeyId=key)
    alice.ram.refused("GetAccessKeyLastUsed", "NoPermission", UserAccessKeyId=key)
    ims("SetSecurityPreference", AllowUserToManageAccessKeys="true")
    assert last_use(alice, UserAccessKeyId=key)
    reader = ims.someone(
        "reader", document(allow("ram:GetAccessKeyLastUsed", f"acs:ram:*:{ims.id}:user/alice"))
    )
    assert last_use(reader, UserPrincipalName=ims.name("alice"), UserAccessKeyId=key)
