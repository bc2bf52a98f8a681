package terraform

import (
	"strings"
	"testing"
)

const (
	trust      = `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["ecs.aliyuncs.com"]}}]}`
	attachment = "&PolicyType=Custom&PrincipalType=IMSUser&PrincipalName=alone@" + Account + ".onaliyun.com"
	document   = `{"Version":"1","Statement":[{"Effect":"Allow","Action":"iot:Query*","Resource":"*"}]}`
)

// What there is before each refusal: a user, a group, a role and a policy that have nothing to do with each other, and
// others that are tied together.
var made = []struct{ version, action, parameters string }{
	{ram, "CreateUser", "UserName=alone"},
	{ram, "CreateGroup", "GroupName=alone"},
	{ram, "CreateRole", "RoleName=alone&AssumeRolePolicyDocument=" + trust},
	{ram, "CreatePolicy", "PolicyName=alone&PolicyDocument=" + document},
	{ram, "CreateUser", "UserName=member"},
	{ram, "CreateGroup", "GroupName=team"},
	{ram, "AddUserToGroup", "UserName=member&GroupName=team"},
	{ram, "CreateUser", "UserName=holder"},
	{ram, "CreateAccessKey", "UserName=holder"},
	{ram, "CreateUser", "UserName=person"},
	{ram, "CreateLoginProfile", "UserName=person&Password=A-first-pa55word"},
	{ram, "CreateUser", "UserName=allowed"},
	{ram, "CreatePolicy", "PolicyName=users&PolicyDocument=" + document},
	{ram, "AttachPolicyToUser", "PolicyType=Custom&PolicyName=users&UserName=allowed"},
	{ram, "CreateGroup", "GroupName=allowed"},
	{ram, "CreatePolicy", "PolicyName=groups&PolicyDocument=" + document},
	{ram, "AttachPolicyToGroup", "PolicyType=Custom&PolicyName=groups&GroupName=allowed"},
	{ram, "CreateRole", "RoleName=allowed&AssumeRolePolicyDocument=" + trust},
	{ram, "CreatePolicy", "PolicyName=roles&PolicyDocument=" + document},
	{ram, "AttachPolicyToRole", "PolicyType=Custom&PolicyName=roles&RoleName=allowed"},
	{ram, "CreatePolicy", "PolicyName=versions&PolicyDocument=" + document},
	{ram, "CreatePolicyVersion", "PolicyName=versions&SetAsDefault=false&PolicyDocument=" + document},
}

