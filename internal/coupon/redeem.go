package coupon

import (
	"bytes"
	"context"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

var errKeyReused = fault.ErrIdempotencyKeyReused.At("Idempotency-Key")

// Definitions answers what codes mean, from a cache of a few seconds.
type Definitions interface {
	FactsFromOrders
	// Target finds the campaign and coupon of a code, or ErrUnknown.
	Target(ctx context.Context, space shop.Space, s shop.Secrets, code Code) (Target, error)
	// MarginFloor gives the shop's own, which holds beside each campaign's.
	MarginFloor(ctx context.Context, space shop.Space) (MarginFloor, error)
	// Terms gives one version of a campaign's terms.
	Terms(ctx context.Context, space shop.Space, campaign string, version int) (Terms, error)
	// Automatic gives the campaigns that need no code and can be had now.
	Automatic(ctx context.Context, space shop.Space) ([]Campaign, error)
}

// Redemptions are those that were made.
type Redemptions interface {
	// Redemption reads one by its id, a hold included.
	Redemption(ctx context.Context, space shop.Space, id string) (Redemption, error)
}

// Writer makes drafts true.
type Writer interface {
	Definitions
	Redemptions
	// Redeem writes the draft in one conditional write, the rules in the
	// condition, or says what it found instead. A draft that is Refused is not
	// written: its seats are read.
	Redeem(ctx context.Context, d Draft) (Outcome, error)
	// Commit makes a hold a redemption, and reports whether it is one already.
	Commit(ctx context.Context, space shop.Space, id string) (Redemption, bool, error)
	// Extend lets a hold last until then.
	Extend(ctx context.Context, space shop.Space, id string, until time.Time) (Redemption, error)
}

// maxGuesses bounds the writes of one request: the first, one with the
// coupon's true version and attempt, and two more for changes in between. What
// can be left out can be left out by a try of its own.
const maxGuesses = 4

// Redeem uses codes for an order, exactly once. It reports whether this is the
// first answer again. Errors are faults.
func Redeem(ctx context.Context, w Writer, r Request) (Redemption, bool, error) {
	for range maxGuesses {
		made, again, err := r.write(ctx, w)
		if err != nil || made.Status != Held {
			return made, again, err
		}
		made, again, err = w.Commit(ctx, r.Space, made.ID) // a second payment attempt is the same hold
		if !made.ended() {
			return made, again, err
		}
	} // it ended between the two, and so it stands in nobody's way
	return Redemption{}, false, fault.ErrUnavailable.In("coupon.Redeem")
}

// write makes the request's redemption or hold, or finds the one that it made before.
func (r Request) write(ctx context.Context, w Writer) (Redemption, bool, error) {
	cs, err := r.candidates(ctx, w)
	if err != nil {
		return Redemption{}, false, err
	}
	attempt, tries := 0, maxGuesses+len(cs)
	if r.Mode != Partial {
		tries -= len(r.Wishes)
	}
	for range tries {
		d, err := r.draft(ctx, w, cs, attempt)
		if err != nil {
			return Redemption{}, false, err
		}
		o, err := w.Redeem(ctx, d)
		if err != nil || o.Written {
			return d.made(), false, err
		}
		v, err := d.judge(o, cs)
		switch {
		case v.mine != nil:
			found, err := r.whole(ctx, w, *v.mine)
			return found, true, err
		case v.late > 0:
			return r.lateReplay(ctx, w, RedemptionID(d.Seat, v.late-1))
		case err != nil:
			return Redemption{}, false, err
		case v.guess != nil:
			attempt = v.guess.Attempt
		}
	}
	return Redemption{}, false, fault.ErrUnavailable.In("coupon.Redeem")
}

// judge reads an outcome. It settles the request, or refuses it, or leaves the
// candidates better known for another try. A guess is of a joint redemption's
// own seat.
func (d Draft) judge(o Outcome, cs []candidate) (verdict, error) {
	whole := verdict{}
	if d.Joint {
		whole = d.whole(o.Whole)
	}
	if whole.settles() || whole.err != nil {
		return whole, whole.err
	}
	verdicts := make([]verdict, len(d.Parts))
	for i := range d.Parts {
		verdicts[i] = d.explain(i, o.Parts[i])
		if d.Joint && verdicts[i].late > 0 { // the key belongs to another redemption of this code
			return verdict{}, errKeyReused
		}
		if verdicts[i].settles() {
			return verdicts[i], nil
		}
	}
	return whole, d.learn(verdicts, cs)
}

// isConflict tells what makes a request differ from an earlier one of its order.
func isConflict(err error) bool {
	f, ok := fault.As(err)
	return ok && (f.Code == ErrRedemptionDiffers.Code || f.Code == errKeyReused.Code)
}

// several gives one reason as it is, and the first of several with all of them listed.
func several(refused []error) error {
	if len(refused) == 1 {
		return refused[0]
	}
	var parts []*fault.Error
	for _, err := range refused {
		if f, ok := fault.As(err); ok {
			parts = append(parts, f)
			parts = append(parts, f.Parts...)
		}
	}
	return ErrCodesRefused.At("codes").Of(parts...)
}

// whole reads the redemption behind a seat that only names it.
func (r Request) whole(ctx context.Context, made Redemptions, seated Redemption) (Redemption, error) {
	if seated.Object != "" {
		return seated, nil
	}
	return made.Redemption(ctx, r.Space, seated.ID)
}

// lateReplay answers a request whose redemption has been rolled back since: it
// must not make a second use, so it is shown what became of the first.
func (r Request) lateReplay(ctx context.Context, w Writer, id string) (Redemption, bool, error) {
	found, err := w.Redemption(ctx, r.Space, id)
	if err == nil && !bytes.Equal(found.Fingerprint, r.fingerprint()) {
		err = errKeyReused
	}
	return found, true, err
}
