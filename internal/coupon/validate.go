package coupon

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Reader sees what speaks for or against a draft.
type Reader interface {
	Definitions
	// Look reads the seats and the limits that the draft would take, in one
	// request; those of parts that are refused already, too.
	Look(ctx context.Context, d Draft) (Outcome, error)
}

// Validation is what codes would do for an order. Of each code there is what it
// would take off, or the fault that says why it does not apply.
type Validation struct {
	Redemption
	Refused []error // for each code; nil where it applies
}

// Validate says what codes would do for an order, and changes nothing. Those
// that do not apply are left out of the price.
func Validate(ctx context.Context, reader Reader, r Request) (Validation, error) {
	r.Mode = Partial
	cs, err := r.candidates(ctx, reader)
	if err != nil {
		return Validation{}, err
	}
	d, err := r.draft(ctx, reader, cs, 0)
	if err != nil {
		return Validation{}, err
	}
	o, err := reader.Look(ctx, d)
	if err != nil {
		return Validation{}, err
	}
	for range maxGuesses + len(cs) { // what was read holds for the true versions and attempts, too
		v, done := d.validation(o, cs)
		if done {
			return v, nil
		}
		if d, err = r.draft(ctx, reader, cs, d.Attempt); err != nil {
			return Validation{}, err
		}
	}
	return Validation{}, fault.ErrUnavailable.In("coupon.Validate")
}

// validation reads an outcome. It is not done where it learns of a candidate
// what changes the price.
func (d Draft) validation(o Outcome, cs []candidate) (Validation, bool) {
	if v := d.whole(o.Whole); d.Joint && v.mine != nil {
		return Validation{Redemption: *v.mine, Refused: make([]error, len(cs))}, true
	}
	refused, done := make([]error, len(cs)), true
	for i := range d.Parts {
		v := d.explain(i, o.Parts[i])
		switch {
		case v.mine != nil && !d.Joint:
			return Validation{Redemption: *v.mine, Refused: refused}, true
		case v.guess != nil:
			cs[i].Guess, done = *v.guess, false
		case v.err != nil && cs[i].refused == nil && !v.known:
			cs[i].refused, done = v.err, false
		}
		refused[i] = v.err
	}
	return Validation{Redemption: d.Redemption(), Refused: refused}, done
}
