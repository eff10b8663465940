package consent

import (
	"cmp"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Told is a fact as a call brings it.
type Told struct {
	Consent Consent // without an id where nothing names it
	Body    []byte  // hash of the request, where an Idempotency-Key names it
	Pending string  // hash of the token that it waits for, if it does
}

// NewTold makes the fact of a checked wish. Its id is that of the call's
// Idempotency-Key, or else of what is said, if it says when: to tell it twice is to
// tell it once. What has neither is told anew each time.
func NewTold(caller shop.Caller, c customer.Customer, w Wish, key string, body []byte, now time.Time) (Told, error) {
	f := Consent{
		Object: "consent", Customer: c.ID, Subject: w.Subject, Status: w.Status, Evidence: w.Evidence, By: caller.ID,
		OccurredAt: moment.Stored(w.OccurredAt), RecordedAt: moment.Stored(now), DoubleOptIn: w.DoubleOptIn,
	}
	t := Told{}
	switch {
	case key != "":
		f.ID = caller.Secrets.Replay.ID(Prefix, "consent", "key", c.Person, key)
		t.Body = caller.Secrets.Replay.Sum("body", string(body))[:16]
	case !w.OccurredAt.IsZero():
		f.ID = caller.Secrets.Replay.ID(Prefix, "consent", "fact", c.Person, w.Purpose, string(w.Channel), string(w.Status), w.Source, w.TextVersion,
			f.OccurredAt.Format(time.RFC3339Nano), map[bool]string{true: "to confirm"}[w.DoubleOptIn])
	}
	if w.OccurredAt.IsZero() {
		f.OccurredAt = f.RecordedAt
	}
	if w.DoubleOptIn {
		address, there := AddressOf(c, w.Channel)
		if !there {
			return t, ErrAddressMissing.At("channel").Arg("channel", string(w.Channel))
		}
		f.Status, f.Address, f.ConfirmUntil = Requested, address, moment.Stored(now).Add(ConfirmWithin)
	}
	t.Consent = f
	return t, nil
}

// Confirmed is the consent that a request becomes.
func (f Consent) Confirmed(id string, now time.Time) Consent {
	c := f
	c.ID, c.Status, c.By = id, Granted, "customer"
	c.RequestedAt, c.OccurredAt, c.RecordedAt, c.ConfirmUntil = f.OccurredAt, moment.Stored(now), moment.Stored(now), time.Time{}
	return c
}

// leaveSource is how a consent ends that is withdrawn with a token.
const leaveSource = "leave_token"

// Leave is the withdrawal by who holds the token to leave. counts is what it ends.
func Leave(id string, c customer.Customer, about Subject, counts Consent, now time.Time) Consent {
	f := Consent{
		Object: "consent", ID: id, Customer: c.ID, Subject: about, Status: Withdrawn, Evidence: Evidence{Source: leaveSource},
		OccurredAt: moment.Stored(now), RecordedAt: moment.Stored(now), By: "customer",
	}
	if counts.OccurredAt.After(f.OccurredAt) {
		f.OccurredAt = counts.OccurredAt // at the same instant, no wins
	}
	return f
}

// States joins what counts with what waits to be confirmed.
func States(c customer.Customer, counting, waiting []Consent) []ConsentState {
	states := map[Subject]*ConsentState{}
	of := func(about Subject) *ConsentState {
		if states[about] == nil {
			states[about] = &ConsentState{Object: "consent_state", Subject: about, Status: Pending, Reason: ConsentMissing}
		}
		return states[about]
	}
	for _, f := range counting {
		s := of(f.Subject)
		s.Status, s.OccurredAt, s.Consent = f.Status, f.OccurredAt, f.ID
		s.MayContact, s.Reason = Gate(c, f.Subject, f)
	}
	for _, f := range waiting {
		s := of(f.Subject)
		if f.OccurredAt.After(s.OccurredAt) && f.ConfirmUntil.After(s.ConfirmUntil) {
			s.ConfirmUntil = f.ConfirmUntil
		}
	}
	var out []ConsentState
	for _, s := range states {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b ConsentState) int {
		return cmp.Or(cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Channel, b.Channel))
	})
	return out
}
