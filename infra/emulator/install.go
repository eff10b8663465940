package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

const npmPackage = "node_modules/@dynoxide/linux-x64"

// ErrNoNpm is returned when the emulator has to be installed and cannot be.
var ErrNoNpm = errors.New("npm is missing: install Node.js 20 or newer, which brings it, and run this again")

func installHere(ctx context.Context, log io.Writer) (binary string, err error) {
	dir, err := folder()
	if err != nil {
		return "", err
	}
	return install(ctx, dir, log)
}

// install returns the binary in dir, after running npm when it is not there
// in the pinned version. The lock is for `go test ./...`, whose packages all
// come here at the same time on a fresh checkout.
func install(ctx context.Context, dir string, log io.Writer) (binary string, err error) {
	unlock, err := lock(dir)
	if err != nil {
		return "", err
	}
	defer unlock()
	binary = filepath.Join(dir, npmPackage, "dynoxide")
	if installed(dir, binary) {
		return binary, nil
	}
	if err := npmCI(ctx, dir, log); err != nil {
		return "", err
	}
	if !installed(dir, binary) {
		return "", fmt.Errorf("emulator: npm ci in %s brought no %s", dir, binary)
	}
	return binary, nil
}

// folder finds infra/emulator from any folder of the module. The path that the
// compiler noted would do, but builds with -trimpath drop it.
func folder() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("emulator: find the module: %w", err)
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, "infra", "emulator")
		if exists(filepath.Join(dir, "go.mod")) && exists(filepath.Join(candidate, "package-lock.json")) {
			return candidate, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("emulator: %s is not inside the repository: run this from within it", here)
		}
	}
}

// installed compares with npm's own note of what it installed. It writes that
// note last, so an interrupted run or an older version does not count.
func installed(dir, binary string) bool {
	want, err := lockedVersion(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return false
	}
	got, err := lockedVersion(filepath.Join(dir, "node_modules", ".package-lock.json"))
	return err == nil && got == want && exists(binary)
}

func lockedVersion(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var locked struct {
		Packages map[string]struct {
			Version string `json:"version"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(raw, &locked); err != nil {
		return "", err
	}
	return locked.Packages[npmPackage].Version, nil
}

func npmCI(ctx context.Context, dir string, log io.Writer) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return ErrNoNpm
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, npm, "ci", "--no-audit", "--no-fund")
	cmd.Dir = dir
	cmd.Stdout = io.MultiWriter(&said, log)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("emulator: npm ci in %s: %w\n%s", dir, err, &said)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
