"""The six steps, each with what is denied before it and after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from daypass.cli.quickstart import sdk
from daypass.cli.quickstart.stage import Impossible
from daypass.client import Credentials
from daypass.policy import check_document

if TYPE_CHECKING:
    from daypass.cli.quickstart.stage import Stage

IDENTITY: Final = "AccountLevelIdentityBasedPolicy"
TRUST: Final = "AssumeRolePolicy"
SESSION: Final = "SessionPolicy"


def take_the_steps(stage: Stage) -> None:
    """Take all of them, as far as each lets the next one be taken."""
    screen = stage.screen
    screen.say(
        f"A throw-away server answers at {stage.url} for account {stage.account}. The requests are made by "
        f"the official Python SDK as it comes ({sdk.versions()}); only the endpoint is set. "
        "Secrets and tokens are masked."
    )
    try:
        product = _people(stage)
        _role(stage)
        _policy(stage)
        _grant(stage)
        _permission(stage)
        _credentials(stage)
        _work(stage, product)
        _end(stage, product)
    except Impossible:
        screen.say("The rest depends on this and is left out.")


def document(action: str | list[str], **more: Any) -> str:
    """Return the text of a policy document with one Allow statement."""
    return json.dumps({"Version": "1", "Statement": [{"Effect": "Allow", "Action": action, **more}]})


def _people(stage: Stage) -> str:
    """Make a product, and two users who may do nothing; return the product's key."""
    stage.screen.head("Before: a product, and two RAM users with AccessKeys who may do nothing")
    made = stage.works("root", "Iot", "CreateProduct", show=["ProductKey"], ProductName="lamps", NodeType=0)
    product = str(made["ProductKey"])
    for name in ("alice", "bob"):
        stage.works("root", "Ram", "CreateUser", show=["User.UserId"], UserName=name)
        paths = ["AccessKey.AccessKeyId", "AccessKey.AccessKeySecret"]
        key = stage.works("root", "Ram", "CreateAccessKey", show=paths, UserName=name)["AccessKey"]
        stage.enter(name, Credentials.of(key))
    stage.denied("alice", "Iot", "QueryProduct", by=IDENTITY, ProductKey=product)
    return product


def _role(stage: Stage) -> None:
    stage.screen.head("Step 1: a role that trusts Alice and nobody else")
    trust = document("sts:AssumeRole", Principal={"RAM": [stage.arn("user/alice")]})
    role = {"RoleName": "reader", "AssumeRolePolicyDocument": trust}
    stage.denied("alice", "Ram", "CreateRole", by=IDENTITY, **role)
    stage.works("root", "Ram", "CreateRole", show=["Role.Arn", "Role.MaxSessionDuration"], **role)
    stage.screen.note("That the role trusts her does not yet let her assume it:")
    stage.denied("alice", "Sts", "AssumeRole", by=IDENTITY, **_assume(stage))


def _policy(stage: Stage) -> None:
    stage.screen.head("Step 2: a policy that reads the IoT service and nothing more")
    misspelt = document("iot:Query*", Resources="*")
    stage.refused(
        "root",
        "Ram",
        "CreatePolicy",
        code="MalformedPolicyDocument",
        PolicyName="iot-read",
        PolicyDocument=misspelt,
    )
    read = document(["iot:Query*", "iot:List*", "iot:Get*", "iot:BatchGet*"], Resource="*")
    stage.works(
        "root",
        "Ram",
        "CreatePolicy",
        show=["Policy.DefaultVersion"],
        PolicyName="iot-read",
        PolicyDocument=read,
    )


def _grant(stage: Stage) -> None:
    stage.screen.head("Step 3: granted to the role")
    attachment = {"PolicyType": "Custom", "PolicyName": "iot-read", "RoleName": "reader"}
    stage.denied("alice", "Ram", "AttachPolicyToRole", by=IDENTITY, **attachment)
    stage.works("root", "Ram", "AttachPolicyToRole", **attachment)


