package coupon

import (
	"context"
	"slices"
)

// Replaying gives w, or, where barred is an error, one that writes nothing and
// answers with barred, unless the order has used or held the codes already: a
// retry gets its first answer, however many wrong codes were tried since.
func Replaying(w Writer, barred error) Writer {
	if barred == nil {
		return w
	}
	return replays{w, barred}
}

type replays struct {
	Writer
	barred error
}

// Redeem implements Writer: a draft all of whose parts are refused is not
// written, its seats are read.
func (r replays) Redeem(ctx context.Context, d Draft) (Outcome, error) {
	closed := d
	closed.Parts = slices.Clone(d.Parts)
	for i := range closed.Parts {
		closed.Parts[i].Closed = r.barred
	}
	o, err := r.Writer.Redeem(ctx, closed)
	if err != nil || d.sits(o) {
		return o, err
	}
	return o, r.barred
}

// sits reports whether the outcome shows an earlier effect of this request.
func (d Draft) sits(o Outcome) bool {
	if _, mine := d.mine(o.Whole); mine && d.Joint {
		return true
	}
	return slices.ContainsFunc(o.Parts, func(f Found) bool {
		_, mine := d.mine(f.Seat)
		return mine
	})
}
