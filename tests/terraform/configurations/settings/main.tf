resource "alicloud_ram_account_alias" "alias" {
  account_alias = var.changed ? "box-two" : "box-one"
}

resource "alicloud_ram_password_policy" "passwords" {
  minimum_password_length              = var.changed ? 16 : 12
  minimum_password_different_character = var.changed ? 4 : 2
  require_lowercase_characters         = true
  require_numbers                      = true
  require_symbols                      = var.changed
  max_password_age                     = 90
  hard_expiry                          = var.changed
  password_reuse_prevention            = 3
  max_login_attemps                    = 5
  password_not_contain_user_name       = true
}

resource "alicloud_ram_security_preference" "preference" {
  allow_user_to_change_password    = true
  allow_user_to_manage_access_keys = var.changed
  allow_user_to_manage_mfa_devices = true
  enable_save_mfa_ticket           = var.changed
  login_session_duration           = var.changed ? 8 : 6
  login_network_masks              = var.changed ? "10.0.0.0/8;192.168.0.0/16" : "10.0.0.0/8"
  mfa_operation_for_login          = var.changed ? "mandatory" : "independent"
}

data "alicloud_ram_account_alias" "current" {
  depends_on = [alicloud_ram_account_alias.alias]
}

output "alias" { value = data.alicloud_ram_account_alias.current.account_alias }
