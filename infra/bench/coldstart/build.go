package coldstart

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Bootstrap is a built function.
type Bootstrap struct {
	Path string
	Size int64 // bytes
	Zip  int64 // bytes that a deployment uploads
}

// Build makes a target of the root Makefile for this kind of machine, with the
// flags that a deployment has: sam build calls the same target.
func Build(ctx context.Context, root, target, into string) (b Bootstrap, err error) {
	if err := os.MkdirAll(into, 0o700); err != nil {
		return b, err
	}
	cmd := exec.CommandContext(ctx, "make", "-f", "infra/build/x86_64/Makefile", target, "ARTIFACTS_DIR="+into)
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		return b, fmt.Errorf("coldstart: make %s: %w\n%s", target, err, said)
	}
	b.Path = filepath.Join(into, "bootstrap")
	info, err := os.Stat(b.Path)
	if err != nil {
		return b, err
	}
	b.Size = info.Size()
	b.Zip, err = zipped(b.Path)
	return b, err
}

// zipped counts the bytes of a zip that holds the file alone.
func zipped(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	var n counter
	z := zip.NewWriter(&n)
	w, err := z.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(w, f); err != nil {
		return 0, err
	}
	err = z.Close()
	return int64(n), err
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
