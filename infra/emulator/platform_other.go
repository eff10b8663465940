//go:build !linux

package emulator

import "syscall"

// Nothing below runs yet: Start returns a *PlatformError before. It lets the
// package compile where another emulator will take over.

func childAttributes() *syscall.SysProcAttr { return nil }

func lock(string) (unlock func(), err error) { return func() {}, nil }
