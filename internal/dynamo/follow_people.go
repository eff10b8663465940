package dynamo

import (
	"context"
	"strings"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// followPeople makes true what follows from a row in People: of a customer's, what
// is told, and which segments they are in; of what customers are judged by, that
// all are gone through.
func (s *Store) followPeople(ctx context.Context, sp shop.Space, kind, id, sk string) error {
	switch {
	case kind == "segments" && sk == skHead:
		return s.settleDefinitions(ctx, sp)
	case kind != "customer" || sk == skSegments: // of what is noted here nothing follows
		return nil
	}
	if err := s.tellOfCustomer(ctx, sp, id, sk); err != nil || sk != skProfile {
		return err
	}
	return s.SettleSegments(ctx, sp, id)
}

// tellOfCustomer tells what befell a customer, and what they said.
func (s *Store) tellOfCustomer(ctx context.Context, sp shop.Space, person, sk string) error {
	row, err := s.get(ctx, s.tables.People, key(customerPK(sp, person), sk))
	if err != nil || row == nil || erasing(row) {
		return err
	}
	var told []event.Event
	switch {
	case sk == skProfile && merged(row):
		was, at := readStone(sp, row)
		told = was.MergeEvents(sp, at)
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
	if err := s.noteTold(ctx, sp, person, told); err != nil {
		return err
	}
	return s.tell(ctx, sp, told...)
}

// noteTold notes beside the profile which events name the customer, for an erasure.
func (s *Store) noteTold(ctx context.Context, sp shop.Space, person string, told []event.Event) error {
	for _, e := range told {
		row := key(customerPK(sp, person), skEvent+e.ID)
		row["at"], row["ttl"] = moment(e.CreatedAt), num(e.CreatedAt.Add(event.Kept).Unix())
		if _, err := s.settle(ctx, "dynamo.noteTold", write{table: s.tables.People, item: row}); err != nil {
			return err
		}
	}
	return nil
}
