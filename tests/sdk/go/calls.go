// Reads a call from each line of standard input, makes it with the SDK it names, and writes what
// the SDK returned or what its error tells as one line of JSON.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// order is a call that is to be made.
type order struct {
	Client          string         `json:"client"`
	Url             string         `json:"url"`
	Region          string         `json:"region"`
	AccessKeyId     string         `json:"accessKeyId"`
	AccessKeySecret string         `json:"accessKeySecret"`
	SecurityToken   string         `json:"securityToken"`
	Product         string         `json:"product"`
	Version         string         `json:"version"`
	Action          string         `json:"action"`
	Parameters      map[string]any `json:"parameters"`
}

// refusal is what an SDK's error tells of the server's.
type refusal struct {
	Code    string `json:"code"`
	Status  *int   `json:"status,omitempty"`
	Message string `json:"message"`
	Detail  any    `json:"detail,omitempty"`
}

var clients = map[string]func(order) (any, error){
	"generated": callGenerated,
	"common":    callCommon,
	"tea":       callTea,
	"provider":  callWithProvider,
}

// place returns scheme, host and port of the server.
func (o order) place() (scheme, place string) {
	scheme, place, _ = strings.Cut(o.Url, "://")
	return scheme, place
}

// text returns a parameter's value as it goes over the wire.
func text(value any) string {
	if words, ok := value.(string); ok {
		return words
	}
	return fmt.Sprint(value)
}

func said(o order) map[string]any {
	answer, err := clients[o.Client](o)
	if err != nil {
		return map[string]any{"error": told(err)}
	}
	return map[string]any{"answer": answer}
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var o order
		if err := json.Unmarshal(in.Bytes(), &o); err != nil {
			panic(err)
		}
		if err := out.Encode(said(o)); err != nil {
			panic(err)
		}
	}
}
