package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/lagniappe/lagniappe/internal/app"
)

// tick calls a function as often as the clock does on AWS, until ctx ends.
func tick(ctx context.Context, name string, f app.Scheduled, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := f.Handle(ctx); err != nil && ctx.Err() == nil {
				fmt.Fprintln(os.Stderr, name+":", err)
			}
		}
	}
}

// clock is the real one, ahead by what somebody moved it. It goes back only when
// the server is started anew; what was written meanwhile keeps its times.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return app.Now().Add(time.Duration(c.ahead.Load())) }

// ServeHTTP shows the clock, or moves it: POST {"advance": "24h"}.
func (c *clock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		var move struct {
			Advance string `json:"advance"`
		}
		err := json.NewDecoder(r.Body).Decode(&move)
		d, parseErr := time.ParseDuration(move.Advance)
		if err != nil || parseErr != nil || d < 0 {
			http.Error(w, `send {"advance": "24h"}: hours, minutes and seconds forward, as in 1h30m`, http.StatusBadRequest)
			return
		}
		c.ahead.Add(int64(d))
	}
	_, _ = fmt.Fprintf(w, `{"now": %q}`+"\n", c.now().Format(time.RFC3339Nano))
}

// control serves what is for a laptop alone, on a port of its own: it is in no
// contract, and in no Lambda.
func control(ctx context.Context, l net.Listener, c *clock) {
	mux := http.NewServeMux()
	mux.Handle("GET /clock", c)
	mux.Handle("POST /clock", c)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	_ = server.Serve(l)
}
