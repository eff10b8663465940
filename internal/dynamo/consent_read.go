package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// maxStates bounds how many purposes and channels of one customer are shown.
const maxStates = 500

// MayContact is the gate that each marketing message passes: it asks the table,
// no cache, and says why not. person is the customer's; see customer.Ref.
func (s *Store) MayContact(ctx context.Context, sp shop.Space, person string, about consent.Subject) (bool, consent.Reason, error) {
	c, counts, err := s.standing(ctx, sp, person, about)
	if err != nil {
		return false, "", err
	}
	may, reason := consent.Gate(c, about, counts)
	return may, reason, nil
}

// standing reads a customer and the fact that counts; the zero customer is nobody.
func (s *Store) standing(ctx context.Context, sp shop.Space, person string, about consent.Subject) (c customer.Customer, f consent.Consent, err error) {
	profile, state := profileKey(sp, person), consentKey(sp, person, about)
	rows, err := s.batch(ctx, s.tables.People, []item{profile, state}, true)
	if err != nil || rows[rowID(profile)] == nil || erasing(rows[rowID(profile)]) {
		return c, f, err
	}
	if c, err = readCustomer(sp, person, rows[rowID(profile)]); err != nil {
		return c, f, err
	}
	f, err = readFact(rows[rowID(state)])
	return c, f, err
}

// ConsentFacts lists a page of what a customer said, newest first, with the sort key that ended it ("" on the last).
func (s *Store) ConsentFacts(ctx context.Context, sp shop.Space, person, below string, limit int) ([]consent.Consent, string, error) {
	rows, err := s.ofCustomer(ctx, sp, person, skFact, below, limit+1)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = getStr(rows[limit-1], attrSK)
	}
	out, err := readFacts(rows)
	return out, next, err
}

func (s *Store) ofCustomer(ctx context.Context, sp shop.Space, person, prefix, below string, limit int) ([]item, error) {
	return s.page(ctx, query{
		table: s.tables.People, hashAttr: attrPK, hash: customerPK(sp, person), sortAttr: attrSK, prefix: prefix, below: below, limit: limit,
	})
}

func readFacts(rows []item) ([]consent.Consent, error) {
	out := make([]consent.Consent, len(rows))
	for i, row := range rows {
		var err error
		if out[i], err = readFact(row); err != nil {
			return nil, fault.ErrInternal.In("dynamo.readFacts").Because(err)
		}
	}
	return out, nil
}

// ConsentStates gives what counts for each purpose and channel, and the requests that wait to be confirmed.
func (s *Store) ConsentStates(ctx context.Context, sp shop.Space, c customer.Customer) ([]consent.ConsentState, error) {
	counting, err := s.ofCustomer(ctx, sp, c.Person, skConsent, "", maxStates)
	if err != nil {
		return nil, err
	}
	waiting, err := s.ofCustomer(ctx, sp, c.Person, skPending, "", maxStates)
	if err != nil {
		return nil, err
	}
	open := waiting[:0]
	for _, row := range waiting {
		if getStr(row, "confirmed") == "" && getTime(row, "ends_at").After(s.now()) {
			open = append(open, row)
		}
	}
	facts, err := readFacts(counting)
	if err != nil {
		return nil, err
	}
	requests, err := readFacts(open)
	return consent.States(c, facts, requests), err
}