// The codes that the provider branches on, by what brings them about. Where it asks whether something is there, the
// status must be 404 as well.
var refusals = []struct {
	version, action, parameters, code string
	status                            int
}{
	{ram, "GetUser", "UserName=nobody", "EntityNotExist.User", 404},
	{ram, "GetGroup", "GroupName=nothing", "EntityNotExist.Group", 404},
	{ram, "GetRole", "RoleName=nothing", "EntityNotExist.Role", 404},
	{ram, "GetPolicy", "PolicyType=Custom&PolicyName=nothing", "EntityNotExist.Policy", 404},
	{ram, "GetPolicyVersion", "PolicyType=Custom&PolicyName=alone&VersionId=v9", "EntityNotExist.Policy.Version", 404},
	{ram, "GetLoginProfile", "UserName=nobody", "EntityNotExist.User", 404},
	{ram, "GetLoginProfile", "UserName=alone", "EntityNotExist.User.LoginProfile", 404},
	{ram, "DeleteLoginProfile", "UserName=alone", "EntityNotExist.User.LoginProfile", 404},
	{ram, "ListAccessKeys", "UserName=nobody", "EntityNotExist.User", 404},
	{ram, "DeleteAccessKey", "UserName=alone&UserAccessKeyId=LTAI0000000000000000", "EntityNotExist.User.AccessKey", 404},
	{ram, "ListGroupsForUser", "UserName=nobody", "EntityNotExist.User", 404},
	{ram, "ListUsersForGroup", "GroupName=nothing", "EntityNotExist.Group", 404},
	{ram, "ListPoliciesForUser", "UserName=nobody", "EntityNotExist.User", 404},
	{ram, "ListPoliciesForGroup", "GroupName=nothing", "EntityNotExist.Group", 404},
	{ram, "ListPoliciesForRole", "RoleName=nothing", "EntityNotExist.Role", 404},
	{ram, "ListEntitiesForPolicy", "PolicyType=Custom&PolicyName=nothing", "EntityNotExist.Policy", 404},
	{ram, "RemoveUserFromGroup", "UserName=alone&GroupName=nothing", "EntityNotExist.Group", 404},
	{ram, "RemoveUserFromGroup", "UserName=nobody&GroupName=alone", "EntityNotExist.User", 404},
	{ram, "RemoveUserFromGroup", "UserName=alone&GroupName=alone", "EntityNotExist.User.Group", 404},
	{ram, "DetachPolicyFromUser", "PolicyType=Custom&PolicyName=alone&UserName=alone", "EntityNotExist.User.Policy", 404},
	{ram, "DetachPolicyFromUser", "PolicyType=Custom&PolicyName=nothing&UserName=alone", "EntityNotExist.Policy", 404},
	{ram, "DetachPolicyFromGroup", "PolicyType=Custom&PolicyName=alone&GroupName=alone", "EntityNotExist.Group.Policy", 404},
	{ram, "DetachPolicyFromRole", "PolicyType=Custom&PolicyName=alone&RoleName=alone", "EntityNotExist.Role.Policy", 404},
	{ram, "UnbindMFADevice", "UserName=alone", "EntityNotExist.User.MFADevice", 404},
	{ram, "UnbindMFADevice", "UserName=nobody", "EntityNotExist.User", 404},
	{ram, "AddUserToGroup", "UserName=member&GroupName=team", "EntityAlreadyExists.User.Group", 409},
	{ram, "DeleteUser", "UserName=member", "DeleteConflict.User.Group", 409},
	{ram, "DeleteUser", "UserName=holder", "DeleteConflict.User.AccessKey", 409},
	{ram, "DeleteUser", "UserName=person", "DeleteConflict.User.LoginProfile", 409},
	{ram, "DeleteUser", "UserName=allowed", "DeleteConflict.User.Policy", 409},
	{ram, "DeleteGroup", "GroupName=team", "DeleteConflict.Group.User", 409},
	{ram, "DeleteGroup", "GroupName=allowed", "DeleteConflict.Group.Policy", 409},
	{ram, "DeleteRole", "RoleName=allowed", "DeleteConflict.Role.Policy", 409},
	{ram, "DeletePolicy", "PolicyName=users", "DeleteConflict.Policy.User", 409},
	{ram, "DeletePolicy", "PolicyName=groups", "DeleteConflict.Policy.Group", 409},
	{ram, "DeletePolicy", "PolicyName=roles", "DeleteConflict.Role.Policy", 409},
	{ram, "DeletePolicy", "PolicyName=versions", "DeleteConflict.Policy.Version", 409},
	{ims, "GetSAMLProvider", "SAMLProviderName=nothing", "EntityNotExist.SAMLProvider", 404},
	{ims, "DeleteSAMLProvider", "SAMLProviderName=nothing", "EntityNotExist.SAMLProvider", 404},
	{ims, "GetOIDCProvider", "OIDCProviderName=nothing", "EntityNotExist.OIDCProvider", 404},
	{ims, "DeleteOIDCProvider", "OIDCProviderName=nothing", "EntityNotExist.OIDCProvider", 404},
	{resourcemanager, "GetRole", "RoleName=nothing", "EntityNotExist.Role", 404},
	{resourcemanager, "GetPolicy", "PolicyType=Custom&PolicyName=nothing", "EntityNotExist.Policy", 404},
	{resourcemanager, "GetPolicyVersion", "PolicyType=Custom&PolicyName=alone&VersionId=v9", "EntityNotExist.Policy.Version", 404},
	{resourcemanager, "GetResourceGroup", "ResourceGroupId=rg-000000000000000", "EntityNotExists.ResourceGroup", 404},
	{resourcemanager, "DeleteResourceGroup", "ResourceGroupId=rg-000000000000000", "EntityNotExists.ResourceGroup", 404},
	{resourcemanager, "DetachPolicy", "PolicyName=alone&ResourceGroupId=rg-000000000000000" + attachment, "EntityNotExists.ResourceGroup", 404},
	{resourcemanager, "DetachPolicy", "PolicyName=nothing&ResourceGroupId=" + Account + attachment, "EntityNotExist.Policy", 404},
}

func TestTheCodesThatTheProviderBranchesOnAreAnswered(t *testing.T) {
	server := serving(t)
	caller := Caller{Endpoint: server.Endpoint, Protocol: "HTTP", Credential: root(t)}
	for _, step := range made {
		answered(t, caller, step.version, step.action, parameters(step.parameters))
	}
	for _, wanted := range refusals {
		for _, library := range []string{"tea", "sdk"} {
			t.Run(strings.Join([]string{wanted.action, wanted.parameters, library}, " "), func(t *testing.T) {
				_, refused, err := caller.Call(library, wanted.version, wanted.action, parameters(wanted.parameters))
				if err != nil {
					t.Fatal(err)
				}
				if refused != (Refusal{wanted.code, wanted.status}) {
					t.Errorf("%v was refused, not %s with %d", refused, wanted.code, wanted.status)
				}
			})
		}
	}
}

// parameters reads A=b&C=d, without the escapes of a query: documents stand in it as they are.
func parameters(text string) map[string]string {
	found := map[string]string{}
	for pair := range strings.SplitSeq(text, "&") {
		key, value, _ := strings.Cut(pair, "=")
		found[key] = value
	}
	return found
}
