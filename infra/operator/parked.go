package main

import (
	"context"
	"fmt"
	"os"

	"github.com/lagniappe/lagniappe/internal/dynamo"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// parked is what the relay has set aside. To try it again takes the names of all
// tables that something follows from or to, as the relay has them.
type parked struct {
	EventsTable string `help:"Name of the table of events (output EventsTable of the stack)." env:"EVENTS_TABLE" required:""`
	Retry       bool   `help:"Follow each up once more; what goes well leaves the list. Set CAMPAIGNS_TABLE and the other tables, too."`
}

// Run lists, or tries again, whatever single rows say.
func (c parked) Run(ctx context.Context, store *dynamo.Store) error {
	left := 0
	err := store.Parked(ctx, func(p stream.Parked) error {
		if !c.Retry {
			left++
			fmt.Printf("%s\t%s\n", p.Record, p.Reason)
			return nil
		}
		if err := store.Unpark(ctx, p); err != nil {
			left++
			fmt.Fprintf(os.Stderr, "%s: %v\n", p.Record, err)
		}
		return nil
	})
	if err == nil && c.Retry && left > 0 {
		err = fmt.Errorf("%d failed again and stay parked", left)
	}
	return err
}
