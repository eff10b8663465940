package main

import (
	"context"
	"fmt"
	"os"
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
