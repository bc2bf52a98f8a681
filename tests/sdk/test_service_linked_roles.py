"""Service-linked roles with the official SDKs of RAM and of ResourceManager."""

from __future__ import annotations

import pytest

from daypass.testing import Server
from tests.sdk.clients.tea import Tea
from tests.sdk.scenario import refusal
from tests.world import World

SERVICE, ROLE = "ops.elasticsearch.aliyuncs.com", "AliyunServiceRoleForElasticsearchOps"


@pytest.mark.parametrize("product", ["Ram", "ResourceManager"])
def test_a_role_is_made_shown_and_deleted(server: Server, world: World, product: str) -> None:
    tea, root = Tea(server.url), world.account.root
    made = tea.call(root, product, "CreateServiceLinkedRole", {"ServiceName": SERVICE})["Role"]
    assert (made["RoleName"], made["IsServiceLinkedRole"]) == (ROLE, True)
    shown = tea.call(root, "ResourceManager", "GetRole", {"RoleName": ROLE})["Role"]
    assert (shown["RoleId"], shown["IsServiceLinkedRole"]) == (made["RoleId"], True)
    plain = refusal(lambda: tea.call(root, product, "DeleteRole", {"RoleName": ROLE}))
    assert (plain.status, plain.code) == (400, "NotSupport.ServiceLinkedRole")
    task = tea.call(root, product, "DeleteServiceLinkedRole", {"RoleName": ROLE})
    status = tea.call(root, "ResourceManager", "GetServiceLinkedRoleDeletionStatus", {**_task(task)})
    assert status["Status"] == "SUCCEEDED"
    gone = refusal(lambda: tea.call(root, "Ram", "GetRole", {"RoleName": ROLE}))
    assert (gone.status, gone.code) == (404, "EntityNotExist.Role")


def _task(answer: dict[str, str]) -> dict[str, str]:
    return {"DeletionTaskId": answer["DeletionTaskId"]}


def test_a_template_is_shown(server: Server, world: World) -> None:
    answer = Tea(server.url).call(
        world.account.root, "Ram", "GetServiceLinkedRoleTemplate", {"ServiceName": SERVICE}
    )
    template = answer["ServiceLinkedRoleTemplate"]
    assert (template["RoleNamePrefix"], template["MultipleRolesAllowed"]) == (ROLE, False)
