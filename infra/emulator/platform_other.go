//go:build !unix

package emulator

import "syscall"

// It compiles here, so that the rest of the repository does; nobody runs it here.

func childAttributes() *syscall.SysProcAttr { return nil }

func lock(string) (unlock func(), err error) { return func() {}, nil }
