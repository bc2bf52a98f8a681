//go:build provider

package terraform

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// What the data sources of each configuration find, once it has changed.
var outputs = map[string]string{
	"access_key_policies": `{"listed":[["127.0.0.0/8","10.0.0.1/32"]]}`,
	"control_policies":    `{"attached":["FullAliyunAccess","no-deletes-two"],"directories":["` + Account + `"],"folders":["production-two"],"policies":["no-deletes-two"]}`,
	"resource_groups":     `{"attached":["alice@` + Account + `.onaliyun.com"],"groups":["changed"],"policies":["query"],"versions":["v1","v2"]}`,
	"identity_providers":  `{"oidc":["acs:ram::` + Account + `:oidc-provider/builder"],"saml":["acs:ram::` + Account + `:saml-provider/company"]}`,
	"password_policies":   `{}`,
	"policies":            `{"alices":["query"],"groups":["readers"],"readers":["query"],"roles":["reader"],"system":["AdministratorAccess"],"users":["alice"]}`,
	"roles":               `{"auditors":[7200],"linked":"AliyunServiceRoleForPolarDB","tagged":["worker"]}`,
	"settings":            `{"alias":"box-two"}`,
	"users":               `{"all":["bob","carol"],"caller":"Account","carols":["writers"],"readers":["bob","carol"]}`,
}

func TestWhatTerraformMakesItFindsUnchangedUntilTheConfigurationChanges(t *testing.T) {
	folders, err := filepath.Glob("configurations/*")
	if err != nil || len(folders) != len(outputs) {
		t.Fatalf("%d configurations, %d of them with an outcome: %v", len(folders), len(outputs), err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		t.Run(name, func(t *testing.T) {
			server := serving(t)
			recorder := recording(t, server)
			terraform := initialized(t, folder, map[string]string{"TF_VAR_endpoint": recorder.Endpoint, "TF_VAR_protocol": "HTTP"})
			for _, run := range [][]string{
				{"apply", "-auto-approve"},
				{"plan", "-detailed-exitcode"},
				{"apply", "-auto-approve", "-var=changed=true"},
				{"plan", "-detailed-exitcode", "-var=changed=true"},
			} {
				recorder.Stage(fmt.Sprint(run))
				terraform.run(t, 0, append(run, "-input=false", "-parallelism=1")...)
			}
			if found := terraform.outputs(t); found != outputs[name] {
				t.Errorf("the outputs are %s, not %s", found, outputs[name])
			}
			recorder.Stage("[destroy]")
			terraform.run(t, 0, "apply", "-destroy", "-auto-approve", "-input=false", "-parallelism=1", "-var=changed=true")
			empty(t, Caller{Endpoint: server.Endpoint, Protocol: "HTTP", Credential: root(t)})
			keep(t, recorder, name)
		})
	}
}

// keep records what was said when RECORD is set; else it looks whether each kind of request is recorded. The order of
// requests is Terraform's to choose anew each time.
func keep(t *testing.T, recorder *Recorder, name string) {
	t.Helper()
	path := filepath.Join("recorded", name+".json")
	if os.Getenv("RECORD") != "" {
		text, err := recorder.Text()
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, text)
		return
	}
	now, before := kinds(recorder.stages), kinds(recorded(t, path))
	if !maps.Equal(now, before) {
		t.Errorf("the requests are of other kinds than in %s; set RECORD=1 to record them anew:\n%v\nbefore:\n%v", path, now, before)
	}
}

func kinds(stages []Stage) map[string]bool {
	found := map[string]bool{}
	for _, stage := range stages {
		for _, exchange := range stage.Exchanges {
			named := slices.Sorted(maps.Keys(exchange.Parameters))
			found[fmt.Sprint(exchange.Library, exchange.Version, exchange.Action, named, exchange.Code)] = true
		}
	}
	return found
}

// A Terraform is a working directory with a configuration in it.
type Terraform struct {
	folder      string
	environment []string
}

// initialized lays out a configuration for the provider in the folder that PROVIDER names, whatever its version.
func initialized(t *testing.T, configuration string, environment map[string]string) Terraform {
	t.Helper()
	provider, err := filepath.Abs(os.Getenv("PROVIDER"))
	found, _ := filepath.Glob(filepath.Join(provider, "terraform-provider-alicloud*"))
	if err != nil || os.Getenv("PROVIDER") == "" || len(found) == 0 {
		t.Fatal("set PROVIDER to the folder that terraform-provider-alicloud is in")
	}
	folder := t.TempDir()
	sources, err := filepath.Glob(filepath.Join(configuration, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range append(sources, "provider.tf") {
		content, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, filepath.Base(source)), content)
	}
	settings := fmt.Sprintf("disable_checkpoint = true\nprovider_installation {\n  dev_overrides { \"aliyun/alicloud\" = %q }\n}\n", provider)
	write(t, filepath.Join(folder, "settings.tfrc"), []byte(settings))
	metadata, err := os.ReadFile("metadata.xml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{
		"TF_CLI_CONFIG_FILE":  filepath.Join(folder, "settings.tfrc"),
		"TF_IN_AUTOMATION":    "1",
		"TF_VAR_account":      Account,
		"TF_VAR_metadata":     base64.StdEncoding.EncodeToString(metadata),
		"ALICLOUD_ACCESS_KEY": Key,
		"ALICLOUD_SECRET_KEY": Secret,
		// The only product here that the provider's endpoints block has no name for.
		"ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER": environment["TF_VAR_endpoint"],
	}
	maps.Copy(all, environment)
	terraform := Terraform{folder: folder, environment: os.Environ()}
	for key, value := range sorted(all) {
		terraform.environment = append(terraform.environment, key+"="+value)
	}
	return terraform
}

func (terraform Terraform) run(t *testing.T, status int, words ...string) string {
	t.Helper()
	command := exec.Command("terraform", append(words, "-no-color")...)
	command.Dir, command.Env = terraform.folder, terraform.environment
	said, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if command.ProcessState.ExitCode() != status {
		t.Fatalf("terraform %v ended with %d, not %d:\n%s", words, command.ProcessState.ExitCode(), status, said)
	}
	return string(said)
}

func (terraform Terraform) outputs(t *testing.T) string {
	t.Helper()
	command := exec.Command("terraform", "output", "-json")
	command.Dir, command.Env = terraform.folder, terraform.environment
	said, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var told map[string]struct{ Value any }
	if err := json.Unmarshal(said, &told); err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	for name, output := range told {
		values[name] = output.Value
	}
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
