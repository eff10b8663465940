//go:build !linux

package coldstart

import "errors"

// The bootstraps are Linux programs.
var errLinuxOnly = errors.New("cold starts can be measured on Linux only")

func dropPages(string) error { return errLinuxOnly }

func peakMemory(int) (int64, error) { return 0, errLinuxOnly }
