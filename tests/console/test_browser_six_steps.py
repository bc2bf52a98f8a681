"""The six steps that daypass exists for, clicked as a person would, and what comes of them, with the SDK."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from alibabacloud_iot20180120 import models as iot_models
from alibabacloud_iot20180120.client import Client as IotClient
from alibabacloud_sts20150401 import models as sts_models
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from playwright.sync_api import expect

from tests.console.hand import Hand, Keys
from tests.console.looks import NARROW_CHINESE, WIDE
from tests.console.personas import ADMINISTRATOR, PASSWORD, RAM, Personas, sign_in
from tests.console.running import Console
from tests.console.running import console as serving
from tests.docs.repository import text
from tests.world import allow, document, trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.console.pages import Visits

READ_ONLY = document(allow(["iot:Query*", "iot:List*", "iot:Get*", "iot:BatchGet*"]))

Keyed = dict[str, str]


def user(console: Console, name: str) -> Keyed:
    """Make a RAM user with a password and an AccessKey, as there is one before step 1."""
    client = console.client()
    assert client.call(RAM, "CreateUser", {"UserName": name}).status == 200
    profile = {"UserName": name, "Password": PASSWORD, "PasswordResetRequired": "false"}
    assert client.call(RAM, "CreateLoginProfile", profile).status == 200
    key = client.call(RAM, "CreateAccessKey", {"UserName": name}).json()["AccessKey"]
    return {"AccessKeyId": key["AccessKeyId"], "AccessKeySecret": key["AccessKeySecret"]}


def config(console: Console, credentials: Keyed) -> Config:
    return Config(
        access_key_id=credentials["AccessKeyId"],
        access_key_secret=credentials["AccessKeySecret"],
        security_token=credentials.get("SecurityToken"),
        endpoint=console.url.partition("://")[2],
        protocol="http",
        region_id="cn-shanghai",
    )


def assume(console: Console, credentials: Keyed, role: str) -> Keyed:
    """Step 5, with the official SDK."""
    arn = console.client().call(RAM, "GetRole", {"RoleName": role}).json()["Role"]["Arn"]
    request = sts_models.AssumeRoleRequest(role_arn=arn, role_session_name="alice")
    found = StsClient(config(console, credentials)).assume_role(request).body.credentials
    return {
        "AccessKeyId": found.access_key_id,
        "AccessKeySecret": found.access_key_secret,
        "SecurityToken": found.security_token,
    }


def refused(console: Console, credentials: Keyed, role: str) -> None:
    with pytest.raises(ClientException) as refusal:
        assume(console, credentials, role)
    assert refusal.value.code == "NoPermission"


def work(console: Console, credentials: Keyed) -> None:
    """Step 6, with the official SDK: what the role allows works, all else is denied."""
    client = IotClient(config(console, credentials))
    listed = client.query_product_list(iot_models.QueryProductListRequest(current_page=1, page_size=10))
    assert listed.body.success is True
    with pytest.raises(ClientException) as refusal:
        client.create_product(iot_models.CreateProductRequest(product_name="lamp", node_type=0))
    assert refusal.value.code == "NoPermission"


def create_role(hand: Hand, role: str) -> None:
    """Step 1, from the overview: a role that the account's users may be allowed to assume."""
    hand.click(hand.page.get_by_role("main").get_by_role("link", name=hand.word("Create Role")))
    hand.press("OK")
    hand.fill("Role Name", role)
    hand.press("OK")
    expect(hand.page.get_by_role("heading", name=role, level=1)).to_be_visible()


def create_policy(hand: Hand, policy: str, written: str) -> None:
    """Step 2: what the role may do."""
    hand.go("Policies")
    hand.follow("Create Policy")
    write_policy(hand, policy, written)
    hand.press("OK")
    expect(hand.page.get_by_role("heading", name=policy, level=1)).to_be_visible()


def write_policy(hand: Hand, policy: str, written: str) -> None:
    if hand.scripts:  # without them there is only JSON
        hand.press("JSON", "tab")
    hand.fill("Policy Document", written)
    hand.fill("Policy Name", policy)


def grant(hand: Hand, role: str, policy: str) -> None:
    """Step 3, from the page of the policy."""
    hand.follow("Grant Permission")
    hand.tick(role)
    hand.press("OK")
    expect(hand.page.get_by_role("row").filter(has_text=hand.word("Done"))).to_contain_text(policy)


def let_assume(hand: Hand, role: str, name: str) -> None:
    """Step 4, from the result of step 3: the user's half, on the role's page."""
    hand.follow(role)
    hand.fill("Let a user assume this role", name)
    hand.press("Preview")
    hand.press("OK")
    expect(hand.page.get_by_role("row").filter(has_text=name).first).to_contain_text(hand.word("Yes"))


def steps_one_to_four(hand: Hand, way: str) -> tuple[str, str]:
    """Take the steps that are done in the console; return the names of user and role."""
    name, role, policy = f"alice-{way}", f"role-{way}", f"policy-{way}"
    hand.page.goto("/")
    create_role(hand, role)
    create_policy(hand, policy, READ_ONLY)
    grant(hand, role, policy)
    let_assume(hand, role, name)
    return name, role


