variable "metadata" { type = string }

resource "alicloud_ram_saml_provider" "company" {
  saml_provider_name            = "company"
  description                   = var.changed ? "changed" : "made by Terraform"
  encodedsaml_metadata_document = var.metadata
}

resource "alicloud_ims_oidc_provider" "builder" {
  oidc_provider_name  = "builder"
  issuer_url          = "https://issuer.example.test"
  description         = var.changed ? "changed" : "made by Terraform"
  issuance_limit_time = var.changed ? "6" : "12"
  client_ids          = var.changed ? ["builds", "deploys"] : ["builds"]
  fingerprints        = var.changed ? ["902ef2deeb3c5b13ea4c3d5193629309e231ae56"] : ["902ef2deeb3c5b13ea4c3d5193629309e231ae55"]
}

data "alicloud_ram_saml_providers" "company" {
  name_regex     = "^company$"
  enable_details = true
  depends_on     = [alicloud_ram_saml_provider.company]
}

data "alicloud_ims_oidc_providers" "builder" {
  name_regex = "^builder$"
  depends_on = [alicloud_ims_oidc_provider.builder]
}

output "saml" { value = data.alicloud_ram_saml_providers.company.providers[*].arn }
output "oidc" { value = data.alicloud_ims_oidc_providers.builder.providers[*].arn }
