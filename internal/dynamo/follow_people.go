package dynamo

import (
	"context"
	"strings"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// followPeople tells what befell a customer, and what they said.
func (s *Store) followPeople(ctx context.Context, sp shop.Space, person, sk string) error {
	row, err := s.get(ctx, s.tables.People, key(customerPK(sp, person), sk))
	if err != nil || row == nil {
		return err
	}
	var told []event.Event
	switch {
	case sk == skProfile:
		c, err := readCustomer(sp, person, row)
		if err != nil {
			return err
		}
		told = c.Events(sp)
	case strings.HasPrefix(sk, skFact):
		f, err := readFact(row)
		if err != nil {
			return err
		}
		told = append(told, f.Event(sp))
	}
	return s.tell(ctx, sp, told...)
}
