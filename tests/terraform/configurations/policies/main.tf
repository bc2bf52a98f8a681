data "alicloud_ram_policy_document" "query" {
  statement {
    effect   = "Allow"
    action   = var.changed ? ["iot:Query*", "iot:BatchQuery*"] : ["iot:Query*"]
    resource = ["acs:iot:*:*:product/*"]
    condition {
      operator = "IpAddress"
      variable = "acs:SourceIp"
      values   = ["127.0.0.0/8", "::1"]
    }
  }
}

resource "alicloud_ram_policy" "query" {
  policy_name     = "query"
  description     = var.changed ? "changed" : "made by Terraform"
  policy_document = data.alicloud_ram_policy_document.query.document
  rotate_strategy = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
  force           = true
  tags            = var.changed ? { stage = "two" } : { stage = "one", owner = "me" }
}

resource "alicloud_ram_user" "alice" {
  name = "alice"
}

resource "alicloud_ram_group" "readers" {
  group_name = "readers"
}

resource "alicloud_ram_role" "reader" {
  role_name = "reader"
  assume_role_policy_document = jsonencode({
    Version   = "1"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { RAM = ["acs:ram::${var.account}:root"] } }]
  })
}

resource "alicloud_ram_user_policy_attachment" "alice" {
  policy_name = alicloud_ram_policy.query.policy_name
  policy_type = "Custom"
  user_name   = alicloud_ram_user.alice.name
}

resource "alicloud_ram_user_policy_attachment" "alice_reads" {
  count       = var.changed ? 1 : 0
  policy_name = "AliyunRAMReadOnlyAccess"
  policy_type = "System"
  user_name   = alicloud_ram_user.alice.name
}

resource "alicloud_ram_group_policy_attachment" "readers" {
  policy_name = alicloud_ram_policy.query.policy_name
  policy_type = "Custom"
  group_name  = alicloud_ram_group.readers.group_name
}

resource "alicloud_ram_role_policy_attachment" "reader" {
  policy_name = alicloud_ram_policy.query.policy_name
  policy_type = "Custom"
  role_name   = alicloud_ram_role.reader.role_name
}

data "alicloud_ram_policies" "alices" {
  user_name  = alicloud_ram_user_policy_attachment.alice.user_name
  type       = "Custom"
  depends_on = [alicloud_ram_user_policy_attachment.alice_reads]
}

data "alicloud_ram_users" "allowed" {
  policy_name = alicloud_ram_user_policy_attachment.alice.policy_name
  policy_type = "Custom"
}

data "alicloud_ram_groups" "allowed" {
  policy_name = alicloud_ram_group_policy_attachment.readers.policy_name
  policy_type = "Custom"
}

data "alicloud_ram_roles" "allowed" {
  policy_name = alicloud_ram_role_policy_attachment.reader.policy_name
  policy_type = "Custom"
}

data "alicloud_ram_role_policy_attachments" "readers" {
  role_name = alicloud_ram_role_policy_attachment.reader.role_name
}

data "alicloud_ram_system_policys" "administrator" {
  name_regex = "^AdministratorAccess$"
}

output "alices" { value = data.alicloud_ram_policies.alices.names }
output "users" { value = data.alicloud_ram_users.allowed.names }
output "groups" { value = data.alicloud_ram_groups.allowed.names }
output "roles" { value = data.alicloud_ram_roles.allowed.names }
output "readers" { value = data.alicloud_ram_role_policy_attachments.readers.attachments[*].policy_name }
output "system" { value = data.alicloud_ram_system_policys.administrator.policys[*].policy_name }
