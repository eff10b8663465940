// Package sqsemulator runs fauxqs, an emulator of SQS, for the tests of the
// queue's client. A laptop needs none: there tasks wait in memory (infra/house).
//
// fauxqs is pinned to a version that Node.js 20 runs; later ones want 22.5.
package sqsemulator

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Start installs the emulator in dir, its folder in the repository, if it is not
// there yet, and starts it. Call stop to end it.
func Start(ctx context.Context, dir string) (endpoint string, stop func(), err error) {
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err != nil {
		npm := exec.CommandContext(ctx, "npm", "ci", "--silent")
		npm.Dir = dir
		if out, err := npm.CombinedOutput(); err != nil {
			return "", nil, fmt.Errorf("sqsemulator: npm ci: %w %s", err, out)
		}
	}
	node := exec.CommandContext(ctx, "node", "server.js")
	node.Dir, node.Stderr = dir, os.Stderr
	out, err := node.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := node.Start(); err != nil {
		return "", nil, fmt.Errorf("sqsemulator: %w", err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		return "", nil, errors.Join(errors.New("sqsemulator: it did not start"), lines.Err(), node.Wait())
	}
	return strings.TrimSpace(lines.Text()), func() {
		_ = node.Process.Kill()
		_ = node.Wait()
	}, nil
}
