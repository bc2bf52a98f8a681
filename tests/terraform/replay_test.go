package terraform

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	credential "github.com/aliyun/credentials-go/credentials"
)

func TestEveryRecordedRequestOfTheProviderIsAnsweredAsItWas(t *testing.T) {
	files, err := filepath.Glob("recorded/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing is recorded: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			server := serving(t)
			caller := Caller{Endpoint: server.Endpoint, Protocol: "HTTP", Credential: root(t)}
			replay(t, caller, recorded(t, file))
			empty(t, caller)
		})
	}
}

// replay goes through the stages in their order, each resting on what the ones before have made.
func replay(t *testing.T, caller Caller, stages []Stage) {
	t.Helper()
	names := Names{}
	for _, stage := range stages {
		for i, exchange := range stage.Exchanges {
			parameters := map[string]string{}
			for key, value := range exchange.Parameters {
				parameters[key] = names.Told(value)
			}
			answer, refused, err := caller.Call(exchange.Library, exchange.Version, exchange.Action, parameters)
			if err != nil {
				t.Fatalf("%s, request %d, %s: %v", stage.Name, i, exchange.Action, err)
			}
			if refused.Code != exchange.Code {
				t.Fatalf("%s, request %d, %s: the code %q was answered before, now %q", stage.Name, i, exchange.Action, exchange.Code, refused.Code)
			}
			if exchange.Code != "" {
				continue
			}
			for _, difference := range names.Differences(exchange.Action, exchange.Answer, any(Ours(exchange.Action, answer))) {
				t.Errorf("%s, request %d: %s", stage.Name, i, difference)
			}
		}
		t.Logf("%s: %d requests", stage.Name, len(stage.Exchanges))
	}
}

// answered sends a request that must not be refused.
func answered(t *testing.T, caller Caller, version, action string, parameters map[string]string) map[string]any {
	t.Helper()
	answer, refused, err := caller.Call("tea", version, action, parameters)
	if err != nil || refused.Code != "" {
		t.Fatalf("%s %v: %v %v", action, parameters, refused, err)
	}
	return answer
}

func serving(t *testing.T, options ...string) *Server {
	t.Helper()
	server, err := Serve(t.TempDir(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.End(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return server
}

func root(t *testing.T) credential.Credential {
	t.Helper()
	held, err := credential.NewCredential(new(credential.Config).
		SetType("access_key").SetAccessKeyId(Key).SetAccessKeySecret(Secret))
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func recorded(t *testing.T, file string) []Stage {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var stages []Stage
	if err := json.Unmarshal(content, &stages); err != nil {
		t.Fatal(err)
	}
	return stages
}

// empty asks a second client whether anything is left of what was made.
func empty(t *testing.T, caller Caller) {
	t.Helper()
	lists := [][3]string{
		{ram, "ListUsers", "User"}, {ram, "ListGroups", "Group"}, {ram, "ListRoles", "Role"},
		{ram, "ListPolicies", "Policy"},
	}
	for _, list := range lists {
		answer := answered(t, caller, list[0], list[1], nil)
		for kind, listed := range Ours(list[1], answer) {
			if wrapped, isObject := listed.(map[string]any); isObject {
				if left, _ := wrapped[list[2]].([]any); len(left) > 0 {
					t.Errorf("%s are left: %v", kind, left)
				}
			}
		}
	}
}
