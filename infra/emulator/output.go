package emulator

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

const tailSize = 2000

// output passes on what the child prints, keeps its last words for an error
// message and notices the line that says it listens.
type output struct {
	listening chan struct{}
	marker    []byte

	mu   sync.Mutex
	log  io.Writer
	last []byte
	told bool
}

func newOutput(log io.Writer, marker string) *output {
	return &output{log: log, listening: make(chan struct{}), marker: []byte(marker)}
}

// Write never fails: a log that cannot be written must not end the child,
// which it would through a closed pipe.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, _ = o.log.Write(p)
	o.last = append(o.last, p...)
	if !o.told && bytes.Contains(o.last, o.marker) {
		o.told = true
		close(o.listening)
	}
	o.last = o.last[max(0, len(o.last)-tailSize):]
	return len(p), nil
}

func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if words := strings.TrimSpace(string(o.last)); words != "" {
		return words
	}
	return "(nothing)"
}
