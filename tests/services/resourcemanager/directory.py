"""A management account with a resource directory, for tests."""

from __future__ import annotations

from typing import Any

from daypass.client import Client, Credentials
from daypass.testing import Account as Account_
from tests.services.resourcemanager.account import Account
from tests.world import World, allow, document

FULL = "FullAliyunAccess"
RAM = "2015-05-01"


class Directory(Account):
    """The account that manages a directory, with control policies on."""

    @property
    def root_folder(self) -> str:
        """The root folder's id."""
        return str(self.told("GetResourceDirectory")["ResourceDirectory"]["RootFolderId"])

    def open(self) -> Directory:
        """Enable the directory and its control policies."""
        self.told("EnableResourceDirectory", EnableMode="CurrentAccount")
        assert self.told("EnableControlPolicy")["EnablementStatus"] == "Enabled"
        return self

    def folder(self, name: str, parent: str = "") -> str:
        """Create a folder; return its id."""
        within = {"ParentFolderId": parent} if parent else {}
        return str(self.told("CreateFolder", FolderName=name, **within)["Folder"]["FolderId"])

    def member(self, name: str, folder: str = "", **more: str) -> World:
        """Create a member; return its account, which has no key of its own."""
        within = {"ParentFolderId": folder} if folder else {}
        body = self.told("CreateResourceAccount", DisplayName=name, **within, **more)
        return World(self.server, Account_(body["Account"]["AccountId"], self.account.root))

    def control(self, name: str, *statements: dict[str, Any]) -> str:
        """Create a control policy; return its id."""
        body = self.told(
            "CreateControlPolicy",
            PolicyName=name,
            EffectScope="RAM",
            PolicyDocument=document(*statements),
        )
        return str(body["ControlPolicy"]["PolicyId"])

    def attach(self, policy: str, target: str) -> None:
        """Attach a control policy."""
        self.told("AttachControlPolicy", PolicyId=policy, TargetId=target)

    def detach(self, policy: str, target: str) -> None:
        """Detach a control policy."""
        self.told("DetachControlPolicy", PolicyId=policy, TargetId=target)

    def attached(self, target: str) -> set[str]:
        """Return the names of what is attached right to a target."""
        body = self.told("ListControlPolicyAttachmentsForTarget", TargetId=target)
        entries = body["ControlPolicyAttachments"]["ControlPolicyAttachment"]
        return {entry["PolicyName"] for entry in entries}

    def limited(self, who: Credentials, action: str = "ListUsers", /, **parameters: str) -> str:
        """Call RAM; return ``allowed``, or which layer denied and how."""
        answer = Client(self.server.url, who).call(RAM, action, parameters)
        if answer.status == 200:
            return "allowed"
        assert answer.code == "NoPermission", answer.text
        detail = answer.json()["AccessDeniedDetail"]
        return f"{detail['NoPermissionType']} by {detail['PolicyType']}"


ADMIN = document(allow("*"))
IMPLICIT = "ImplicitDeny by ControlPolicy"
EXPLICIT = "ExplicitDeny by ControlPolicy"
