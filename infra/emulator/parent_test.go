package emulator

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestDiesWithItsParent kills a process that runs an emulator: this test, run
// once more as a child.
func TestDiesWithItsParent(t *testing.T) {
	if dir := os.Getenv("EMULATOR_TEST_DIR"); dir != "" {
		e, err := Start(t.Context(), Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(e.Endpoint)
		time.Sleep(time.Minute)
	}
	parent := exec.Command(os.Args[0], "-test.run=^TestDiesWithItsParent$") //nolint:gosec // it is this very test
	parent.Env = append(os.Environ(), "EMULATOR_TEST_DIR="+t.TempDir())
	address := firstLine(t, parent)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = c.Close()
	}
	t.Error("the emulator outlived its parent")
}

func firstLine(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	buffer := make([]byte, 100)
	n, err := out.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(buffer[:n])), "http://")
}
