# The provider as its own documentation has it made to speak to another endpoint; everything else it needs to know
# at the start (region, account, kind of account) is said here, so that it asks nobody.
terraform {
  required_providers {
    alicloud = { source = "aliyun/alicloud" }
  }
}

variable "endpoint" { type = string }
variable "protocol" { type = string }
variable "account" { type = string }

variable "changed" {
  description = "Whether the configuration is the changed one."
  type        = bool
  default     = false
}

variable "assumed" {
  description = "The ARN of a role to do everything as, if any."
  type        = string
  default     = ""
}

provider "alicloud" {
  region                 = "cn-shanghai"
  account_id             = var.account
  account_type           = "Domestic"
  skip_region_validation = true
  protocol               = var.protocol

  endpoints {
    ram             = var.endpoint
    ims             = var.endpoint
    sts             = var.endpoint
    resourcemanager = var.endpoint
    location        = var.endpoint
    bssopenapi      = var.endpoint
  }

  dynamic "assume_role" {
    for_each = var.assumed == "" ? [] : [var.assumed]
    content {
      role_arn           = assume_role.value
      session_name       = "terraform"
      session_expiration = 900
    }
  }
}
