//go:build provider

package terraform

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestTerraformDoesWhatItsAssumedRoleMayAndSaysWhatItMayNot(t *testing.T) {
	secure, key, secret := deploying(t)
	folder := t.TempDir()
	write(t, filepath.Join(folder, "main.tf"), []byte(`
resource "alicloud_ram_user" "made" { name = "made" }
resource "alicloud_ram_group" "refused" {
  group_name = "refused"
  depends_on = [alicloud_ram_user.made]
}
`))
	terraform := initialized(t, folder, map[string]string{
		"TF_VAR_endpoint": secure.Endpoint, "TF_VAR_protocol": "HTTPS", "TF_VAR_assumed": deployer,
		"ALICLOUD_ACCESS_KEY": key, "ALICLOUD_SECRET_KEY": secret,
	})
	said := terraform.run(t, 1, "apply", "-auto-approve", "-input=false")
	for _, word := range []string{"NoPermission", "ram:CreateGroup"} {
		if !strings.Contains(said, word) {
			t.Errorf("%s is not said: %s", word, said)
		}
	}
	answered(t, secure, ram, "GetUser", parameters("UserName=made"))
	if _, refused, err := secure.Call("tea", ram, "GetGroup", parameters("GroupName=refused")); err != nil || refused.Code != "EntityNotExist.Group" {
		t.Errorf("the group is there: %v %v", refused, err)
	}
}

func TestTerraformSeesWhatOthersHaveChangedAndSetsItRight(t *testing.T) {
	server := serving(t)
	caller := Caller{Endpoint: server.Endpoint, Protocol: "HTTP", Credential: root(t)}
	terraform := initialized(t, "configurations/users", map[string]string{"TF_VAR_endpoint": server.Endpoint, "TF_VAR_protocol": "HTTP"})
	terraform.run(t, 0, "apply", "-auto-approve", "-input=false")
	for _, change := range []struct{ action, parameters string }{
		{"UpdateUser", "UserName=alice&NewComments=by+hand"},
		{"RemoveUserFromGroup", "UserName=carol&GroupName=writers"},
		{"DeleteLoginProfile", "UserName=bob"},
	} {
		answered(t, caller, ram, change.action, parameters(change.parameters))
		terraform.run(t, 2, "plan", "-detailed-exitcode", "-input=false")
		terraform.run(t, 0, "apply", "-auto-approve", "-input=false")
		terraform.run(t, 0, "plan", "-detailed-exitcode", "-input=false")
	}
	answered(t, caller, ram, "GetLoginProfile", parameters("UserName=bob"))
}

func TestTerraformTakesOverWhatItHasNotMade(t *testing.T) {
	server := serving(t)
	caller := Caller{Endpoint: server.Endpoint, Protocol: "HTTP", Credential: root(t)}
	for _, step := range []struct{ action, parameters string }{
		{"CreateUser", "UserName=alice"},
		{"CreateRole", "RoleName=worker&AssumeRolePolicyDocument=" + trust},
		{"CreatePolicy", "PolicyName=query&PolicyDocument=" + document},
		{"AttachPolicyToRole", "PolicyType=Custom&PolicyName=query&RoleName=worker"},
	} {
		answered(t, caller, ram, step.action, parameters(step.parameters))
	}
	user := answered(t, caller, ram, "GetUser", parameters("UserName=alice"))["User"].(map[string]any)["UserId"].(string)
	folder := t.TempDir()
	write(t, filepath.Join(folder, "main.tf"), []byte(`
import {
  to = alicloud_ram_user.alice
  id = "`+user+`"
}
import {
  to = alicloud_ram_role.worker
  id = "worker"
}
import {
  to = alicloud_ram_policy.query
  id = "query"
}
import {
  to = alicloud_ram_role_policy_attachment.worker
  id = "role:query:Custom:worker"
}
resource "alicloud_ram_user" "alice" { name = "alice" }
resource "alicloud_ram_role" "worker" {
  role_name                   = "worker"
  assume_role_policy_document = jsonencode(`+trust+`)
}
resource "alicloud_ram_policy" "query" {
  policy_name     = "query"
  policy_document = jsonencode(`+document+`)
}
resource "alicloud_ram_role_policy_attachment" "worker" {
  policy_name = "query"
  policy_type = "Custom"
  role_name   = "worker"
}
`))
	terraform := initialized(t, folder, map[string]string{"TF_VAR_endpoint": server.Endpoint, "TF_VAR_protocol": "HTTP"})
	said := terraform.run(t, 0, "apply", "-auto-approve", "-input=false")
	if !strings.Contains(said, "4 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("something is changed: %s", said)
	}
	terraform.run(t, 0, "plan", "-detailed-exitcode", "-input=false")
}
