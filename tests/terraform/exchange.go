// Package terraform holds what Terraform's alicloud provider says to RAM, STS, IMS and ResourceManager: recorded from
// the provider itself, replayed through the client libraries that it uses.
package terraform

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// An Exchange is one request of the provider and the answer it was content with.
type Exchange struct {
	// Library is which of the provider's two client libraries sends it: "tea" or "sdk".
	Library    string            `json:"library"`
	Version    string            `json:"version"`
	Action     string            `json:"action"`
	Parameters map[string]string `json:"parameters"`
	// Code is of the error that is answered, if one is.
	Code   string         `json:"code,omitempty"`
	Answer map[string]any `json:"answer,omitempty"`
}

// A Stage is what one run of Terraform sends.
type Stage struct {
	Name      string     `json:"name"`
	Exchanges []Exchange `json:"exchanges"`
}

// What is different in every run is recorded as a name in braces: the first time it is met it may be anything of its
// form, from then on it must be the same, and requests carry it on.
var (
	ofTheRun = regexp.MustCompile(`(Id|Secret)$`)
	invented = regexp.MustCompile(`^((r|rd|fd|cp|rg)-\w{6,}|\S*\d\S*)$`)
	instant  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)
	epoch    = regexp.MustCompile(`^\d{13}$`)
	name     = regexp.MustCompile(`^\{[A-Za-z]+\.\d+\}$`)
	dropped  = []string{"RequestId", "HostId", "Recommend", "Message"}
)

const moment = "{moment}"

// Names are the values of one run by the names they are recorded under.
type Names map[string]string

// Recorded returns an answer with names for what is different in every run.
func (names Names) Recorded(key string, value any) any {
	switch value := value.(type) {
	case map[string]any:
		found := map[string]any{}
		for key, member := range sorted(value) {
			if !slices.Contains(dropped, key) {
				found[key] = names.Recorded(key, member)
			}
		}
		return found
	case []any:
		found := make([]any, len(value))
		for i, element := range value {
			found[i] = names.Recorded(key, element)
		}
		return found
	case string:
		return names.text(key, value)
	}
	return value
}

func (names Names) text(key, value string) string {
	if instant.MatchString(value) || epoch.MatchString(value) {
		return moment
	}
	for known, meant := range names {
		if meant == value {
			return known
		}
	}
	if ofTheRun.MatchString(key) && len(value) >= 8 && invented.MatchString(value) && value != Account && value != Key {
		known := fmt.Sprintf("{%s.%d}", key, len(names))
		names[known] = value
		return known
	}
	return names.Hidden(value)
}

// Hidden returns a request's parameter with names for what earlier answers told.
func (names Names) Hidden(value string) string {
	for known, meant := range sorted(names) {
		value = strings.ReplaceAll(value, meant, known)
	}
	return value
}

// Told returns a recorded parameter as this run has it.
func (names Names) Told(value string) string {
	for known, meant := range sorted(names) {
		value = strings.ReplaceAll(value, known, meant)
	}
	return value
}

// Differences says where an answer is not the recorded one. What is answered beyond it is no difference.
func (names Names) Differences(where string, recorded, answered any) []string {
	switch recorded := recorded.(type) {
	case map[string]any:
		members, isObject := answered.(map[string]any)
		if !isObject {
			return []string{fmt.Sprintf("%s: an object was answered before, not %v", where, answered)}
		}
		var found []string
		for key, member := range sorted(recorded) {
			found = append(found, names.Differences(where+"."+key, member, members[key])...)
		}
		return found
	case []any:
		elements, isList := answered.([]any)
		if !isList || len(elements) != len(recorded) {
			return []string{fmt.Sprintf("%s: a list of %d was answered before, not %v", where, len(recorded), answered)}
		}
		var found []string
		for i, element := range recorded {
			found = append(found, names.Differences(fmt.Sprintf("%s[%d]", where, i), element, elements[i])...)
		}
		return found
	case string:
		if names.agrees(recorded, answered) {
			return nil
		}
	default:
		if reflect.DeepEqual(recorded, answered) {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s: %v was answered before, now %v", where, recorded, answered)}
}

func (names Names) agrees(recorded string, answered any) bool {
	text, isText := answered.(string)
	switch {
	case !isText:
		return false
	case recorded == moment:
		return instant.MatchString(text) || epoch.MatchString(text)
	case name.MatchString(recorded):
		if _, known := names[recorded]; !known && text != "" {
			names[recorded] = text
		}
		return names[recorded] == text
	}
	return names.Told(recorded) == text
}

// Ours returns an answer without the service's own policies: what those are is no matter of the provider's.
func Ours(action string, answer map[string]any) map[string]any {
	policies, isObject := answer["Policies"].(map[string]any)
	if action != "ListPolicies" || !isObject {
		return answer
	}
	listed, _ := policies["Policy"].([]any)
	ours := slices.DeleteFunc(slices.Clone(listed), func(policy any) bool {
		return policy.(map[string]any)["PolicyType"] == "System"
	})
	answer = maps.Clone(answer)
	answer["Policies"] = map[string]any{"Policy": ours}
	delete(answer, "TotalCount")
	delete(answer, "Marker")
	return answer
}

// sorted goes through a map in the order of its keys, so that what is recorded does not hang on chance.
func sorted[Value any](of map[string]Value) func(func(string, Value) bool) {
	return func(yield func(string, Value) bool) {
		for _, key := range slices.Sorted(maps.Keys(of)) {
			if !yield(key, of[key]) {
				return
			}
		}
	}
}
