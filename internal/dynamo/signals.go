package dynamo

import (
	"context"
	"slices"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// maxShared bounds how many customers with one signal are looked at.
const maxShared = 50

// resignals are the writes that put a customer under the signals of the profile.
func (s *Store) resignals(sp shop.Space, prev, next customer.Customer) []write {
	var ws []write
	for _, signal := range next.Signals {
		if !slices.Contains(prev.Signals, signal) {
			ws = append(ws, write{table: s.tables.People, item: key(signalPK(sp, signal.Hash), next.Person)})
		}
	}
	for _, signal := range prev.Signals {
		if !slices.Contains(next.Signals, signal) {
			ws = append(ws, write{table: s.tables.People, remove: true, key: key(signalPK(sp, signal.Hash), next.Person)})
		}
	}
	return ws
}

// Duplicates lists customers who may be this one, with the reasons.
func (s *Store) Duplicates(ctx context.Context, sp shop.Space, c customer.Customer) ([]customer.Duplicate, error) {
	reasons, persons := map[string][]customer.Likeness{}, []string{}
	for _, signal := range c.Signals {
		rows, err := s.page(ctx, query{
			table: s.tables.People, hashAttr: attrPK, hash: signalPK(sp, signal.Hash), sortAttr: attrSK, limit: maxShared,
		})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			person := getStr(row, attrSK)
			if person == c.Person {
				continue
			}
			if reasons[person] == nil {
				persons = append(persons, person)
			}
			reasons[person] = append(reasons[person], signal.Reason)
		}
	}
	found, err := s.customersOf(ctx, sp, persons)
	if err != nil {
		return nil, err
	}
	var out []customer.Duplicate
	for _, other := range found {
		out = append(out, customer.Duplicate{Customer: other, Reasons: reasons[other.Person]})
	}
	return out, nil
}
