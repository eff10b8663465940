package dynamo

import (
	"context"
	"time"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// keepPending is for how long after its end a request is still known, so that
// who clicks again is told what became of it.
const keepPending = 30 * 24 * time.Hour

// ConfirmConsent turns a request into a consent, once. Doing it twice is doing it once.
func (s *Store) ConfirmConsent(ctx context.Context, sp shop.Space, person, hash string) (consent.Consent, error) {
	row, err := s.get(ctx, s.tables.People, pendingKey(sp, person, hash))
	if err != nil {
		return consent.Consent{}, err
	}
	asked, err := readFact(row)
	switch {
	case err != nil:
		return asked, err
	case row == nil:
		return asked, consent.ErrTokenInvalid.At("token")
	case getStr(row, "confirmed") != "":
		return asked, nil
	}
	f := asked.Confirmed(consent.Prefix+hash[:ident.Length(ident.Size)], s.now().UTC())
	refused, err := s.confirmFor(ctx, sp, person, s.confirming(sp, person, hash, f), f)
	switch {
	case err != nil || refused == nil:
		return asked, err
	case refused[0].failed && getStr(refused[0].old, "confirmed") != "":
		return asked, nil
	case refused[0].failed && refused[0].old != nil:
		return asked, consent.ErrTokenExpired.At("token").Arg("confirm_until", asked.ConfirmUntil)
	}
	return asked, consent.ErrTokenInvalid.At("token") // the customer was erased
}

// confirmFor adds a confirmed consent to what its customer said, or to what the one
// said whom that one was merged into.
func (s *Store) confirmFor(ctx context.Context, sp shop.Space, person string, ends write, f consent.Consent) (refused []refusal, err error) {
	for range maxHops {
		ws := []write{
			ends,
			{table: s.tables.People, key: profileKey(sp, person), check: true, condition: isCustomer},
			s.factWrite(sp, person, f), s.stateWrite(sp, person, f),
		}
		refused, err = s.settle(ctx, "dynamo.ConfirmConsent", ws...)
		if err == nil && refused != nil && !refused[0].failed && !refused[1].failed { // something later counts
			refused, err = s.settle(ctx, "dynamo.ConfirmConsent", ws[:3]...)
		}
		if err != nil || refused == nil || refused[0].failed {
			return refused, err
		}
		end, _, err := s.canonical(ctx, sp, person)
		if err != nil || end == person {
			return refused, err
		}
		person = end
	}
	return refused, err
}

// confirming ends a request, within its time and once.
func (s *Store) confirming(sp shop.Space, person, hash string, f consent.Consent) write {
	return write{
		table: s.tables.People, key: pendingKey(sp, person, hash), update: "SET confirmed = :id",
		condition: "attribute_not_exists(confirmed) AND ends_at > :now",
		values:    item{":id": str(f.ID), ":now": moment(s.now())},
	}
}

// WithdrawConsent takes a consent back, for who holds the token to leave. Of
// nobody there is nothing to take back, and nobody is told so. It is later than
// whatever counts now: a clock that is ahead must not outlive somebody's no.
func (s *Store) WithdrawConsent(ctx context.Context, sp shop.Space, person string, about consent.Subject) error {
	var undone error
	for n := range maxTries {
		c, said, err := s.standing(ctx, sp, person, about)
		counts := consent.Last(said)
		if err != nil || !c.Exists() || counts.Status == consent.Withdrawn {
			return err
		}
		id, err := ident.New(s.random, consent.Prefix)
		if err != nil {
			return err
		}
		f := consent.Leave(id, c, about, counts, s.now().UTC())
		refused, err := s.settle(ctx, "dynamo.WithdrawConsent", s.instead(sp, c.Person, said[0], f), s.factWrite(sp, c.Person, f),
			write{table: s.tables.People, key: profileKey(sp, c.Person), check: true, condition: isCustomer})
		if err != nil || refused == nil {
			return err
		}
		if undone = wait(ctx, n); undone != nil { // overtaken by another fact, merged or erased: look again
			return failed("dynamo.WithdrawConsent", undone)
		}
	}
	return failed("dynamo.WithdrawConsent", errConflict)
}

// instead lets a fact count in the place of the one that stands there, and of no other: of two who leave at once one does.
func (s *Store) instead(sp shop.Space, person string, there, f consent.Consent) write {
	w := s.stateWrite(sp, person, f)
	w.condition, w.values = "attribute_not_exists(standing)", nil
	if there.ID != "" {
		w.condition, w.values = "standing = :seen", item{":seen": str(there.Standing())}
	}
	return w
}
