package coupon

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Bounds on offers.
const (
	maxOffers = 3   // more than three are no help to a customer
	maxWallet = 100 // coupons that are looked at: the newest
	maxRows   = 90  // of seats and limits that are read to be sure; one request holds 100
)

// Wallet is a Reader that knows whose coupons are whose.
type Wallet interface {
	Reader
	// Wallet reads a person's newest coupons, which are their own seats.
	Wallet(ctx context.Context, space shop.Space, person string, most int) ([]Seat, error)
}

// Offer is a customer's coupon, or an automatic campaign, that fits an order.
type Offer struct {
	Applied
	ExpiresAt time.Time
}

// Miss is one that would fit an order of a somewhat larger amount.
type Miss struct {
	Offer
	Problem *fault.Error
}

// Offers are at most three, the best one last, and the nearest miss.
type Offers struct {
	Best []Offer
	Miss *Miss
}

// MakeOffers says which coupons of the customer's, and which automatic
// campaigns, fit an order now. Each coupon is judged as a validation judges it
// alone, beside the automatic campaigns. Definitions and what the coupons' rows
// say choose the few whose limits are worth reading.
func MakeOffers(ctx context.Context, w Wallet, r Request) (Offers, error) {
	r.Mode, r.dry = Partial, true
	ts, err := r.trials(ctx, w)
	if err != nil {
		return Offers{}, err
	}
	for _, t := range ts {
		if err := t.estimate(ctx, w); err != nil {
			return Offers{}, err
		}
	}
	ts = r.shortlist(ts)
	look := r.overview(ts)
	o := Outcome{}
	if len(look.Parts) > 0 {
		if o, err = w.Look(ctx, look); err != nil {
			return Offers{}, err
		}
	}
	for _, t := range ts {
		if err := t.run(ctx, w, t.outcome(look, o)); err != nil {
			return Offers{}, err
		}
	}
	return choose(ts), nil
}

// shortlist ranks trials, and keeps those that fit into one reading: the one
// without a coupon, the nearest miss, and as many of the best as there is room
// for. Of a campaign's coupons it keeps the best.
func (r Request) shortlist(ts []*trial) []*trial {
	kept, seen, rows := []*trial{ts[0]}, map[string]bool{}, 0
	for _, p := range ts[0].v.draft.Parts {
		if !p.Refused() {
			rows += readings(p)
		}
	}
	if t, _ := nearest(ts[1:]); t != nil {
		kept, rows = append(kept, t), rows+readings(t.v.draft.Parts[0])
	}
	fitting := slices.DeleteFunc(slices.Clone(ts[1:]), func(t *trial) bool { return !t.fits() })
	slices.SortStableFunc(fitting, func(a, b *trial) int { return better(a.offer(0), b.offer(0)) })
	for _, t := range fitting {
		p := t.v.draft.Parts[0]
		if seen[p.Campaign.ID] {
			continue
		}
		if rows += readings(p); rows > maxRows && len(kept) > maxOffers {
			break
		}
		seen[p.Campaign.ID] = true
		kept = append(kept, t)
	}
	return kept
}

// readings is how many rows are read for the seat and the limits of a part: of
// limits that are spread, two.
func readings(p Part) int {
	n := 1
	for _, limit := range []struct {
		has  bool
		rows int
	}{
		{p.Campaign.MaxRedemptionsPerCustomer > 0, 1},
		{p.Terms.Rules.FirstOrder(), 1},
		{p.Campaign.Slots > 0, 2},
		{p.Campaign.MaxRedemptionsPerDay > 0, 2},
	} {
		if limit.has {
			n += limit.rows
		}
	}
	return n
}

// overview is a draft of everything that trials would take: nobody writes it, but it can be looked at.
func (r Request) overview(ts []*trial) Draft {
	d := Draft{Request: r}
	seen := map[string]bool{}
	for _, t := range ts {
		for _, p := range t.v.draft.Parts {
			if !seen[p.Coupon.ID] && (!p.Automatic || !p.Refused()) {
				seen[p.Coupon.ID] = true
				d.Parts = append(d.Parts, p)
			}
		}
	}
	return d
}

// choose takes the best, the best one last.
func choose(ts []*trial) Offers {
	var all []Offer
	for i, refused := range ts[0].v.Refused {
		if refused == nil {
			all = append(all, ts[0].offer(i))
		}
	}
	for _, t := range ts[1:] {
		if t.fits() {
			all = append(all, t.offer(0))
		}
	}
	slices.SortStableFunc(all, better)
	all = all[:min(len(all), maxOffers)]
	slices.Reverse(all)
	_, miss := nearest(ts)
	return Offers{Best: all, Miss: miss}
}

// better sorts what takes off more first, then what ends sooner.
func better(a, b Offer) int {
	return cmp.Or(cmp.Compare(b.Discount, a.Discount), sooner(a.ExpiresAt, b.ExpiresAt))
}

// sooner compares ends of validity, of which there may be none.
func sooner(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}
