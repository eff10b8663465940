package emulator

import "syscall"

// dieWithParent lets the child end when this process does, even when that is killed.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
