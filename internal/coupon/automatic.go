package coupon

import (
	"cmp"
	"context"
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// An automatic campaign needs no code: it applies beside the codes of every
// order that it fits, and to orders without any. In a draft it is a part
// without a wish. One that does not apply is left out, and says nothing.
//
// Which automatic campaigns there are is known from a cache, so two tries of one
// request may see different ones. It is still one request: its redemption sits at
// a seat that the request alone decides (see [Request.seat]). The seat of an
// automatic part only keeps the campaign from applying to an order twice.

// Bounds on automatic campaigns.
const (
	MaxAutomatic = 50 // of a side, not paused and not over
	maxTogether  = 5  // of those on one order, the highest-ranking that apply
)

// The faults of automatic campaigns.
var (
	ErrAutomaticFull     = fault.Define(fault.Conflict, "too_many_automatic_campaigns")
	ErrCampaignAutomatic = fault.Define(fault.Conflict, "campaign_automatic")
	ErrHasCoupons        = fault.Define(fault.Conflict, "campaign_has_coupons")
	ErrNothingToRedeem   = fault.Define(fault.Invalid, "nothing_to_redeem")
)

// CheckIssue refuses coupons of a campaign that needs none.
func (c Campaign) CheckIssue() error {
	if c.Automatic {
		return ErrCampaignAutomatic.At("campaign")
	}
	return nil
}

// unasked gives a campaign in the form of a candidate. It is treated like a
// shared code without a code: its seat is the pair of campaign and order.
func (c Campaign) unasked() candidate {
	return candidate{
		Target: Target{Campaign: c, Coupon: Coupon{
			ID: AutomaticID(c.ID), Campaign: c.ID, CampaignVersion: c.Version, Shared: true, Active: true,
		}},
		Guess: Guess{Version: c.Version}, automatic: true,
	}
}

// AutomaticID stands for the coupon that an automatic campaign does not have. No
// code hashes to it, but by an accident of 80 bits.
func AutomaticID(campaign string) string { return Prefix + campaign[len(CampaignPrefix):] }

// unasked finds the automatic campaigns; those that a lapsed hold promised,
// where it is to be redeemed after all.
func (r Request) unasked(ctx context.Context, defs Definitions) ([]candidate, error) {
	all, err := defs.Automatic(ctx, r.Space)
	if err != nil {
		return nil, err
	}
	if r.frozen != nil {
		return r.promised(all), nil
	}
	cs := make([]candidate, len(all))
	for i, c := range all {
		cs[i] = c.unasked()
	}
	return cs, nil
}

func (r Request) promised(all []Campaign) []candidate {
	var cs []candidate
	for _, a := range r.frozen.applied() {
		if !a.Automatic {
			continue
		}
		c := candidate{automatic: true, refused: ErrNotActive.At("codes")}
		if i := slices.IndexFunc(all, func(c Campaign) bool { return c.ID == a.Campaign }); i >= 0 {
			c = all[i].unasked()
		}
		cs = append(cs, c)
	}
	return cs
}

// mostWrites is how many rows the parts of a draft may want at the least, so that all
// of them, and pieces of limits that lie in several rows, fit into one
// transaction. Ten codes with every limit there is are below it.
const mostWrites = 80

// crowded reports whether automatic campaigns bring more rows than fit.
func (d Draft) crowded() bool {
	rows, last := 0, d.last()
	for _, p := range d.Parts {
		if !p.Refused() {
			rows += d.rows(p)
		}
	}
	return last >= 0 && rows > mostWrites
}

// rows are those that a part writes: its seat, its counters, and a hold's entry beside each of these.
func (d Draft) rows(p Part) int {
	n := 0
	for _, counts := range []bool{
		p.Campaign.MaxRedemptionsPerCustomer > 0, p.Terms.Rules.FirstOrder(), p.Campaign.Slots > 0,
		p.Campaign.MaxRedemptionsPerDay > 0, p.Campaign.Tender(),
	} {
		if counts {
			n++
		}
	}
	if d.Hold > 0 {
		n *= 2
	}
	return n + 1
}

// last is the automatic part of the lowest rank that applies; -1 where none does.
func (d Draft) last() int {
	last := -1
	for i, p := range d.Parts {
		if p.Automatic && !p.Refused() && (last < 0 || d.Parts[last].outranks(p)) {
			last = i
		}
	}
	return last
}

func (p Part) outranks(o Part) bool {
	return cmp.Or(
		cmp.Compare(o.Terms.Priority, p.Terms.Priority),
		boolFirst(p.Terms.Exclusive, o.Terms.Exclusive),
		cmp.Compare(p.Campaign.ID, o.Campaign.ID),
	) < 0
}

// lighter gives the candidates without the last automatic one.
func (d Draft) lighter(cs []candidate) []candidate {
	cs = slices.Clone(cs)
	cs[d.last()].refused = ErrNotCombinable.At("codes")
	return cs
}

// automatic reads what was found of an automatic part. Its seat settles nothing:
// what this request made stands where [Request.seat] says, and was found
// there. If this order has the campaign already, it does not get it again.
func (d Draft) automatic(i int, f Found) verdict {
	p := d.Parts[i]
	lapsed := !f.Seat.Until.IsZero() && !d.Now.Before(f.Seat.Until)
	if s := f.Seat; s.Order == d.Order.ID && s.Order != "" && !lapsed {
		return verdict{err: ErrRedemptionDiffers.At("order").Arg("redemption", s.Redemption.ID)}
	}
	if v, done := p.closed(f, d.Now); done {
		return v
	}
	if v, done := p.spent(f, d.Now); done {
		return v
	}
	return verdict{err: p.Misfit, known: true}
}

// nothing is the reason why an order without codes gets nothing: it had the
// campaigns before, by another request, or none applies.
func nothing(verdicts []verdict) error {
	for _, v := range verdicts {
		if isConflict(v.err) {
			return v.err
		}
	}
	return ErrNothingToRedeem.At("codes")
}
