package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// readCustomer reads a profile; what stands in the place of one is not found.
func readCustomer(sp shop.Space, person string, row item) (customer.Customer, error) {
	if row == nil || erasing(row) || merged(row) {
		return customer.Customer{}, fault.ErrNotFound
	}
	c := customer.Customer{
		Object: "customer", ID: getStr(row, "customer_id"), Livemode: sp.Live, PhoneNumber: getStr(row, "phone_number"),
		Version: getNum(row, "version"), CreatedAt: getTime(row, "created_at"), UpdatedAt: getTime(row, "updated_at"), Person: person,
		Told: customer.Told{By: getStr(row, "told_by")},
	}
	if err := getDocument(row, "identities", &c.Identities); err != nil {
		return c, err
	}
	if err := getDocument(row, "signals", &c.Signals); err != nil {
		return c, err
	}
	if err := getDocument(row, "joined", &c.Joined); err != nil {
		return c, err
	}
	return c, getDocument(row, "doc", &c.Profile)
}

// Customer reads one by who it is; of one who was merged it says into whom.
func (s *Store) Customer(ctx context.Context, sp shop.Space, person string) (customer.Customer, error) {
	row, err := s.get(ctx, s.tables.People, profileKey(sp, person))
	if err != nil {
		return customer.Customer{}, err
	}
	if merged(row) {
		return customer.Customer{}, s.mergedInto(ctx, sp, person)
	}
	return readCustomer(sp, person, row)
}

// FindCustomer reads the one whose id, address or number this is, or was.
func (s *Store) FindCustomer(ctx context.Context, sp shop.Space, person string) (customer.Customer, error) {
	person, _, err := s.canonical(ctx, sp, person)
	if err != nil {
		return customer.Customer{}, err
	}
	row, err := s.get(ctx, s.tables.People, profileKey(sp, person))
	if err != nil {
		return customer.Customer{}, err
	}
	return readCustomer(sp, person, row)
}

// Customers lists a page, newest first, with the sort key that ended it ("" on the last).
func (s *Store) Customers(ctx context.Context, sp shop.Space, below string, limit int) ([]customer.Customer, string, error) {
	qs := make([]query, customerBuckets)
	for n := range qs {
		qs[n] = query{table: s.tables.People, hashAttr: attrPK, hash: customersPK(sp, n), sortAttr: attrSK, below: below, limit: limit + 1}
	}
	rows, err := s.page(ctx, qs...)
	if err != nil {
		return nil, "", err
	}
	rows, next := upTo(rows, limit)
	persons := make([]string, len(rows))
	for i, row := range rows {
		persons[i] = listedPerson(row)
	}
	found, err := s.customersOf(ctx, sp, persons)
	return found, next, err
}

// customersOf reads customers in the order given. Who is gone by now is left out.
func (s *Store) customersOf(ctx context.Context, sp shop.Space, persons []string) ([]customer.Customer, error) {
	keys := make([]item, len(persons))
	for i, p := range persons {
		keys[i] = profileKey(sp, p)
	}
	rows, err := s.batch(ctx, s.tables.People, keys, true)
	if err != nil {
		return nil, err
	}
	var out []customer.Customer
	for i, k := range keys {
		row := rows[rowID(k)]
		if row == nil || erasing(row) || merged(row) {
			continue
		}
		c, err := readCustomer(sp, persons[i], row)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
