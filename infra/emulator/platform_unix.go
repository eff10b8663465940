//go:build unix

package emulator

import (
	"fmt"
	"os"
	"syscall"
)

// childAttributes keep the terminal's Ctrl-C from the child: Stop comes after
// the server has finished its requests.
func childAttributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(a)
	return a
}

// lock keeps other processes from installing into dir at the same time. It
// holds no file of its own, and the system drops it with the process.
func lock(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("emulator: lock the folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("emulator: lock %s: %w", dir, err)
	}
	return func() { _ = f.Close() }, nil
}
