resource "alicloud_ram_user" "alice" {
  name         = var.changed ? "alice.new" : "alice"
  display_name = var.changed ? "Alice L" : "Alice"
  mobile       = var.changed ? "86-18600008888" : null
  email        = "alice@example.test"
  comments     = var.changed ? "changed" : "made by Terraform"
  force        = true
}

resource "alicloud_ram_user" "bob" {
  name  = "bob"
  force = true
}

resource "alicloud_ram_user" "carol" {
  name = "carol"
}

resource "alicloud_ram_group" "readers" {
  group_name = "readers"
  comments   = var.changed ? "changed" : "made by Terraform"
  force      = true
}

resource "alicloud_ram_group" "writers" {
  group_name = "writers"
}

resource "alicloud_ram_group_membership" "readers" {
  group_name = alicloud_ram_group.readers.group_name
  user_names = var.changed ? [alicloud_ram_user.bob.name, alicloud_ram_user.carol.name] : [alicloud_ram_user.bob.name]
}

resource "alicloud_ram_user_group_attachment" "carol_writes" {
  user_name  = alicloud_ram_user.carol.name
  group_name = alicloud_ram_group.writers.group_name
}

resource "alicloud_ram_access_key" "alice" {
  user_name   = alicloud_ram_user.alice.name
  status      = var.changed ? "Inactive" : "Active"
  secret_file = "${path.root}/alice.key"
}

resource "alicloud_ram_login_profile" "bob" {
  user_name               = alicloud_ram_user.bob.name
  password                = var.changed ? "An0ther-pa55word" : "A-first-pa55word"
  password_reset_required = var.changed
  mfa_bind_required       = var.changed
}

data "alicloud_ram_users" "readers" {
  group_name = alicloud_ram_group_membership.readers.group_name
}

data "alicloud_ram_users" "all" {
  name_regex = "^(bob|carol)$"
  depends_on = [alicloud_ram_user.bob, alicloud_ram_user.carol]
}

data "alicloud_ram_groups" "carols" {
  user_name  = alicloud_ram_user_group_attachment.carol_writes.user_name
  name_regex = "^w"
}

data "alicloud_caller_identity" "current" {}

output "readers" { value = sort(data.alicloud_ram_users.readers.names) }
output "all" { value = sort(data.alicloud_ram_users.all.names) }
output "carols" { value = data.alicloud_ram_groups.carols.names }
output "caller" { value = data.alicloud_caller_identity.current.identity_type }
