# The older of the provider's two resources for an account's password policy.
resource "alicloud_ram_account_password_policy" "passwords" {
  minimum_password_length      = var.changed ? 16 : 12
  require_lowercase_characters = true
  require_uppercase_characters = true
  require_numbers              = true
  require_symbols              = var.changed
  hard_expiry                  = var.changed
  max_password_age             = 90
  password_reuse_prevention    = 3
  max_login_attempts           = 5
}
