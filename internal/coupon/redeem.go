package coupon

import (
	"bytes"
	"context"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

var errKeyReused = fault.ErrIdempotencyKeyReused.At("Idempotency-Key")

// Definitions answers what codes mean, from a cache of a few seconds.
type Definitions interface {
	// Target finds the campaign and coupon of a code, or ErrUnknown.
	Target(ctx context.Context, space shop.Space, s shop.Secrets, code Code) (Target, error)
	// Terms gives one version of a campaign's terms.
	Terms(ctx context.Context, space shop.Space, campaign string, version int) (Terms, error)
}

// Reader sees what speaks for or against a draft.
type Reader interface {
	Definitions
	// Look reads the seat and the limits that the draft would take, in one request.
	Look(ctx context.Context, d Draft) (Outcome, error)
}

// Writer makes drafts true.
type Writer interface {
	Definitions
	// Redeem writes the draft in one conditional write, the rules in the
	// condition, or says what it found instead. A draft that is Refused is not
	// written: its seat is read.
	Redeem(ctx context.Context, d Draft) (Outcome, error)
	// Redemption reads one by its id.
	Redemption(ctx context.Context, space shop.Space, id string) (Redemption, error)
}

// maxGuesses bounds the writes of one request: the first, one with the
// coupon's true version and attempt, and two more for changes in between.
const maxGuesses = 4

// Redeem uses a code for an order, exactly once. It reports whether this is the
// first answer again. Errors are faults.
func Redeem(ctx context.Context, w Writer, r Request) (Redemption, bool, error) {
	t, err := w.Target(ctx, r.Space, r.Secrets, r.Code)
	if err != nil {
		return Redemption{}, false, err
	}
	g := t.firstGuess()
	for range maxGuesses {
		d, err := r.drafted(ctx, w, t, g)
		if err != nil {
			return Redemption{}, false, err
		}
		o, err := w.Redeem(ctx, d)
		if err != nil || o.Written {
			return d.Redemption(), false, err
		}
		switch v := d.explain(o); {
		case v.err != nil:
			return Redemption{}, false, v.err
		case v.replay != nil:
			return *v.replay, true, nil
		case v.late > 0:
			return r.lateReplay(ctx, w, RedemptionID(d.Seat, v.late-1))
		case v.guess != nil:
			g = *v.guess
		}
	}
	return Redemption{}, false, fault.ErrUnavailable.In("coupon.Redeem")
}

// drafted prices the request under a guess.
func (r Request) drafted(ctx context.Context, defs Definitions, t Target, g Guess) (Draft, error) {
	terms := t.Campaign.Terms
	if v := t.effective(g.Version); v != t.Campaign.Version {
		var err error
		if terms, err = defs.Terms(ctx, r.Space, t.Campaign.ID, v); err != nil {
			return Draft{}, err
		}
	}
	return r.draft(t, terms, g), nil
}

// lateReplay answers a request whose redemption has been rolled back since: it
// must not make a second use, so it is shown what became of the first.
func (r Request) lateReplay(ctx context.Context, w Writer, id string) (Redemption, bool, error) {
	found, err := w.Redemption(ctx, r.Space, id)
	if err == nil && !bytes.Equal(found.Fingerprint, r.Order.Fingerprint(r.Secrets, string(r.Code))) {
		err = errKeyReused
	}
	return found, true, err
}

// Validate says what a code would do for an order, and changes nothing. The
// error is a fault that says why it does not apply.
func Validate(ctx context.Context, reader Reader, r Request) (Redemption, error) {
	t, err := reader.Target(ctx, r.Space, r.Secrets, r.Code)
	if err != nil {
		return Redemption{}, err
	}
	d, err := r.drafted(ctx, reader, t, t.firstGuess())
	if err != nil {
		return Redemption{}, err
	}
	o, err := reader.Look(ctx, d)
	if err != nil {
		return Redemption{}, err
	}
	v := d.explain(o)
	if v.guess != nil { // what was read holds for the true version and attempt, too
		if d, err = r.drafted(ctx, reader, t, *v.guess); err != nil {
			return Redemption{}, err
		}
		v = d.explain(o)
	}
	switch {
	case v.err != nil:
		return Redemption{}, v.err
	case v.replay != nil:
		return *v.replay, nil
	}
	return d.Redemption(), nil
}
