package customer

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// ErrErasing says that a customer of this id is being erased just now.
var ErrErasing = fault.Define(fault.Conflict, "erasure_in_progress")

// ErasurePrefix is how the ids of erasures begin.
const ErasurePrefix = "era_"

// Erasure is the removal of a customer. Its id is drawn, and leads to nobody.
type Erasure struct {
	Object   string    `json:"object" enum:"erasure"`
	ID       string    `json:"id" example:"era_06kd8t5v2w7x9y3z"`
	Livemode bool      `json:"livemode"`
	Status   string    `json:"status" enum:"in_progress" doc:"The event customer.erased, whose subject is this id, says that it is done."`
	At       time.Time `json:"erased_at" doc:"What was told of the customer up to here goes."`

	Person string `json:"-"`
}

// Event is that the erasure is done.
func (e Erasure) Event(sp shop.Space) event.Event {
	return event.New(sp, Erased, event.Subject{Object: "erasure", ID: e.ID}, e.At)
}
