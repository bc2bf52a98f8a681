"""Inviting accounts to a resource directory, on a real server."""

from __future__ import annotations

import re

import pytest

from daypass.directory.handshakes import LIFE_SECONDS
from daypass.directory.quotas import Quotas
from daypass.testing import Server
from tests.services.resourcemanager.account import Account
from tests.services.resourcemanager.directory import ADMIN, EXPLICIT, Directory
from tests.world import allow, deny, document


@pytest.fixture
def directory(server: Server) -> Directory:
    return Directory(server, server.new_account()).open()


@pytest.fixture
def guest(server: Server) -> Account:
    return Account(server, server.new_account())


def invited(directory: Directory, guest: Account, **more: str) -> str:
    """Invite an account; return the invitation's id."""
    wanted = {"TargetEntity": guest.id, "TargetType": "Account", **more}
    return str(directory.told("InviteAccountToResourceDirectory", **wanted)["Handshake"]["HandshakeId"])


def test_an_account_is_invited_accepts_and_is_limited_from_then_on(
    directory: Directory, guest: Account
) -> None:
    alice = guest.user("Alice", ADMIN)
    directory.attach(directory.control("no-ram", deny("ram:*")), directory.root_folder)
    made = directory.told(
        "InviteAccountToResourceDirectory",
        TargetEntity=guest.id,
        TargetType="Account",
        Note="Join us",
        Tag_1_Key="env",
        Tag_1_Value="prod",
    )["Handshake"]
    assert re.fullmatch(r"h-\w{16}", made["HandshakeId"])
    assert (made["Status"], made["Note"], made["TargetEntity"]) == ("Pending", "Join us", guest.id)
    assert (made["MasterAccountId"], made["TargetType"]) == (directory.id, "Account")
    named = {"HandshakeId": made["HandshakeId"]}
    assert guest.told("GetHandshake", **named)["Handshake"] == made
    assert directory.limited(alice) == "allowed"
    assert guest.told("AcceptHandshake", alice, **named)["Handshake"]["Status"] == "Accepted"
    assert directory.limited(alice) == EXPLICIT
    member = directory.told("GetAccount", AccountId=guest.id, IncludeTags="true")["Account"]
    assert (member["JoinMethod"], member["Type"]) == ("invited", "CloudAccount")
    assert (member["FolderId"], member["Tags"]) == (
        directory.root_folder,
        [{"Key": "env", "Value": "prod"}],
    )
    with directory.server.runtime.database.read() as txn:
        assert txn.roles.find(guest.id, "ResourceDirectoryAccountAccessRole") is None
    assert guest.refused("AcceptHandshake", **named) == (409, "HandshakeStatusMismatch")
    directory.told("RemoveCloudAccount", AccountId=guest.id)
    assert directory.limited(alice) == "allowed"


def test_an_invitation_is_declined_by_one_and_cancelled_by_the_other(
    directory: Directory, guest: Account
) -> None:
    first = invited(directory, guest)
    again = {"TargetEntity": guest.id, "TargetType": "Account"}
    refused = directory.refused("InviteAccountToResourceDirectory", **again)
    assert refused == (409, "EntityAlreadyExists.Handshake")
    assert guest.refused("CancelHandshake", HandshakeId=first) == (404, "EntityNotExists.Handshake")
    assert guest.told("DeclineHandshake", HandshakeId=first)["Handshake"]["Status"] == "Declined"
    second = invited(directory, guest)
    for action in ("AcceptHandshake", "DeclineHandshake"):
        assert directory.refused(action, HandshakeId=second) == (404, "EntityNotExists.Handshake")
    assert directory.told("CancelHandshake", HandshakeId=second)["Handshake"]["Status"] == "Cancelled"
    for who, action in (
        (guest, "AcceptHandshake"),
        (guest, "DeclineHandshake"),
        (directory, "CancelHandshake"),
    ):
        assert who.refused(action, HandshakeId=second) == (409, "HandshakeStatusMismatch")
    assert guest.refused("GetResourceDirectory") == (404, "ResourceDirectoryNotInUse")


