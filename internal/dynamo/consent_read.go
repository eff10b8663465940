package dynamo

import (
	"context"
	"errors"

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
	c, said, err := s.standing(ctx, sp, person, about)
	if err != nil {
		return false, "", err
	}
	may, reason := consent.Gate(c, about, consent.Counting(c, said))
	return may, reason, nil
}

// standing reads a customer, and what was said last: first under the id of now, then
// under each that was merged into it, the zero fact where nothing was. The zero
// customer is nobody.
func (s *Store) standing(ctx context.Context, sp shop.Space, person string, about consent.Subject) (c customer.Customer, said []consent.Consent, err error) {
	profile, state := profileKey(sp, person), consentKey(sp, person, about)
	rows, err := s.batch(ctx, s.tables.People, []item{profile, state}, true)
	if err != nil {
		return c, nil, err
	}
	if merged(rows[rowID(profile)]) {
		end, _, err := s.canonical(ctx, sp, person)
		if err != nil || end == person { // it is being erased
			return c, nil, err
		}
		return s.standing(ctx, sp, end, about)
	}
	if c, err = readCustomer(sp, person, rows[rowID(profile)]); err != nil {
		if errors.Is(err, fault.ErrNotFound) {
			err = nil
		}
		return customer.Customer{}, nil, err
	}
	own, err := readFact(rows[rowID(state)])
	if err != nil || len(c.Joined) == 0 {
		return c, []consent.Consent{own}, err
	}
	before, err := s.saidBefore(ctx, sp, c, about)
	return c, append([]consent.Consent{own}, before...), err
}

// saidBefore reads what was said last by those who were merged into the customer. Nothing is added to that any more.
func (s *Store) saidBefore(ctx context.Context, sp shop.Space, c customer.Customer, about consent.Subject) ([]consent.Consent, error) {
	keys := make([]item, len(c.Joined))
	for i, j := range c.Joined {
		keys[i] = consentKey(sp, j.Person, about)
	}
	rows, err := s.batch(ctx, s.tables.People, keys, true)
	if err != nil {
		return nil, err
	}
	out := make([]consent.Consent, len(keys))
	for i, k := range keys {
		f, err := readFact(rows[rowID(k)])
		if err != nil {
			return nil, err
		}
		out[i] = f.Under(c.Joined[i])
	}
	return out, nil
}

// ConsentFacts lists a page of what a customer said, newest first, with the sort key that ended it ("" on the last).
func (s *Store) ConsentFacts(ctx context.Context, sp shop.Space, c customer.Customer, below string, limit int) ([]consent.Consent, string, error) {
	rows, err := s.ofCustomers(ctx, sp, c.Persons(), skFact, below, limit+1)
	if err != nil {
		return nil, "", err
	}
	rows, next := upTo(rows, limit)
	out, err := readFacts(rows)
	return out, next, err
}

func (s *Store) ofCustomer(ctx context.Context, sp shop.Space, person, prefix, below string, limit int) ([]item, error) {
	return s.ofCustomers(ctx, sp, []string{person}, prefix, below, limit)
}

// ofCustomers reads what stands beside several profiles as one list.
func (s *Store) ofCustomers(ctx context.Context, sp shop.Space, persons []string, prefix, below string, limit int) ([]item, error) {
	qs := make([]query, len(persons))
	for i, p := range persons {
		qs[i] = query{table: s.tables.People, hashAttr: attrPK, hash: customerPK(sp, p), sortAttr: attrSK, prefix: prefix, below: below, limit: limit}
	}
	return s.page(ctx, qs...)
}

// eachBeside does something with each row beside a profile that begins so.
func (s *Store) eachBeside(ctx context.Context, sp shop.Space, person, prefix string, do func(item) error) error {
	read := func(below string) ([]item, error) { return s.ofCustomer(ctx, sp, person, prefix, below, maxBatch) }
	return visit(attrSK, read, do)
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
	facts, err := s.counting(ctx, sp, c)
	if err != nil {
		return nil, err
	}
	waiting, err := s.ofCustomers(ctx, sp, c.Persons(), skPending, "", maxStates)
	if err != nil {
		return nil, err
	}
	open := waiting[:0]
	for _, row := range waiting {
		if getStr(row, "confirmed") == "" && getTime(row, "ends_at").After(s.now()) {
			open = append(open, row)
		}
	}
	requests, err := readFacts(open)
	return consent.States(c, facts, requests), err
}

// counting gives the fact that counts for each purpose and channel.
func (s *Store) counting(ctx context.Context, sp shop.Space, c customer.Customer) (out []consent.Consent, err error) {
	said := map[consent.Subject][]consent.Consent{}
	for i, p := range c.Persons() {
		rows, err := s.ofCustomer(ctx, sp, p, skConsent, "", maxStates)
		if err != nil {
			return nil, err
		}
		facts, err := readFacts(rows)
		if err != nil {
			return nil, err
		}
		for _, f := range facts {
			if i > 0 {
				f = f.Under(c.Joined[i-1])
			}
			said[f.Subject] = append(said[f.Subject], f)
		}
	}
	for _, facts := range said {
		out = append(out, consent.Counting(c, facts))
	}
	return out, nil
}
