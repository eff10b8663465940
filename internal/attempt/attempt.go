// Package attempt bounds how many wrong codes somebody can try.
//
// A code is worth what a guess of it costs, so guesses are counted: only those
// that fail, by who makes them ([Party]), in windows of time ([Budget]). Whoever
// has spent a budget is refused before the code is looked at, a right one
// included: otherwise the refusals would tell which codes are right.
//
// Counting is one plain addition after the refusal, whose answer says how many
// failures there are by now. The instance remembers that, and asks nobody else,
// so that a caller who fails at nothing costs no request at all. The price is an
// overshoot: each instance of a function learns of a spent budget with one
// failure of its own, and what is under way at the same moment passes.
package attempt

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// ErrTooManyWrongCodes answers whoever has spent a budget, whatever the code is.
var ErrTooManyWrongCodes = fault.Define(fault.TooMany, "too_many_wrong_codes")

// Budget is how many failures a window of time lets pass.
type Budget struct {
	Scope    string // what the budget is for, as callers are told
	Failures int64
	Window   time.Duration
	Shards   int64 // rows that the count is spread over
}

// The budgets. A person mistypes a code a few times; a network is a household,
// an office, or a part of a mobile carrier. What a shop's server forwards comes
// from all its shoppers, so that no single one of them can spend it; it bounds
// what leaks through a shop that names no customers.
var (
	Network  = Budget{Scope: "network", Failures: 20, Window: 10 * time.Minute, Shards: 1}
	Customer = Budget{Scope: "customer", Failures: 30, Window: 10 * time.Minute, Shards: 1}
	Key      = Budget{Scope: "key", Failures: 10_000, Window: 10 * time.Minute, Shards: 16}
)

// Party is one who tries codes, as far as it can be told.
type Party struct {
	Budget
	Name string // within the space; it may tell a network, so only a keyed hash of it is stored
}

// Parties are whom a failure of the caller counts against. A web page's visitors
// are told apart by network; those of a shop's server by the customer it names,
// as a keyed hash, or not at all.
func Parties(c shop.Caller, person string) []Party {
	if c.Publishable() {
		return []Party{{Network, "network " + c.ID + " " + c.Network}}
	}
	parties := []Party{{Key, "key " + c.ID}}
	if person != "" {
		parties = append(parties, Party{Customer, "customer " + person})
	}
	return parties
}

// Window is a stretch of time that failures are counted in.
type Window struct {
	Number int64
	Ends   time.Time
}

// At is the window that a moment lies in. They follow each other without a gap,
// so somebody who waits for the end of one can fail twice the budget around it.
func (b Budget) At(t time.Time) Window { return WindowOf(b.Window, t) }

// WindowOf is the stretch of that length which a moment lies in.
func WindowOf(length time.Duration, t time.Time) Window {
	size := length.Milliseconds()
	n := t.UnixMilli() / size
	return Window{Number: n, Ends: time.UnixMilli((n + 1) * size).UTC()}
}

// Estimate is how many failures there are where one row counts that many.
func (b Budget) Estimate(row int64) int64 { return row * b.Shards }

// Spent tells whether so many failures leave nothing.
func (b Budget) Spent(failures int64) bool { return failures >= b.Failures }

// refusal says when to come back: in whole seconds, and never at once.
func (b Budget) refusal(now time.Time) error {
	wait := max(1, (b.At(now).Ends.Sub(now)+time.Second-1)/time.Second)
	return ErrTooManyWrongCodes.Arg(fault.RetryAfter, int64(wait)).Arg("scope", b.Scope)
}
