package emulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// PlatformError says that dynoxide has no binary for this machine.
type PlatformError struct {
	OS, Arch string
}

func (e *PlatformError) Error() string {
	return fmt.Sprintf("dynoxide has no binary here for %s/%s: choose %s, which is what runs here by itself", e.OS, e.Arch, DynamoDBLocal)
}

// PortTakenError says that something else listens where the emulator should.
type PortTakenError struct {
	Host    string
	Port    int
	Setting string // how to choose another port
}

func (e *PortTakenError) Error() string {
	setting := e.Setting
	if setting == "" {
		setting = "emulator.Options.Port"
	}
	return fmt.Sprintf("port %d on %s is taken: stop what listens there, or choose another with %s",
		e.Port, e.Host, setting)
}

// taken asks the system whether the port is in use, instead of trusting the
// words that the emulator prints about it.
func (o Options) taken(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(o.Host, strconv.Itoa(o.Port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return &PortTakenError{Host: o.Host, Port: o.Port, Setting: o.PortSetting}
	}
	if err == nil {
		_ = l.Close()
	}
	return nil
}
