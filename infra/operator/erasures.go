package main

import (
	"context"
	"fmt"
	"time"

	"github.com/lagniappe/lagniappe/internal/dynamo"
)

// replayErasures erases again who was erased, after tables were restored from a
// backup. Set COUPONS_TABLE and PEOPLE_TABLE to the restored ones.
type replayErasures struct {
	EventsTable string `help:"Name of the table of events (output EventsTable of the stack)." env:"EVENTS_TABLE" required:""`
	PeopleTable string `help:"Name of the table of people." env:"PEOPLE_TABLE" required:""`
	Coupons     string `name:"coupons-table" help:"Name of the table of coupons." env:"COUPONS_TABLE" required:""`
	DryRun      bool   `help:"Only list them."`
}

// Run goes through the journal. Who was erased and is gone is erased to no effect.
func (c replayErasures) Run(ctx context.Context, store *dynamo.Store) error {
	n := 0
	err := store.Erasures(ctx, func(e dynamo.Erasure) error {
		n++
		if c.DryRun {
			fmt.Printf("%s\t%s\t%s\t%s\n", e.At.Format(time.RFC3339), e.Space.Shop, e.Space.Side(), e.Person)
			return nil
		}
		return store.EraseAgain(ctx, e)
	})
	if err == nil && !c.DryRun {
		fmt.Printf("%d ids and addresses are to be erased again\n", n)
	}
	return err
}
