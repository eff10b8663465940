package emulator

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// fakeNPM notes each run and installs what the lock file pins, slowly.
const fakeNPM = `#!/bin/sh
echo "$@" >> runs
/bin/sleep 0.2
/bin/mkdir -p node_modules/@dynoxide/linux-x64
echo binary > node_modules/@dynoxide/linux-x64/dynoxide
/bin/cp package-lock.json node_modules/.package-lock.json
`

const brokenNPM = "#!/bin/sh\necho no network >&2\nexit 7\n"

func checkout(t *testing.T, npm string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	copyFile(t, "package-lock.json", filepath.Join(dir, "package-lock.json"))
	bin := t.TempDir()
	if npm != "" {
		write(t, filepath.Join(bin, "npm"), npm)
	}
	t.Setenv("PATH", bin)
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil { //nolint:gosec // all paths are temporary
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, string(raw))
}

func runs(t *testing.T, dir string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "runs"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Count(string(raw), "ci --no-audit --no-fund --omit=dev\n")
}

func TestInstallOnceForMany(t *testing.T) {
	dir := checkout(t, fakeNPM)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			binary, err := install(t.Context(), kinds[Dynoxide], dir, io.Discard)
			if err != nil || !exists(binary) {
				t.Errorf("got %s, %v", binary, err)
			}
		})
	}
	wg.Wait()
	if got := runs(t, dir); got != 1 {
		t.Errorf("npm ran %d times", got)
	}
}

func TestInstallAgainAfterNewPin(t *testing.T) {
	dir := checkout(t, fakeNPM)
	for range 2 {
		if _, err := install(t.Context(), kinds[Dynoxide], dir, io.Discard); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "package-lock.json"), strings.ReplaceAll(string(raw), "1.2.1", "1.2.2"))
	}
	if got := runs(t, dir); got != 2 {
		t.Errorf("npm ran %d times", got)
	}
}

func TestInstallFails(t *testing.T) {
	tests := map[string]struct{ npm, want string }{
		"no npm":          {"", "npm is missing: install Node.js"},
		"npm fails":       {brokenNPM, "no network"},
		"npm does naught": {"#!/bin/sh\n", "brought no"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := install(t.Context(), kinds[Dynoxide], checkout(t, test.npm), io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want something about %q", err, test.want)
			}
		})
	}
}

func TestFolder(t *testing.T) {
	if dir, err := folder(); err != nil || filepath.Base(dir) != "emulator" {
		t.Errorf("got %s, %v", dir, err)
	}
	t.Chdir(t.TempDir())
	if _, err := folder(); err == nil {
		t.Error("found the module outside of it")
	}
}

// TestLockFileNamesNoServer keeps the lock file usable behind any mirror.
func TestLockFileNamesNoServer(t *testing.T) {
	raw, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if text := string(raw); strings.Contains(text, "resolved") || strings.Contains(text, "://") {
		t.Error("package-lock.json names a download address: install with the .npmrc beside it")
	}
}
