// Package segment names groups of customers by an expression over what is known of
// them. Who is in a segment is kept (internal/dynamo), so that it is counted and
// listed without asking everybody.
package segment

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/queue"
)

// Prefix begins the id of a segment.
const Prefix = "seg_"

// Most is how many segments a side of a shop has at most: each is asked whenever
// a customer changes.
const Most = 50

// LookAfter is the task to go through all customers of a side.
const LookAfter queue.Kind = "segments"

// The faults of segments.
var (
	ErrNameTaken = fault.Define(fault.Conflict, "segment_name_taken")
	ErrTooMany   = fault.Define(fault.Conflict, "too_many_segments")
)

// State says whether all customers were judged by the expression.
type State string

// The states.
const (
	Building State = "building"
	Ready    State = "ready"
)

// Definition is what a shop says of a segment.
type Definition struct {
	Name       string `json:"name" minLength:"1" maxLength:"100" doc:"By which rules of campaigns ask for it; of one segment only." example:"big spenders"`
	Expression string `json:"expression" minLength:"1" maxLength:"1000" doc:"Who is in it; see README, Segments." example:"customer.orders_count >= 3 and customer.spent.EUR >= 20000"`
}

// Segment is a definition, and what came of it.
type Segment struct {
	Object   string `json:"object" enum:"segment"`
	ID       string `json:"id" example:"seg_06f8k2m4qzr9w1xa"`
	Livemode bool   `json:"livemode"`
	Definition
	State     State     `json:"state" enum:"building,ready" doc:"building: not all customers have been judged by this expression yet."`
	Count     int64     `json:"count" doc:"Customers who are in it; while it is building, as far as that has come."`
	AsOf      time.Time `json:"as_of,omitzero" doc:"Everybody has been judged at this moment or later."`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	Generation int64 `json:"-"` // counts the side's definitions; this one has its expression since then
}

// Member is a segment that a customer is in.
type Member struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Generation int64  `json:"-"`
}

// Check refuses a definition that cannot be, naming the field.
func (d Definition) Check() error {
	if !plain(d.Name) {
		return customer.ErrTextInvalid.At("name")
	}
	_, err := d.Compile()
	if f, ok := fault.As(err); ok {
		return f.At("expression")
	}
	return err
}

// plain is a name that can be read: without control characters, and not of spaces alone.
func plain(name string) bool {
	seen := false
	for _, r := range name {
		if r < ' ' || r == 0x7f {
			return false
		}
		seen = seen || r != ' '
	}
	return seen
}

// Same reports whether both are one segment in one generation, by whatever name.
func (m Member) Same(other Member) bool { return m.ID == other.ID && m.Generation == other.Generation }
