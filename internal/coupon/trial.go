package coupon

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// trial is the validation of one coupon of a customer's, or of none, beside the
// automatic campaigns.
type trial struct {
	Request
	seat Seat // of the coupon, which is its own
	cs   []candidate
	v    Validation
	mine bool // the order has it already
}

// trials are one for each coupon, and before those one for no coupon at all.
func (r Request) trials(ctx context.Context, w Wallet) ([]*trial, error) {
	unasked, err := r.unasked(ctx, w)
	if err != nil {
		return nil, err
	}
	ts := []*trial{{Request: r, cs: unasked}}
	if r.Person == "" {
		return ts, nil
	}
	seats, err := w.Wallet(ctx, r.Space, r.Person, maxWallet)
	if err != nil {
		return nil, err
	}
	for _, s := range r.distinct(seats) {
		t := &trial{Request: r, seat: s}
		code, err := ParseCode(s.Coupon.Code)
		if err != nil {
			continue
		}
		t.Wishes = []Wish{{Text: s.Coupon.Code, Code: code}}
		target, err := w.Target(ctx, r.Space, r.Secrets, code)
		if err != nil {
			return nil, err
		}
		own := candidate{Target: target, Guess: Guess{Version: s.Coupon.CampaignVersion, Attempt: s.Attempt}}
		t.cs = append([]candidate{own}, unasked...)
		ts = append(ts, t)
	}
	return ts, nil
}

// distinct gives of a campaign's coupons under the same terms the one that ends
// first, of those that are neither used nor disabled nor out of their dates.
func (r Request) distinct(seats []Seat) []Seat {
	type kind struct {
		campaign string
		version  int
	}
	var out []Seat
	at := map[kind]int{}
	for _, s := range seats {
		c := s.Coupon
		if c.Balance != nil { // a gift card is money, not an offer
			continue
		}
		used := s.Order != "" && (s.Until.IsZero() || r.Now.Before(s.Until))
		if used || !c.Active || s.Attempt >= MaxAttempts || checkDates(c.StartsAt, c.ExpiresAt, r.Now, 0) != nil {
			continue
		}
		k := kind{c.Campaign, c.CampaignVersion}
		i, ok := at[k]
		switch {
		case !ok:
			at[k] = len(out)
			out = append(out, s)
		case sooner(c.ExpiresAt, out[i].Coupon.ExpiresAt) < 0:
			out[i] = s
		}
	}
	return out
}

// run judges the trial by what was read.
func (t *trial) run(ctx context.Context, w Wallet, o Outcome) (err error) {
	t.v, t.mine, err = t.validate(ctx, w, slices.Clone(t.cs), o)
	return err
}

// estimate judges the trial before limits are read. What automatic campaigns
// keep out is judged without them: they may turn out to be used up.
func (t *trial) estimate(ctx context.Context, w Wallet) error {
	err := t.run(ctx, w, t.assume())
	if err != nil || t.mine || len(t.Wishes) == 0 || !errors.Is(t.v.Refused[0], ErrNotCombinable) {
		return err
	}
	alone := *t
	alone.cs = t.cs[:1]
	err = alone.run(ctx, w, alone.assume())
	t.v, t.mine = alone.v, alone.mine
	return err
}

// assume is what is known before limits are read: the coupon, and nothing against the rest.
func (t *trial) assume() Outcome {
	o := Outcome{Parts: make([]Found, len(t.cs))}
	for i := range o.Parts {
		o.Parts[i].Read = true
	}
	if len(t.Wishes) > 0 {
		o.Parts[0].Seat = t.seat
	}
	return o
}

// outcome is the trial's share of what was read for all.
func (t *trial) outcome(all Draft, read Outcome) Outcome {
	o := Outcome{Parts: make([]Found, len(t.cs))}
	for i, c := range t.cs {
		n := slices.IndexFunc(all.Parts, func(p Part) bool { return p.Coupon.ID == c.Coupon.ID })
		if n >= 0 {
			o.Parts[i] = read.Parts[n]
		}
	}
	return o
}

// fits reports whether the coupon applies, and is not in use by this order.
func (t *trial) fits() bool { return !t.mine && t.v.Refused[0] == nil }

// offer gives part i as it is offered, or would be.
func (t *trial) offer(i int) Offer {
	p := t.v.draft.Parts[i]
	a := Applied{Coupon: p.Coupon.ID, Campaign: p.Campaign.ID, Code: p.Coupon.Code, Automatic: p.Automatic, Reason: p.Terms.Reason}
	if !p.Refused() {
		a = t.v.draft.applied(p)
	}
	o := Offer{Applied: a, ExpiresAt: p.Terms.ExpiresAt}
	if own := t.seat.Coupon.ExpiresAt; !p.Automatic && sooner(own, o.ExpiresAt) < 0 {
		o.ExpiresAt = own
	}
	return o
}

// missed gives the fault of part i, if all that the order lacks is an amount.
func (t *trial) missed(i int) *fault.Error {
	f, ok := fault.As(t.v.Refused[i])
	if !ok || f.Code != ErrRulesViolated.Code || len(f.Parts) != 1 || f.Parts[0].Code != ErrMinimumAmount.Code {
		return nil
	}
	return f.Parts[0]
}

// misses are the offers of a trial that the order misses by an amount alone.
func (t *trial) misses() []Miss {
	if t.mine {
		return nil
	}
	var out []Miss
	for i, p := range t.v.draft.Parts {
		if f := t.missed(i); f != nil && (!p.Automatic || len(t.Wishes) == 0) {
			out = append(out, Miss{Offer: t.offer(i), Problem: f})
		}
	}
	return out
}

// nearest gives the trial, and of it the miss, that lacks least.
func nearest(ts []*trial) (best *trial, miss *Miss) {
	for _, t := range ts {
		for _, m := range t.misses() {
			if miss == nil || cmp.Or(cmp.Compare(m.shortfall(), miss.shortfall()), sooner(m.ExpiresAt, miss.ExpiresAt)) < 0 {
				best, miss = t, &m
			}
		}
	}
	return best, miss
}

// shortfall is what the order lacks, in minor units.
func (m Miss) shortfall() int64 {
	missing, _ := m.Problem.Args["missing"].(money.Amount)
	return missing.Minor
}
