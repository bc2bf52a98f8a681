"""Tags with the official SDKs: RAM's send lists as JSON text, IMS's send them flat."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_ims20190815 import models as ims
from alibabacloud_ram20150501 import models as ram

from daypass.testing import Server
from tests.sdk.clients.legacy import Legacy
from tests.sdk.clients.tea import Tea
from tests.world import World, trusting


@pytest.fixture
def tea(server: Server) -> Tea:
    return Tea(server.url)


def client(tea: Tea, world: World, product: str) -> Any:
    return tea.client(product, tea.config(world.account.root))


def test_roles_are_tagged_listed_by_tag_and_untagged(tea: Tea, world: World) -> None:
    client_ = client(tea, world, "Ram")
    for name in ("Reader", "Writer"):
        client_.create_role(
            ram.CreateRoleRequest(
                role_name=name,
                assume_role_policy_document=trusting(world.everyone),
                tag=[ram.CreateRoleRequestTag(key="site", value="north")],
            )
        )
    given = [ram.TagResourcesRequestTag(key="team", value="red"), ram.TagResourcesRequestTag(key="new")]
    client_.tag_resources(ram.TagResourcesRequest(resource_type="role", resource_names=["Reader"], tag=given))
    wanted = [ram.ListTagResourcesRequestTag(key="team", value="red")]
    listed = client_.list_tag_resources(ram.ListTagResourcesRequest(resource_type="role", tag=wanted))
    assert [(row.resource_name, row.tag_key) for row in listed.body.tag_resources] == [("Reader", "team")]
    roles = client_.list_roles(ram.ListRolesRequest(tag=[ram.ListRolesRequestTag(key="new")])).body.roles.role
    assert [(role.role_name, [tag.tag_key for tag in role.tags.tag]) for role in roles] == [
        ("Reader", ["new", "site", "team"])
    ]
    client_.untag_resources(
        ram.UntagResourcesRequest(
            resource_type="role", resource_names=["Reader", "Writer"], tag_keys=["site", "new"]
        )
    )
    left = client_.list_tag_resources(
        ram.ListTagResourcesRequest(resource_type="role", resource_names=["Reader", "Writer"])
    )
    assert [(row.resource_name, row.tag_key, row.tag_value) for row in left.body.tag_resources] == [
        ("Reader", "team", "red")
    ]


def test_users_are_tagged_listed_in_pages_and_untagged(tea: Tea, world: World) -> None:
    client_ = client(tea, world, "Ims")
    names = [f"{name}@{world.id}.onaliyun.com" for name in ("Alice", "Bob")]
    for name in names:
        client_.create_user(ims.CreateUserRequest(user_principal_name=name, display_name="Somebody"))
    given = [ims.TagResourcesRequestTag(key="team", value="red"), ims.TagResourcesRequestTag(key="new")]
    client_.tag_resources(
        ims.TagResourcesRequest(resource_type="user", resource_principal_name=names, tag=given)
    )
    ids, token = [], None
    for more in (True, False):
        page = client_.list_tag_resources(
            ims.ListTagResourcesRequest(
                resource_type="user",
                page_size=1,
                next_token=token,
                tag=[ims.ListTagResourcesRequestTag(key="team")],
            )
        ).body
        assert page.is_truncated is more
        ids += [row.resource_id for row in page.tag_resources.tag_resource]
        token = page.next_token
    assert len(set(ids)) == 2
    client_.untag_resources(ims.UntagResourcesRequest(resource_type="user", resource_id=ids, all=True))
    left = client_.list_tag_resources(ims.ListTagResourcesRequest(resource_type="user", resource_id=ids))
    assert left.body.tag_resources.tag_resource == []


def test_the_older_sdk_tags_policies(server: Server, world: World) -> None:
    legacy, root = Legacy(server.url), world.account.root
    for name in ("read", "write"):
        text = '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}'
        legacy.call(root, "Ram", "CreatePolicy", {"PolicyName": name, "PolicyDocument": text})
    named: dict[str, Any] = {"ResourceType": "policy", "ResourceNames": ["read", "write"]}
    brought: dict[str, Any] = {"Tag": [{"Key": "team", "Value": "red"}]}
    legacy.call(root, "Ram", "TagResources", {**named, **brought})
    listed = legacy.call(root, "Ram", "ListTagResources", {"ResourceType": "policy", **brought})
    assert [row["ResourceName"] for row in listed["TagResources"]] == ["read", "write"]
    legacy.call(root, "Ram", "UntagResources", {**named, "TagKeys": ["team"]})
    assert legacy.call(root, "Ram", "ListTagResources", {"ResourceType": "policy"})["TagResources"] == []