def test_the_six_steps_take_fewer_clicks_and_fields_than_the_guide_says_of_the_cloud_console(
    visits: Visits, console: Console, personas: Personas
) -> None:
    alice = user(console, "alice-scripts")
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    hand = Hand(page)
    _, role = steps_one_to_four(hand, "scripts")
    visits.picture(page, "step-4")
    visits.check(page)
    work(console, assume(console, alice, role))
    last = re.findall(r"^\| \*\*all\*\* .*$", text("docs/guides/six-steps-in-the-console.md"), re.MULTILINE)
    (cloud, ours) = (int(figure) for figure in re.findall(r"\d+", last[0]))
    assert hand.steps == ours
    assert ours <= (cloud + 1) // 2


@pytest.mark.parametrize("way", ["plain", "keys", "chinese"])
def test_the_six_steps_are_taken_in_every_way(
    visits: Visits, console: Console, personas: Personas, way: str
) -> None:
    alice = user(console, f"alice-{way}")
    look = NARROW_CHINESE if way == "chinese" else WIDE
    page = visits.open(
        console.origin, signed_in=personas.cookies(ADMINISTRATOR), look=look, scripts=way != "plain"
    )
    hand = Keys(page) if way == "keys" else Hand(page, look.language[:2], scripts=way != "plain")
    _, role = steps_one_to_four(hand, way)
    visits.picture(page, "step-4")
    work(console, assume(console, alice, role))


def test_the_user_takes_the_credentials_from_the_console(
    visits: Visits, console: Console, personas: Personas
) -> None:
    user(console, "alice-self")
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    name, role = steps_one_to_four(Hand(page), "self")
    reading = {"UserName": name, "PolicyType": "System", "PolicyName": "AliyunRAMReadOnlyAccess"}
    assert console.client().call(RAM, "AttachPolicyToUser", reading).status == 200
    page = visits.open(console.origin)
    page.goto("/sign-in")
    sign_in(page, f"{name}@{console.ready['account_id']}")
    hand = Hand(page)
    hand.go("Roles")
    hand.follow(role)
    hand.follow("Use this role")
    hand.press("Use this role")
    secret = page.get_by_label("AccessKey Secret")
    expect(secret).to_have_attribute("type", "password")
    shown = re.search(r"STS\.\w+", page.get_by_role("main").inner_text())
    assert shown is not None
    credentials = {
        "AccessKeyId": shown[0],
        "AccessKeySecret": secret.input_value(),
        "SecurityToken": page.get_by_label("Security Token").input_value(),
    }
    work(console, credentials)
    page.reload()
    expect(page.get_by_text(credentials["AccessKeySecret"])).to_have_count(0)


def test_only_whom_the_trust_policy_names_gets_in(
    visits: Visits, console: Console, personas: Personas
) -> None:
    """As the source has it: the trust policy as JSON, the user's half as a policy of one's own."""
    alice, bob = user(console, "alice-alone"), user(console, "bob-alone")
    account = console.ready["account_id"]
    arn = f"acs:ram::{account}:role/role-alone"
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/roles")
    hand = Hand(page)
    hand.follow("Create Role")
    hand.press("Switch to Policy Editor")
    hand.press("JSON", "tab")
    hand.fill("Trust Policy", trusting(f"acs:ram::{account}:user/alice-alone"))
    hand.press("OK")
    hand.fill("Role Name", "role-alone")
    hand.press("OK")
    expect(page.get_by_text(arn).first).to_be_visible()
    create_policy(hand, "assume-alone", document(allow("sts:AssumeRole", arn)))
    hand.follow("Grant Permission")
    for name in ("alice-alone", "bob-alone"):
        page.get_by_role("searchbox", name="Search principals").fill(name)
        hand.tick(name)
    hand.press("OK")
    expect(page.get_by_role("row").filter(has_text="Done")).to_have_count(2)
    assert assume(console, alice, "role-alone")["SecurityToken"]
    refused(console, bob, "role-alone")


def test_step_four_as_it_is_printed_is_found_and_put_right_with_one_click(
    visits: Visits, console: Console, personas: Personas
) -> None:
    alice = user(console, "alice-printed")
    trust = trusting(f"acs:ram::{console.ready['account_id']}:root")
    role = {"RoleName": "role-printed", "AssumeRolePolicyDocument": trust}
    arn = console.client().call(RAM, "CreateRole", role).json()["Role"]["Arn"]
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR))
    page.goto("/policies")
    hand = Hand(page)
    hand.follow("Create Policy")
    write_policy(hand, "as-printed", document(allow("iot:QueryProduct", arn)))
    hand.click(page.get_by_role("button", name=re.compile("^Fix line")).first)
    hand.press("OK")
    hand.follow("Grant Permission")
    page.get_by_role("searchbox", name="Search principals").fill("alice-printed")
    hand.tick("alice-printed")
    hand.press("OK")
    expect(page.get_by_role("row").filter(has_text="Done")).to_have_count(1)
    assert assume(console, alice, "role-printed")["SecurityToken"]


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with serving(tmp_path_factory.mktemp("workers"), "--workers", "2") as running:
        yield running


def test_the_six_steps_are_taken_with_two_workers(
    visits: Visits, two_workers: Console, browser: Browser
) -> None:
    alice = user(two_workers, "alice-workers")
    signed_in = Personas(two_workers, browser).cookies(ADMINISTRATOR)
    page = visits.open(two_workers.origin, signed_in=signed_in)
    _, role = steps_one_to_four(Hand(page), "workers")
    for _ in range(4):
        work(two_workers, assume(two_workers, alice, role))
    assert two_workers.said() == ""
