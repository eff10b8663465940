package customer

import (
	"fmt"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/money"
)

// Stage is how far a customer's loyalty has come.
type Stage string

// The stages of loyalty.
const (
	Prospect  Stage = "prospect"   // has not ordered yet
	FirstTime Stage = "first_time" // ordered once
	Repeat    Stage = "repeat"
	Loyal     Stage = "loyal"
	Advocate  Stage = "advocate" // recommends the shop to others
	Lapsed    Stage = "lapsed"   // has not come back for long
	WonBack   Stage = "won_back" // lapsed, and came back
)

// Valid reports whether there is such a stage.
func (s Stage) Valid() bool {
	switch s {
	case Prospect, FirstTime, Repeat, Loyal, Advocate, Lapsed, WonBack:
		return true
	}
	return false
}

// The facts by name, as calls and refusals have them.
const (
	FactOrdersCount = "orders_count"
	FactSpent       = "spent"
	FactLastOrderAt = "last_order_at"
	FactStage       = "stage"
	FactSegments    = "segments"
	FactMetadata    = "metadata"
)

// Facts are what a campaign may ask about a customer. Each is optional, and
// unknown where it is missing: no segments known differs from being in none.
type Facts struct {
	OrdersCount *int64            `json:"orders_count,omitempty" minimum:"0" maximum:"1000000" nullable:"false" doc:"Orders before this one."`
	Spent       *money.Amount     `json:"spent,omitempty" nullable:"false" doc:"Money spent before this order, in minor units of one currency."`
	LastOrderAt time.Time         `json:"last_order_at,omitzero" doc:"When the customer last ordered, with a time zone."`
	Stage       Stage             `json:"stage,omitzero" enum:"prospect,first_time,repeat,loyal,advocate,lapsed,won_back" doc:"Loyalty stage."`
	Segments    []string          `json:"segments,omitzero" maxItems:"100" nullable:"false" doc:"Every segment that the customer is in; an empty list says: in none."`
	Metadata    map[string]string `json:"metadata,omitzero" maxProperties:"50" nullable:"false" doc:"What else the shop knows; for expressions."`
}

// IsZero reports whether nothing is known.
func (f Facts) IsZero() bool {
	return f.OrdersCount == nil && f.Spent == nil && f.LastOrderAt.IsZero() && f.Stage == "" && f.Segments == nil && f.Metadata == nil
}

// Check refuses facts that cannot be, naming the field under param.
func (f Facts) Check(param string) error {
	if f.OrdersCount != nil && *f.OrdersCount < 0 {
		return fault.ErrInvalid.At(param + "." + FactOrdersCount)
	}
	if s := f.Spent; s != nil {
		if s.Minor < 0 || s.Minor > money.Max {
			return fault.ErrInvalid.At(param + ".spent.amount")
		}
		if !money.Valid(s.Currency) {
			return fault.ErrInvalid.At(param + ".spent.currency")
		}
	}
	if f.Stage != "" && !f.Stage.Valid() {
		return fault.ErrInvalid.At(param + "." + FactStage)
	}
	if i := slices.Index(f.Segments, ""); i >= 0 {
		return fault.ErrInvalid.At(fmt.Sprintf("%s.segments[%d]", param, i))
	}
	return moment.Check(f.LastOrderAt, param+"."+FactLastOrderAt)
}
