resource "alicloud_ram_user" "robot" {
  name  = "robot"
  force = true
}

resource "alicloud_ram_access_key" "robot" {
  user_name   = alicloud_ram_user.robot.name
  secret_file = "${path.root}/robot.key"
}

resource "alicloud_ram_access_key_policy" "robot" {
  user_access_key_id  = alicloud_ram_access_key.robot.id
  user_principal_name = "${alicloud_ram_user.robot.name}@${var.account}.onaliyun.com"
  access_key_policy = jsonencode({
    Status = "Active"
    Statements = [{
      Type   = "ClassicWhiteList"
      IPList = var.changed ? ["127.0.0.0/8", "10.0.0.1/32"] : ["10.0.0.1/32"]
    }]
  })
}

data "alicloud_ram_access_key_policy" "robot" {
  user_access_key_id  = alicloud_ram_access_key_policy.robot.user_access_key_id
  user_principal_name = alicloud_ram_access_key_policy.robot.user_principal_name
}

output "listed" { value = jsondecode(data.alicloud_ram_access_key_policy.robot.access_key_policy).Statements[*].IPList }
