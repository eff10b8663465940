package app

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/lagniappe/lagniappe/internal/shop"
)

// Of many starts at once all use one secret, which only its owner can read.
func TestSecretFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "secret")
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			secret, err := secretFile(path)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			seen[string(secret)] = true
		})
	}
	wg.Wait()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() < shop.SecretSize || len(seen) != 1 {
		t.Errorf("%v %v, %d secrets", info, err, len(seen))
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("drafts are left: %v %v", left, err)
	}
}

// A function that was given no secret has none, whatever lies on the disk.
func TestNoSecretWithoutItsName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	_, err := Secret(t.Context(), func(name string) string { return map[string]string{"SECRET_FILE": file}[name] })
	if err == nil {
		t.Error("a secret without SECRET_ARN")
	}
}
