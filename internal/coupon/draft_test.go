package coupon

import (
	"errors"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func testSecrets(t *testing.T) shop.Secrets {
	t.Helper()
	s, err := shop.Derive(make([]byte, shop.SecretSize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// testDraft is order o-1 with a random code of a campaign without limits.
func testDraft(t *testing.T, shared bool, change func(*Request, *Target)) Draft {
	t.Helper()
	s := testSecrets(t)
	o := order.Order{ID: "o-1", Currency: "EUR", Lines: []order.Line{{ID: "1", Quantity: 1, UnitAmount: 1000}}}
	sums, err := o.Check()
	if err != nil {
		t.Fatal(err)
	}
	r := Request{Secrets: s, Wishes: []Wish{{Text: "ABCDEFGHJKMN", Code: "ABCDEFGHJKMN"}}, Order: o, Totals: sums, Person: "anna", Replay: "key", Now: noon}
	target := Target{
		Campaign: Campaign{ID: "camp_1", Active: true, Version: 3, Definition: Definition{Terms: Terms{
			Rewards: []Reward{{Type: PercentOff, PercentOff: "10"}},
		}}},
		Coupon: Coupon{ID: ID(s, "ABCDEFGHJKMN"), Shared: shared, Active: true, CampaignVersion: 3},
	}
	if change != nil {
		change(&r, &target)
	}
	d, err := r.draft(t.Context(), &script{target: target}, []candidate{{Target: target, Guess: target.firstGuess()}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change         func(*Request, *Target)
		closed, misfit error
	}{
		"fits":              {change: func(*Request, *Target) {}},
		"paused":            {change: func(_ *Request, t *Target) { t.Campaign.Active = false }, closed: ErrNotActive},
		"not begun":         {change: func(_ *Request, t *Target) { t.Campaign.StartsAt = noon.Add(1) }, closed: ErrNotStarted},
		"just begun":        {change: func(_ *Request, t *Target) { t.Campaign.StartsAt = noon }},
		"just ended":        {change: func(_ *Request, t *Target) { t.Campaign.ExpiresAt = noon }, closed: ErrExpired},
		"last moment":       {change: func(_ *Request, t *Target) { t.Campaign.ExpiresAt = noon.Add(1) }},
		"nobody named":      {change: func(r *Request, t *Target) { t.Campaign.MaxRedemptionsPerCustomer, r.Person = 1, "" }, misfit: ErrNeedsCustomer},
		"other currency":    {change: func(_ *Request, t *Target) { t.Campaign.Rules.Currency = "USD" }, misfit: ErrCurrencyMismatch},
		"below minimum":     {change: func(_ *Request, t *Target) { t.Campaign.Rules = Rules{MinimumAmount: 1001, Currency: "EUR"} }, misfit: ErrRulesViolated},
		"at minimum":        {change: func(_ *Request, t *Target) { t.Campaign.Rules = Rules{MinimumAmount: 1000, Currency: "EUR"} }},
		"too few":           {change: func(_ *Request, t *Target) { t.Campaign.Rules.MinimumQuantity = 2 }, misfit: ErrRulesViolated},
		"nothing off":       {change: func(_ *Request, t *Target) { t.Campaign.Rewards = []Reward{{Type: FreeShipping}} }, misfit: ErrNothingOff},
		"shared, own start": {change: func(_ *Request, t *Target) { t.Coupon.Shared, t.Coupon.StartsAt = true, noon.Add(1) }, closed: ErrNotStarted},
		"shared, own end":   {change: func(_ *Request, t *Target) { t.Coupon.Shared, t.Coupon.ExpiresAt = true, noon }, closed: ErrExpired},
		"disabled shared":   {change: func(_ *Request, t *Target) { t.Coupon.Shared, t.Coupon.Active = true, false }, closed: ErrNotActive},
	} {
		d := testDraft(t, false, c.change)
		p := d.Parts[0]
		if !errors.Is(p.Closed, c.closed) || !errors.Is(p.Misfit, c.misfit) || d.Refused() != (c.closed != nil || c.misfit != nil) {
			t.Errorf("%s: %v, %v", name, p.Closed, p.Misfit)
		}
	}
}

// What an outcome means, in its fixed order.
func TestExplain(t *testing.T) {
	mine := Redemption{ID: "rdm_mine", Order: "o-1"}
	plain := Coupon{Active: true, CampaignVersion: 3}
	fingerprint := testDraft(t, false, nil).Fingerprint
	taken := Seat{Exists: true, Order: "o-1", Fingerprint: fingerprint, Redemption: mine, Coupon: Coupon{}}
	with := func(change func(*Seat)) Seat {
		s := Seat{Exists: true, Coupon: plain}
		change(&s)
		return s
	}
	for name, c := range map[string]struct {
		seat   Seat
		others Found
		change func(*Request, *Target)
		err    error
		replay bool
		late   int
		guess  *Guess
	}{
		"free":                     {seat: with(func(*Seat) {})},
		"no coupon":                {seat: Seat{}, err: ErrUnknown},
		"mine beats everything":    {seat: taken, others: Found{LimitReached: true, Exhausted: ErrQuantityExceeded}, change: func(_ *Request, t *Target) { t.Campaign.Active = false }, replay: true},
		"mine, other key":          {seat: with(func(s *Seat) { *s = taken; s.Replay = "other" }), replay: true},
		"mine, differs":            {seat: with(func(s *Seat) { *s = taken; s.Fingerprint = nil }), err: ErrRedemptionDiffers},
		"mine, differs, same key":  {seat: with(func(s *Seat) { *s = taken; s.Fingerprint, s.Replay = nil, "key" }), err: fault.ErrIdempotencyKeyReused},
		"another's, same key":      {seat: with(func(s *Seat) { s.Order, s.Replay = "o-2", "key" }), err: fault.ErrIdempotencyKeyReused},
		"late copy":                {seat: with(func(s *Seat) { s.Attempt, s.Past = 1, map[string]int{"key": 0} }), late: 1},
		"late copy, taken again":   {seat: with(func(s *Seat) { s.Order, s.Past = "o-2", map[string]int{"key": 0} }), late: 1},
		"disabled beats taken":     {seat: with(func(s *Seat) { s.Coupon.Active, s.Order = false, "o-2" }), err: ErrNotActive},
		"taken":                    {seat: with(func(s *Seat) { s.Order = "o-2" }), err: ErrQuantityExceeded},
		"somebody else's":          {seat: with(func(s *Seat) { s.Coupon.Person = "ben" }), err: ErrOtherCustomer},
		"personal, nobody named":   {seat: with(func(s *Seat) { s.Coupon.Person = "ben" }), change: func(r *Request, _ *Target) { r.Person = "" }, err: ErrNeedsCustomer},
		"own start":                {seat: with(func(s *Seat) { s.Coupon.StartsAt = noon.Add(1) }), err: ErrNotStarted},
		"own end":                  {seat: with(func(s *Seat) { s.Coupon.ExpiresAt = noon }), err: ErrExpired},
		"older version":            {seat: with(func(s *Seat) { s.Coupon.CampaignVersion, s.Attempt = 2, 1 }), guess: &Guess{Version: 2, Attempt: 1}},
		"older version, but moved": {seat: with(func(s *Seat) { s.Coupon.CampaignVersion = 2 }), change: func(_ *Request, t *Target) { t.Campaign.Floor = 3 }},
		"second attempt":           {seat: with(func(s *Seat) { s.Attempt = 1 }), guess: &Guess{Version: 3, Attempt: 1}},
		"too many, older version":  {seat: with(func(s *Seat) { s.Attempt, s.Coupon.CampaignVersion = MaxAttempts, 2 }), err: ErrTooManyAttempts},
		"too many attempts":        {seat: with(func(s *Seat) { s.Attempt = MaxAttempts }), err: ErrTooManyAttempts},
		"closed beats exhausted":   {seat: with(func(*Seat) {}), others: Found{Exhausted: ErrQuantityExceeded}, change: func(_ *Request, t *Target) { t.Campaign.Active = false }, err: ErrNotActive},
		"exhausted beats misfit":   {seat: with(func(*Seat) {}), others: Found{Exhausted: ErrQuantityExceeded}, change: func(_ *Request, t *Target) { t.Campaign.Rules.MinimumQuantity = 2 }, err: ErrQuantityExceeded},
		"taken beats its owner":    {seat: with(func(s *Seat) { s.Order, s.Coupon.Person = "o-2", "ben" }), err: ErrQuantityExceeded},
		"owner beats misfit":       {seat: with(func(s *Seat) { s.Coupon.Person = "ben" }), change: func(_ *Request, t *Target) { t.Campaign.Rules.MinimumQuantity = 2 }, err: ErrOtherCustomer},
		"limit beats exhausted":    {seat: with(func(*Seat) {}), others: Found{LimitReached: true, Exhausted: ErrQuantityExceeded}, err: ErrCustomerLimit},
		"exhausted":                {seat: with(func(*Seat) {}), others: Found{Exhausted: ErrQuantityExceeded}, err: ErrQuantityExceeded},
	} {
		o := c.others
		o.Read, o.Seat = true, c.seat
		v := testDraft(t, false, c.change).explain(0, o)
		if !errors.Is(v.err, c.err) || (v.err == nil) != (c.err == nil) || (v.mine != nil) != c.replay || v.late != c.late ||
			(v.guess == nil) != (c.guess == nil) || v.guess != nil && *v.guess != *c.guess {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// Apply keeps the version where terms stay, raises it where they change.
func TestApplyVersions(t *testing.T) {
	d := Definition{Name: "A", Terms: Terms{
		Rewards: []Reward{{Type: PercentOff, PercentOff: "10"}}, Reason: Reason{"weil", "because"}, ExpiresAt: noon,
	}}
	c := NewCampaign("camp_1", "ABCD", false, d, noon)
	renamed := d
	renamed.Name, renamed.ExpiresAt = "B", noon.In(time.FixedZone("", 3600)) // the same moment
	n, err := c.Apply(Change{Definition: renamed}, noon)
	if err != nil || n.Version != 1 || n.Revision != 2 {
		t.Errorf("%+v %v", n, err)
	}
	cheaper := d
	cheaper.Rewards = []Reward{{Type: PercentOff, PercentOff: "5"}}
	n, err = c.Apply(Change{Definition: cheaper, ApplyToIssued: true}, noon)
	if err != nil || n.Version != 2 || n.Floor != 2 {
		t.Errorf("%+v %v", n, err)
	}
	c.Issued = true
	cheaper.Rewards = []Reward{{Type: FreeShipping}}
	if _, err = c.Apply(Change{Definition: cheaper}, noon); !errors.Is(err, ErrCampaignIssued) {
		t.Errorf("%v", err)
	}
}

func TestFingerprint(t *testing.T) {
	s := testSecrets(t)
	o := order.Order{ID: "o-1", Currency: "EUR", Lines: []order.Line{{ID: "1", Quantity: 1, UnitAmount: 5, Categories: []string{"a", "b"}}, {ID: "2", Quantity: 1, UnitAmount: 7}}}
	same := o
	same.Channel, same.PlacedAt = "web", noon
	same.Lines = []order.Line{o.Lines[1], {ID: "1", Quantity: 1, UnitAmount: 5, Categories: []string{"b", "a"}}}
	if string(o.Fingerprint(s, "A")) != string(same.Fingerprint(s, "A")) {
		t.Error("order of lines, time or channel change the fingerprint")
	}
	dearer := o
	dearer.ShippingAmount = 1
	if string(o.Fingerprint(s, "A")) == string(dearer.Fingerprint(s, "A")) || string(o.Fingerprint(s, "A")) == string(o.Fingerprint(s, "B")) {
		t.Error("amount or code do not change the fingerprint")
	}
}