def _permission(stage: Stage) -> None:
    stage.screen.head("Step 4: Alice may assume the role")
    printed = document("iot:QueryProduct", Resource=stage.arn("role/reader"))
    stage.screen.note(
        "First a policy with the right resource and the wrong action, as one finds it in print:"
    )
    _give(stage, "as-printed", printed, "alice")
    stage.denied("alice", "Sts", "AssumeRole", by=IDENTITY, **_assume(stage))
    for finding in check_document(printed):
        stage.screen.note(f"`daypass policy check` says of it: {finding}")
    stage.screen.note("Now the right one, for Alice and for Bob. The role does not trust Bob:")
    _give(
        stage, "assume-reader", document("sts:AssumeRole", Resource=stage.arn("role/reader")), "alice", "bob"
    )
    stage.denied("bob", "Sts", "AssumeRole", by=TRUST, **_assume(stage))


def _credentials(stage: Stage) -> None:
    stage.screen.head("Step 5: Alice gets temporary credentials")
    too_long = {**_assume(stage), "DurationSeconds": 7200}
    stage.refused("alice", "Sts", "AssumeRole", code="InvalidParameter.DurationSeconds", **too_long)
    _session(stage, "alice's session", Policy=document("iot:*", Resource="*"), DurationSeconds=3600)
    _session(stage, "alice's narrower session", Policy=document("iot:QueryProductList", Resource="*"))


def _work(stage: Stage, product: str) -> None:
    stage.screen.head(
        "Step 6: she works with them; what the role may not do, or the session policy leaves out, is denied"
    )
    session, narrower = "alice's session", "alice's narrower session"
    stage.works(session, "Sts", "GetCallerIdentity", show=["Arn", "IdentityType"])
    found = ["Data.ProductName", "Data.ProductKey", "Data.ProductSecret"]
    stage.works(session, "Iot", "QueryProduct", show=found, ProductKey=product)
    stage.denied(session, "Iot", "CreateProduct", by=IDENTITY, ProductName="more-lamps", NodeType=0)
    stage.works(narrower, "Iot", "QueryProductList", show=["Data.Total"], CurrentPage=1, PageSize=10)
    stage.denied(narrower, "Iot", "QueryProduct", by=SESSION, ProductKey=product)
    stage.screen.note("The key without its token, and with another one's:")
    key, other = stage.credentials(session), stage.credentials(narrower)
    stage.enter("the key alone", Credentials(key.access_key_id, key.access_key_secret))
    stage.refused("the key alone", "Iot", "QueryProduct", code="MissingSecurityToken", ProductKey=product)
    stage.enter(
        "the wrong token", Credentials(key.access_key_id, key.access_key_secret, other.security_token)
    )
    mismatch = "InvalidSecurityToken.MismatchWithAccessKey"
    stage.refused("the wrong token", "Iot", "QueryProduct", code=mismatch, ProductKey=product)


def _end(stage: Stage, product: str) -> None:
    stage.screen.head("After: what the role loses, its sessions lose at once; with the role they end")
    attachment = {"PolicyType": "Custom", "PolicyName": "iot-read", "RoleName": "reader"}
    stage.works("root", "Ram", "DetachPolicyFromRole", **attachment)
    stage.denied("alice's session", "Iot", "QueryProduct", by=IDENTITY, ProductKey=product)
    stage.works("root", "Ram", "DeleteRole", RoleName="reader")
    ended = "InvalidSecurityToken.Expired"
    stage.refused("alice's session", "Iot", "QueryProduct", code=ended, ProductKey=product)


def _assume(stage: Stage) -> dict[str, Any]:
    return {"RoleArn": stage.arn("role/reader"), "RoleSessionName": "alice"}


def _give(stage: Stage, policy: str, text: str, *users: str) -> None:
    """Create a policy and attach it to users."""
    stage.works("root", "Ram", "CreatePolicy", PolicyName=policy, PolicyDocument=text)
    for user in users:
        stage.works(
            "root", "Ram", "AttachPolicyToUser", PolicyType="Custom", PolicyName=policy, UserName=user
        )


def _session(stage: Stage, name: str, **more: Any) -> None:
    """Let Alice assume the role; what she gets is a person of its own from then on."""
    members = ("AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration")
    paths = [f"Credentials.{member}" for member in members]
    answer = stage.works("alice", "Sts", "AssumeRole", show=paths, **_assume(stage), **more)
    stage.enter(name, Credentials.of(answer["Credentials"]))
