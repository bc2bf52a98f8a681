package terraform

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	credential "github.com/aliyun/credentials-go/credentials"
)

// folderOfTLS holds an authority of this run; Go reads which one to trust once, before the first connection.
var folderOfTLS string

func TestMain(m *testing.M) {
	os.Exit(trusting(m))
}

func trusting(m *testing.M) int {
	folder, err := os.MkdirTemp("", "daypass-terraform-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	daypass, err := Daypass()
	if err != nil {
		panic(err)
	}
	if said, err := exec.Command(daypass, "tls", "init", "--data", folder).CombinedOutput(); err != nil {
		panic(string(said))
	}
	folderOfTLS = filepath.Join(folder, "tls")
	if err := os.Setenv("SSL_CERT_FILE", filepath.Join(folderOfTLS, "ca.pem")); err != nil {
		panic(err)
	}
	return m.Run()
}

const (
	deployer = "acs:ram::" + Account + ":role/deployer"
	mayUsers = `{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:CreateUser","ram:GetUser","ram:ListUsers"],"Resource":"*"}]}`
	anybody  = `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::` + Account + `:root"]}}]}`
)

// deploying makes a role that may make users and no groups, and a user that may assume it and nothing else.
func deploying(t *testing.T) (secure Caller, key, secret string) {
	t.Helper()
	server := serving(t, "--tls-cert", filepath.Join(folderOfTLS, "server.pem"), "--tls-key", filepath.Join(folderOfTLS, "server-key.pem"))
	secure = Caller{Endpoint: server.Endpoint, Protocol: "HTTPS", Credential: root(t)}
	for _, step := range []struct{ action, parameters string }{
		{"CreateRole", "RoleName=deployer&AssumeRolePolicyDocument=" + anybody},
		{"CreatePolicy", "PolicyName=users&PolicyDocument=" + mayUsers},
		{"AttachPolicyToRole", "PolicyType=Custom&PolicyName=users&RoleName=deployer"},
		{"CreateUser", "UserName=operator"},
		{"AttachPolicyToUser", "PolicyType=System&PolicyName=AliyunSTSAssumeRoleAccess&UserName=operator"},
	} {
		answered(t, secure, ram, step.action, parameters(step.parameters))
	}
	made := answered(t, secure, ram, "CreateAccessKey", parameters("UserName=operator"))["AccessKey"].(map[string]any)
	return secure, made["AccessKeyId"].(string), made["AccessKeySecret"].(string)
}

// As the provider does for its assume_role block: these settings, of this library, whose STS client knows HTTPS only.
func TestWhatTheProviderAssumesItsRoleAs(t *testing.T) {
	secure, key, secret := deploying(t)
	held, err := credential.NewCredential(new(credential.Config).
		SetType("ram_role_arn").SetAccessKeyId(key).SetAccessKeySecret(secret).
		SetRoleArn(deployer).SetRoleSessionName("terraform").SetPolicy("").SetExternalId("").
		SetRoleSessionExpiration(900).SetSTSEndpoint(secure.Endpoint).SetConnectTimeout(60000).SetTimeout(60000))
	if err != nil {
		t.Fatal(err)
	}
	assumed := Caller{Endpoint: secure.Endpoint, Protocol: "HTTPS", Credential: held}
	for _, library := range []string{"tea", "sdk"} {
		identity, refused, err := assumed.Call(library, "2015-04-01", "GetCallerIdentity", nil)
		if err != nil || refused.Code != "" || identity["Arn"] != "acs:ram::"+Account+":assumed-role/deployer/terraform" {
			t.Errorf("%s: it is %v: %v %v", library, identity["Arn"], refused, err)
		}
		answered(t, assumed, ram, "CreateUser", parameters("UserName="+library))
		if _, refused, err := assumed.Call(library, ram, "CreateGroup", parameters("GroupName=none")); err != nil || refused != (Refusal{"NoPermission", 403}) {
			t.Errorf("%s: a group is made though the role may not: %v %v", library, refused, err)
		}
	}
	if _, refused, err := assumed.Call("tea", ram, "GetGroup", parameters("GroupName=none")); err != nil || refused.Code != "NoPermission" {
		t.Errorf("what the role may not see is told: %v %v", refused, err)
	}
	answered(t, secure, ram, "GetUser", parameters("UserName=tea"))
}
