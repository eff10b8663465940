package dynamo

import (
	"bytes"
	"context"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Consent adds what a customer said to the history, and lets it count unless
// something later does. It is told once: the same again, or the same
// Idempotency-Key, gives the first answer (again). With a token, it waits to be
// confirmed and counts for nothing yet.
func (s *Store) Consent(ctx context.Context, sp shop.Space, c customer.Customer, in consent.Told) (f consent.Consent, again bool, err error) {
	if in.Consent.ID == "" {
		if in.Consent.ID, err = ident.New(s.random, consent.Prefix); err != nil {
			return f, false, err
		}
	}
	f = in.Consent
	row := toldKey(sp, c.Person, f.ID)
	row["at"], row["pending"] = factKey(sp, c.Person, f)[attrSK], str(in.Pending)
	if in.Body != nil {
		row["body"] = bin(in.Body)
	}
	nonce, err := ident.New(s.random, "") // two calls may say the same in the same millisecond
	if err != nil {
		return f, false, err
	}
	row["nonce"] = str(nonce)
	ws := []write{
		{table: s.tables.People, item: row, condition: "attribute_not_exists(pk)", unique: true},
		{table: s.tables.People, key: profileKey(sp, c.Person), check: true, condition: isCustomer},
		s.factWrite(sp, c.Person, f),
	}
	if in.Pending == "" {
		return s.sayCounting(ctx, sp, c.Person, in, ws)
	}
	refused, err := s.settle(ctx, "dynamo.Consent", append(ws, s.pendingWrite(sp, c.Person, in))...)
	if err != nil || refused == nil {
		return f, false, err
	}
	return s.toldBefore(ctx, sp, c.Person, in, refused)
}

// sayCounting sends a fact with its claim to count, and where something later does, without.
func (s *Store) sayCounting(ctx context.Context, sp shop.Space, person string, in consent.Told, ws []write) (consent.Consent, bool, error) {
	refused, err := s.settle(ctx, "dynamo.Consent", append(ws, s.stateWrite(sp, person, in.Consent))...)
	if err == nil && refused != nil && !refused[0].failed && !refused[1].failed {
		refused, err = s.settle(ctx, "dynamo.Consent", ws...) // what counts only ever gets later
	}
	if err != nil || refused == nil {
		return in.Consent, false, err
	}
	return s.toldBefore(ctx, sp, person, in, refused)
}

// toldBefore reads why a fact was not added: nobody is there, or it stands there.
func (s *Store) toldBefore(ctx context.Context, sp shop.Space, person string, in consent.Told, refused []refusal) (consent.Consent, bool, error) {
	if !refused[0].failed {
		return consent.Consent{}, false, fault.ErrNotFound
	}
	if !bytes.Equal(getBin(refused[0].old, "body"), in.Body) {
		return consent.Consent{}, false, fault.ErrIdempotencyKeyReused.At("Idempotency-Key")
	}
	row, err := s.get(ctx, s.tables.People, key(customerPK(sp, person), getStr(refused[0].old, "at")))
	if err != nil {
		return consent.Consent{}, false, err
	}
	f, err := readFact(row)
	return f, true, err
}

func (s *Store) factWrite(sp shop.Space, person string, f consent.Consent) write {
	row := factKey(sp, person, f)
	row["fact"] = document(f)
	return write{table: s.tables.People, item: row}
}

// stateWrite lets a fact count, unless something later does.
func (s *Store) stateWrite(sp shop.Space, person string, f consent.Consent) write {
	row := consentKey(sp, person, f.Subject)
	row["standing"], row["fact"], row["address"] = str(f.Standing()), document(f), str(f.Address)
	return write{
		table: s.tables.People, item: row, condition: "attribute_not_exists(standing) OR standing < :mine",
		values: item{":mine": row["standing"]},
	}
}

func (s *Store) pendingWrite(sp shop.Space, person string, in consent.Told) write {
	row := pendingKey(sp, person, in.Pending)
	row["fact"], row["address"] = document(in.Consent), str(in.Consent.Address)
	row["ends_at"] = moment(in.Consent.ConfirmUntil)
	row["ttl"] = num(in.Consent.ConfirmUntil.Add(keepPending).Unix())
	return write{table: s.tables.People, item: row}
}

func readFact(row item) (f consent.Consent, err error) {
	f.Address = getStr(row, "address")
	return f, getDocument(row, "fact", &f)
}
