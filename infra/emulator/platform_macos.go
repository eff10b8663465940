//go:build unix && !linux

package emulator

import "syscall"

// dieWithParent has no such help here: after a kill of this process the child
// stays, and the next start says that its port is taken.
func dieWithParent(*syscall.SysProcAttr) {}
