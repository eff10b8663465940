package emulator

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
)

// listener takes a port.
func listener(t *testing.T) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func TestPortTaken(t *testing.T) {
	port := listener(t)
	_, err := Start(t.Context(), Options{Dir: t.TempDir(), Port: port, PortSetting: "PORT=8001"})
	taken := (*PortTakenError)(nil)
	if !errors.As(err, &taken) || taken.Port != port {
		t.Fatalf("got %v", err)
	}
	want := "port " + strconv.Itoa(port) + " on " + taken.Host + " is taken: stop what listens there, or choose another with PORT=8001"
	if err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestSecondEmulatorOnTheSamePort(t *testing.T) {
	first := run(t, t.TempDir())
	_, text, _ := strings.Cut(strings.TrimPrefix(first.Endpoint, "http://"), ":")
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Options{Dir: t.TempDir(), Port: port})
	if taken := (*PortTakenError)(nil); !errors.As(err, &taken) {
		t.Errorf("got %v", err)
	}
	if err := put(t.Context(), prepare(t, first), "STILL-THERE"); err != nil {
		t.Errorf("the first one suffered: %v", err)
	}
}

func TestPortTakenAfterOurLook(t *testing.T) {
	o := Options{Host: "127.0.0.1", Port: listener(t)}
	if taken := (*PortTakenError)(nil); !errors.As(o.reason(t.Context(), errEnded), &taken) {
		t.Error("an end on a taken port is not put down to the port")
	}
	if other := errors.New("other"); !errors.Is(o.reason(t.Context(), other), other) {
		t.Error("another reason is lost")
	}
}
