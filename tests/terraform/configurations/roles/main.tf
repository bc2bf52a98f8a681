resource "alicloud_ram_role" "worker" {
  role_name = "worker"
  assume_role_policy_document = jsonencode({
    Version = "1"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = var.changed ? { Service = ["ecs.aliyuncs.com", "fc.aliyuncs.com"] } : { Service = ["ecs.aliyuncs.com"] }
    }]
  })
  description          = var.changed ? "changed" : "made by Terraform"
  max_session_duration = var.changed ? 7200 : 3600
  force                = true
  tags                 = var.changed ? { stage = "two" } : { stage = "one", owner = "me" }
}

resource "alicloud_resource_manager_role" "auditor" {
  role_name = "auditor"
  assume_role_policy_document = jsonencode({
    Version   = "1"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { RAM = ["acs:ram::${var.account}:root"] } }]
  })
  description          = "made by Terraform"
  max_session_duration = var.changed ? 7200 : 3600
}

data "alicloud_ram_roles" "tagged" {
  name_regex = "^work"
  tags       = { stage = var.changed ? "two" : "one" }
  depends_on = [alicloud_ram_role.worker]
}

data "alicloud_resource_manager_roles" "auditors" {
  name_regex     = "^auditor$"
  enable_details = true
  depends_on     = [alicloud_resource_manager_role.auditor]
}

output "tagged" { value = data.alicloud_ram_roles.tagged.names }
output "auditors" { value = data.alicloud_resource_manager_roles.auditors.roles[*].max_session_duration }

resource "alicloud_resource_manager_service_linked_role" "polardb" {
  service_name = "polardb.aliyuncs.com"
}

output "linked" { value = alicloud_resource_manager_service_linked_role.polardb.role_name }
