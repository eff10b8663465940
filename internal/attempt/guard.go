package attempt

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Store counts failures and keeps what the leak radar sees.
type Store interface {
	// Target finds what a code names; the caches know it after a refusal.
	Target(ctx context.Context, sp shop.Space, s shop.Secrets, code coupon.Code) (coupon.Target, error)
	// Failures is how many of the party this instance knows of. It asks nobody.
	Failures(c shop.Caller, p Party, at time.Time) int64
	// Fail counts so many more, and gives how many there are. Where that could not
	// be written this instance has counted them, beside the error.
	Fail(ctx context.Context, c shop.Caller, p Party, at time.Time, more int64) (int64, error)
	// See tells the radar of a code in the wrong hands.
	See(ctx context.Context, c shop.Caller, s coupon.Sighting) error
}

// Guard stands before the codes of one function.
type Guard struct {
	Store Store
	Now   func() time.Time
	Log   *slog.Logger
}

// Try is one request that names codes.
type Try struct {
	guard   Guard
	caller  shop.Caller
	person  string
	at      time.Time
	parties []Party
}

// Admit lets a request pass to the codes, or refuses it because a budget is
// spent. Person is the customer that it names, as customer.Ref.Person; empty
// for nobody. It makes no request.
func (g Guard) Admit(ctx context.Context, person string) (Try, error) {
	c := shop.CallerFrom(ctx)
	t := Try{guard: g, caller: c, person: person, at: g.Now(), parties: Parties(c, person)}
	for _, p := range t.parties {
		if p.Spent(g.Store.Failures(c, p, t.at)) {
			return t, p.refusal(t.at)
		}
	}
	return t, nil
}

// countWithin bounds how long an answer waits for its failure to be counted.
const countWithin = time.Second

// Missed counts the codes of a call that were refused, in one addition. The
// error is the answer to the whole call where that was beyond the budget, as
// another instance may have counted: whoever names many codes at once is not
// told either which of them are right. What cannot be counted is answered all
// the same, and told in the log.
func (t Try) Missed(ctx context.Context, misses []Miss) error {
	if guesses, signs := t.sort(misses); guesses > 0 || len(signs) > 0 {
		return t.count(ctx, guesses, signs)
	}
	return nil
}

func (t Try) count(ctx context.Context, guesses int64, signs []Miss) error {
	ctx, stop := context.WithTimeout(ctx, countWithin)
	defer stop()
	spent := make([]bool, len(t.parties))
	var g errgroup.Group
	for i, p := range t.parties {
		if guesses > 0 {
			g.Go(func() error {
				n, err := t.guard.Store.Fail(ctx, t.caller, p, t.at, guesses)
				spent[i] = n > p.Failures
				return err
			})
		}
	}
	for _, m := range signs {
		g.Go(func() error { return t.see(ctx, m) })
	}
	if lost := g.Wait(); lost != nil {
		t.guard.Log.LogAttrs(ctx, slog.LevelWarn, "attempt not counted", slog.String("shop", t.caller.Space.Shop), slog.Any("error", lost))
	}
	for i, p := range t.parties {
		if spent[i] {
			return p.refusal(t.at)
		}
	}
	return nil
}

// sort counts the guesses, and finds what the radar may want to know.
func (t Try) sort(misses []Miss) (guesses int64, signs []Miss) {
	for _, m := range misses {
		if coupon.IsGuess(m.Why, t.caller.Publishable()) {
			guesses++
		}
		if m.Typed != "" && coupon.IsLeakSign(m.Sign) && t.somebody() {
			signs = append(signs, m)
		}
	}
	return guesses, signs
}

// Done counts what was wrong with the codes of a redemption or a hold, and gives
// the error to answer with: err, unless the budget is spent. Made are the codes
// of what was made; again says that this is its first answer again.
func (t Try) Done(ctx context.Context, typed []string, made []coupon.Applied, again bool, err error) error {
	if err == nil {
		if !again {
			_ = t.Missed(ctx, leftOut(made)) // it is made, so that is the answer
		}
		return nil
	}
	if f, ok := fault.As(err); ok {
		if spent := t.Missed(ctx, refusals(typed, f)); spent != nil {
			return spent
		}
	}
	return err
}

// somebody tells whether the one who tries can be told from others.
func (t Try) somebody() bool { return t.person != "" || t.caller.Publishable() }

// see tells the radar, if the code is one that it watches.
func (t Try) see(ctx context.Context, m Miss) error {
	code, err := coupon.ParseCode(m.Typed)
	if err != nil {
		return err
	}
	target, err := t.guard.Store.Target(ctx, t.caller.Space, t.caller.Secrets, code)
	if err != nil || !target.Watches(m.Sign) {
		return err
	}
	s := coupon.Sighting{
		Coupon: target.Coupon.ID, Campaign: target.Campaign.ID, Radar: target.Campaign.Radar(), Person: t.person, At: t.at,
	}
	if t.person == "" {
		s.Network = t.caller.Network
	}
	return t.guard.Store.See(ctx, t.caller, s)
}
