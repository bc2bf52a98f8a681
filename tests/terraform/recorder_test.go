//go:build provider

package terraform

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
)

// A Recorder stands between Terraform and the server and writes down what they say to each other.
type Recorder struct {
	Endpoint string

	lock   sync.Mutex
	names  Names
	stages []Stage
}

// Of the protocol, not of the operation; the client library puts them in itself.
var ofTheProtocol = []string{
	"AccessKeyId", "Action", "Format", "RegionId", "SecurityToken", "Signature", "SignatureMethod", "SignatureNonce",
	"SignatureType", "SignatureVersion", "Timestamp", "Version",
}

func recording(t *testing.T, server *Server) *Recorder {
	t.Helper()
	recorder := &Recorder{names: Names{}}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: server.Endpoint})
	front := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		sent, err := io.ReadAll(request.Body)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadGateway)
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(sent))
		answered := httptest.NewRecorder()
		proxy.ServeHTTP(answered, request)
		if err := recorder.write(request, sent, answered.Code, answered.Body.Bytes()); err != nil {
			t.Errorf("an exchange cannot be recorded: %v", err)
		}
		for key, values := range answered.Header() {
			writer.Header()[key] = values
		}
		writer.WriteHeader(answered.Code)
		_, _ = writer.Write(answered.Body.Bytes())
	}))
	t.Cleanup(front.Close)
	recorder.Endpoint = front.Listener.Addr().String()
	return recorder
}

// Stage begins the next run of Terraform.
func (recorder *Recorder) Stage(name string) {
	recorder.lock.Lock()
	defer recorder.lock.Unlock()
	recorder.stages = append(recorder.stages, Stage{Name: name})
}

func (recorder *Recorder) write(request *http.Request, sent []byte, status int, content []byte) error {
	recorder.lock.Lock()
	defer recorder.lock.Unlock()
	given := request.URL.Query()
	form, err := url.ParseQuery(string(sent))
	if err != nil {
		return err
	}
	var answer map[string]any
	if err := json.Unmarshal(content, &answer); err != nil {
		return err
	}
	exchange := Exchange{Library: "tea", Version: given.Get("Version"), Action: given.Get("Action"), Parameters: map[string]string{}}
	if request.Header.Get("x-sdk-client") != "" {
		exchange.Library = "sdk"
	}
	for _, values := range []url.Values{given, form} {
		for key := range values {
			if !slices.Contains(ofTheProtocol, key) || form.Has(key) {
				exchange.Parameters[key] = recorder.names.Hidden(values.Get(key))
			}
		}
	}
	if status >= http.StatusBadRequest {
		exchange.Code, _ = answer["Code"].(string)
	} else {
		exchange.Answer, _ = recorder.names.Recorded("", Ours(exchange.Action, answer)).(map[string]any)
	}
	last := &recorder.stages[len(recorder.stages)-1]
	last.Exchanges = append(last.Exchanges, exchange)
	return nil
}

// Text returns what was recorded, an exchange a line.
func (recorder *Recorder) Text() ([]byte, error) {
	var text bytes.Buffer
	text.WriteString("[\n")
	for i, stage := range recorder.stages {
		if i > 0 {
			text.WriteString(",\n")
		}
		name, err := json.Marshal(stage.Name)
		if err != nil {
			return nil, err
		}
		text.WriteString(`{"name": ` + string(name) + `, "exchanges": [` + "\n")
		for i, exchange := range stage.Exchanges {
			line, err := json.Marshal(exchange)
			if err != nil {
				return nil, err
			}
			if i > 0 {
				text.WriteString(",\n")
			}
			text.Write(line)
		}
		text.WriteString("\n]}")
	}
	text.WriteString("\n]\n")
	return text.Bytes(), nil
}
