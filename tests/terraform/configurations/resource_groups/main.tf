resource "alicloud_resource_manager_resource_group" "stage" {
  resource_group_name = "stage"
  display_name        = var.changed ? "changed" : "Stage"
  tags                = var.changed ? { stage = "two" } : { stage = "one", owner = "me" }
}

resource "alicloud_resource_manager_policy" "query" {
  policy_name     = "query"
  description     = "made by Terraform"
  policy_document = jsonencode({ Version = "1", Statement = [{ Effect = "Allow", Action = "iot:Query*", Resource = "*" }] })
}

resource "alicloud_resource_manager_policy_version" "wider" {
  count           = var.changed ? 1 : 0
  policy_name     = alicloud_resource_manager_policy.query.policy_name
  policy_document = jsonencode({ Version = "1", Statement = [{ Effect = "Allow", Action = "iot:*", Resource = "*" }] })
}

data "alicloud_resource_manager_policy_versions" "query" {
  policy_name = alicloud_resource_manager_policy.query.policy_name
  policy_type = "Custom"
  depends_on  = [alicloud_resource_manager_policy_version.wider]
}

output "versions" { value = sort(data.alicloud_resource_manager_policy_versions.query.versions[*].version_id) }

resource "alicloud_ram_user" "alice" {
  name = "alice"
}

resource "alicloud_resource_manager_policy_attachment" "alice" {
  policy_name       = alicloud_resource_manager_policy.query.policy_name
  policy_type       = "Custom"
  principal_name    = "${alicloud_ram_user.alice.name}@${var.account}.onaliyun.com"
  principal_type    = "IMSUser"
  resource_group_id = alicloud_resource_manager_resource_group.stage.id
}

data "alicloud_resource_manager_resource_groups" "stage" {
  name_regex     = "^stage$"
  enable_details = true
  depends_on     = [alicloud_resource_manager_resource_group.stage]
}

data "alicloud_resource_manager_policies" "query" {
  name_regex  = "^query$"
  policy_type = "Custom"
  depends_on  = [alicloud_resource_manager_policy.query]
}

data "alicloud_resource_manager_policy_attachments" "alice" {
  policy_name       = alicloud_resource_manager_policy_attachment.alice.policy_name
  policy_type       = "Custom"
  resource_group_id = alicloud_resource_manager_resource_group.stage.id
}

output "groups" { value = data.alicloud_resource_manager_resource_groups.stage.groups[*].display_name }
output "policies" { value = data.alicloud_resource_manager_policies.query.names }
output "attached" { value = data.alicloud_resource_manager_policy_attachments.alice.attachments[*].principal_name }