def test_invitations_are_listed_for_both_sides_in_pages(
    directory: Directory, guest: Account, server: Server
) -> None:
    other = Account(server, server.new_account())
    ids = {invited(directory, guest), invited(directory, other)}

    def listed(who: Account, action: str, **page: str) -> set[str]:
        body = who.told(action, **page)
        return {each["HandshakeId"] for each in body["Handshakes"]["Handshake"]}

    assert listed(directory, "ListHandshakesForResourceDirectory") == ids
    one = {"PageSize": "1", "PageNumber": "2"}
    assert len(listed(directory, "ListHandshakesForResourceDirectory", **one)) == 1
    assert len(listed(guest, "ListHandshakesForAccount")) == 1
    assert listed(directory, "ListHandshakesForAccount") == set()
    assert guest.refused("ListHandshakesForResourceDirectory") == (404, "EntityNotExists.ResourceDirectory")
    stranger = Account(server, server.new_account())
    missing = stranger.refused("GetHandshake", HandshakeId=min(ids))
    assert missing == (404, "EntityNotExists.Handshake")


def test_an_invitation_expires(directory: Directory, guest: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    first = invited(directory, guest)
    database = directory.server.runtime.database
    clock = database._clock
    monkeypatch.setattr(database, "_clock", lambda: clock() + LIFE_SECONDS)
    assert guest.told("GetHandshake", HandshakeId=first)["Handshake"]["Status"] == "Expired"
    assert guest.refused("AcceptHandshake", HandshakeId=first) == (409, "HandshakeStatusMismatch")
    assert invited(directory, guest) != first


def test_an_invitation_to_a_directory_that_is_gone_is_none(directory: Directory, guest: Account) -> None:
    first = invited(directory, guest)
    directory.told("DestroyResourceDirectory")
    assert guest.refused("AcceptHandshake", HandshakeId=first) == (404, "EntityNotExists.Handshake")
    directory.open()
    assert guest.refused("AcceptHandshake", HandshakeId=first) == (404, "EntityNotExists.Handshake")


def test_who_is_in_a_directory_is_not_invited_and_joins_no_other(
    directory: Directory, guest: Account, server: Server
) -> None:
    other = Directory(server, server.new_account()).open()
    first, second = invited(directory, guest), invited(other, guest)
    guest.told("AcceptHandshake", HandshakeId=first)
    code = (409, "NotSupport.AccountInAnotherResourceDirectory")
    assert guest.refused("AcceptHandshake", HandshakeId=second) == code
    for target in (guest.id, directory.id, other.id):
        wanted = {"TargetEntity": target, "TargetType": "Account"}
        assert other.refused("InviteAccountToResourceDirectory", **wanted) == code


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({"TargetEntity": "1000000000000001"}, 404, "EntityNotExists.Account"),
        ({"TargetEntity": "someone@example.com"}, 400, "InvalidParameter.TargetEntity"),
        ({"TargetType": "Email"}, 400, "InvalidParameter.TargetType"),
        ({"Note": "a" * 1025}, 400, "InvalidParameter.Note.Length"),
    ],
)
def test_a_wrong_invitation_is_told_what_is_wrong(
    directory: Directory, guest: Account, parameters: dict[str, str], status: int, code: str
) -> None:
    wanted = {"TargetEntity": guest.id, "TargetType": "Account", **parameters}
    assert directory.refused("InviteAccountToResourceDirectory", **wanted) == (status, code)


def test_members_and_invitations_have_a_quota(
    directory: Directory, guest: Account, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = invited(directory, guest)
    monkeypatch.setattr(server.runtime.database, "_quotas", Quotas(members=1))
    other = {"TargetEntity": server.new_account().id, "TargetType": "Account"}
    refused = directory.refused("InviteAccountToResourceDirectory", **other)
    assert refused == (409, "LimitExceeded.Handshake")
    directory.member("made")
    assert guest.refused("AcceptHandshake", HandshakeId=first) == (409, "LimitExceeded.Account")


def test_permissions_are_asked_for_the_invitation(directory: Directory, guest: Account) -> None:
    first = invited(directory, guest)
    own = f"acs:resourcemanager:*:{guest.id}:handshake/{first}"
    clerk = guest.user("Clerk", document(allow("resourcemanager:GetHandshake", own)))
    assert guest.told("GetHandshake", clerk, HandshakeId=first)["Handshake"]["Status"] == "Pending"
    for action in ("AcceptHandshake", "DeclineHandshake", "CancelHandshake"):
        assert guest.refused(action, clerk, HandshakeId=first) == (403, "NoPermission")
    assert guest.refused("ListHandshakesForAccount", clerk) == (403, "NoPermission")
    assert guest.refused("GetHandshake", clerk, HandshakeId="h-other") == (403, "NoPermission")
