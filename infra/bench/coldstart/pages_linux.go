package coldstart

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// dropPages makes the next start read the file from disk. Only clean pages can
// be dropped, hence the sync.
func dropPages(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := f.Sync(); err != nil {
		return err
	}
	return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}

// peakMemory asks the kernel while the process lives. The maximum that wait
// reports would be wrong: it begins with what our own process had when it forked.
func peakMemory(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	if !found {
		return 0, errors.New("coldstart: the kernel reports no peak memory")
	}
	var kib int64
	_, err = fmt.Sscan(rest, &kib)
	return kib << 10, err
}
