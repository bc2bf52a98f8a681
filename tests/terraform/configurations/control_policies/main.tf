resource "alicloud_resource_manager_resource_directory" "directory" {
  status = "Enabled"
}

resource "alicloud_resource_manager_folder" "production" {
  folder_name = var.changed ? "production-two" : "production"
  tags        = var.changed ? { stage = "two" } : { stage = "one", owner = "me" }
  depends_on  = [alicloud_resource_manager_resource_directory.directory]
}

resource "alicloud_resource_manager_control_policy" "no_deletes" {
  control_policy_name = var.changed ? "no-deletes-two" : "no-deletes"
  description         = var.changed ? "changed" : "made by Terraform"
  effect_scope        = "RAM"
  policy_document     = jsonencode({ Version = "1", Statement = [{ Effect = "Deny", Action = ["ram:Delete*"], Resource = ["*"] }] })
  tags                = var.changed ? { stage = "two" } : { stage = "one", owner = "me" }
  depends_on          = [alicloud_resource_manager_resource_directory.directory]
}

resource "alicloud_resource_manager_control_policy_attachment" "production" {
  policy_id = alicloud_resource_manager_control_policy.no_deletes.id
  target_id = alicloud_resource_manager_folder.production.id
}

data "alicloud_resource_manager_resource_directories" "directory" {
  depends_on = [alicloud_resource_manager_resource_directory.directory]
}

data "alicloud_resource_manager_folders" "production" {
  name_regex     = "^production"
  enable_details = true
  depends_on     = [alicloud_resource_manager_folder.production]
}

data "alicloud_resource_manager_control_policies" "no_deletes" {
  name_regex     = "^no-deletes"
  policy_type    = "Custom"
  enable_details = true
  depends_on     = [alicloud_resource_manager_control_policy.no_deletes]
}

data "alicloud_resource_manager_control_policy_attachments" "production" {
  target_id  = alicloud_resource_manager_control_policy_attachment.production.target_id
  depends_on = [alicloud_resource_manager_control_policy.no_deletes]
}

output "directories" { value = data.alicloud_resource_manager_resource_directories.directory.directories[*].master_account_id }
output "folders" { value = data.alicloud_resource_manager_folders.production.folders[*].folder_name }
output "policies" { value = data.alicloud_resource_manager_control_policies.no_deletes.policies[*].control_policy_name }
output "attached" { value = data.alicloud_resource_manager_control_policy_attachments.production.attachments[*].policy_name }
