package coupon

import (
	"context"
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Reader sees what speaks for or against a draft.
type Reader interface {
	Definitions
	Redemptions
	// Look reads the seats and the limits that the draft would take, in one
	// request; of codes that are refused already, too.
	Look(ctx context.Context, d Draft) (Outcome, error)
}

// Validation is what codes would do for an order. Of each code there is what it
// would take off, or the fault that says why it does not apply; of automatic
// campaigns those that apply, behind the codes.
type Validation struct {
	Redemption
	Refused []error // for each code; nil where it applies
	draft   Draft   // of which Refused goes on, for the automatic campaigns
}

// Validate says what codes would do for an order, and changes nothing. Those
// that do not apply are left out of the price.
func Validate(ctx context.Context, reader Reader, r Request) (Validation, error) {
	r.Mode, r.dry = Partial, true
	cs, err := r.candidates(ctx, reader)
	if err != nil {
		return Validation{}, err
	}
	v, _, err := r.validate(ctx, reader, cs, Outcome{})
	return v, err
}

// validate judges candidates by what was read of them, and reads what is
// missing. It reports whether the order has them already. What was read holds
// for the true versions and attempts, too.
func (r Request) validate(ctx context.Context, reader Reader, cs []candidate, o Outcome) (Validation, bool, error) {
	attempt := 0
	for range maxGuesses + len(cs) {
		d, err := r.draft(ctx, reader, cs, attempt)
		if err != nil {
			return Validation{}, false, err
		}
		if d.unread(o) {
			if o, err = reader.Look(ctx, d); err != nil {
				return Validation{}, false, err
			}
		}
		v, mine, done := d.validation(o, cs)
		if mine != nil {
			v, err = r.earlier(ctx, reader, *mine)
			return v, true, err
		}
		if done {
			return v, false, nil
		}
		attempt = d.Attempt
	}
	return Validation{}, false, fault.ErrUnavailable.In("coupon.Validate")
}

// unread reports whether something that decides was not read: automatic
// campaigns that did not apply before are only read once they would.
func (d Draft) unread(o Outcome) bool {
	if o.Parts == nil {
		return true
	}
	for i, p := range d.Parts {
		if p.Automatic && !p.Refused() && !o.Parts[i].Read {
			return true
		}
	}
	return false
}

// validation reads an outcome. It is not done where it learns of a candidate
// what changes the price.
func (d Draft) validation(o Outcome, cs []candidate) (_ Validation, mine *Redemption, done bool) {
	if v := d.whole(o.Whole); d.Joint && v.mine != nil {
		return Validation{}, v.mine, true
	}
	refused := make([]error, len(cs))
	done = true
	for i := range d.Parts {
		v := d.explain(i, o.Parts[i])
		switch {
		case v.mine != nil && !d.Joint:
			return Validation{}, v.mine, true
		case v.guess != nil:
			cs[i].Guess, done = *v.guess, false
		case v.err != nil && cs[i].refused == nil && !v.known:
			cs[i].refused, done = v.err, false
		}
		refused[i] = v.err
	}
	return Validation{Redemption: d.Redemption(), Refused: refused, draft: d}, nil, done
}

// earlier is the validation of what was redeemed, or is held: as it was then.
func (r Request) earlier(ctx context.Context, reader Reader, mine Redemption) (Validation, error) {
	mine, err := r.whole(ctx, reader, mine)
	if err != nil {
		return Validation{}, err
	}
	mine.Codes = r.inOrder(mine.Codes)
	return Validation{Redemption: mine, Refused: make([]error, len(r.Wishes))}, nil
}

// inOrder gives the codes of an earlier answer as this request has them, which
// may name them in another order; automatic campaigns behind them.
func (r Request) inOrder(codes []Applied) []Applied {
	rest := slices.Clone(codes)
	var out []Applied
	for _, w := range r.Wishes {
		i := slices.IndexFunc(rest, func(a Applied) bool {
			code, _ := ParseCode(a.Code)
			return !a.Automatic && code == w.Code
		})
		if i < 0 {
			continue // which no redemption of these codes lacks
		}
		out, rest = append(out, rest[i]), slices.Delete(rest, i, i+1)
	}
	return append(out, rest...)
}
