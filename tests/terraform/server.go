package terraform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	// Account, Key and Secret are root's, of every server started here.
	Account = "1000000000000100"
	Key     = "terraform-root"
	Secret  = "only-for-throw-away-servers"
	// Region is the provider's; there is none but this one.
	Region = "cn-shanghai"

	patience = 30 * time.Second
)

// A Server is a running daypass.
type Server struct {
	// Endpoint is its host and port.
	Endpoint string

	process *exec.Cmd
	said    *bytes.Buffer
}

// Daypass returns the path of the command line: DAYPASS, or the one of the repository's environment.
func Daypass() (string, error) {
	if named := os.Getenv("DAYPASS"); named != "" {
		return named, nil
	}
	return filepath.Abs("../../.venv/bin/daypass")
}

// Serve starts a server that keeps nothing. Its ready file goes into the folder; options are those of daypass serve.
func Serve(folder string, options ...string) (*Server, error) {
	daypass, err := Daypass()
	if err != nil {
		return nil, err
	}
	readyFile := filepath.Join(folder, "ready.json")
	words := append([]string{"serve", "--ephemeral", "--no-console", "--listen", "127.0.0.1:0", "--ready-file", readyFile}, options...)
	server := &Server{process: exec.Command(daypass, words...), said: &bytes.Buffer{}}
	server.process.Stderr = server.said
	server.process.Env = append(os.Environ(),
		"DAYPASS_ROOT_ACCOUNT_ID="+Account, "DAYPASS_ROOT_ACCESS_KEY_ID="+Key, "DAYPASS_ROOT_ACCESS_KEY_SECRET="+Secret)
	if err := server.process.Start(); err != nil {
		return nil, err
	}
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(20 * time.Millisecond) {
		if found := ready(readyFile); found != "" {
			server.Endpoint = found
			return server, nil
		}
	}
	server.End()
	return nil, fmt.Errorf("the server did not get ready: %s", server.said)
}

// End tells the server to stop and waits until it has.
func (server *Server) End() error {
	if err := server.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return server.process.Wait()
}

func ready(path string) string {
	var told struct{ API string }
	content, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(content, &told) != nil {
		return ""
	}
	address, err := url.Parse(told.API)
	if err != nil {
		return ""
	}
	return address.Host
}
