package dynamo

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/segment"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Segment reads one with its count: four requests, however many are in it.
func (s *Store) Segment(ctx context.Context, sp shop.Space, id string) (segment.Segment, error) {
	b, err := s.book(ctx, sp)
	if err != nil {
		return segment.Segment{}, err
	}
	is, err := withID(b.all, id)
	if err != nil {
		return is, err
	}
	w, err := s.walked(ctx, sp)
	if err != nil {
		return is, err
	}
	return s.withCount(ctx, sp, w, is)
}

// Segments lists all, newest first.
func (s *Store) Segments(ctx context.Context, sp shop.Space) ([]segment.Segment, error) {
	b, err := s.book(ctx, sp)
	if err != nil {
		return nil, err
	}
	w, err := s.walked(ctx, sp)
	if err != nil {
		return nil, err
	}
	out := make([]segment.Segment, len(b.all))
	return out, sideBySide(ctx, len(b.all), func(ctx context.Context, i int) (err error) {
		out[i], err = s.withCount(ctx, sp, w, b.all[i].Segment)
		return err
	})
}

func (s *Store) withCount(ctx context.Context, sp shop.Space, w walk, is segment.Segment) (segment.Segment, error) {
	counts, err := s.counts(ctx, sp, is)
	for _, n := range counts {
		is.Count += n
	}
	is.State, is.AsOf = segment.Building, time.Time{}
	if w.done >= is.Generation {
		is.State, is.AsOf = segment.Ready, w.doneAt
	}
	return is, err
}

// counts are how many are in a segment, by the first letter of their hash.
func (s *Store) counts(ctx context.Context, sp shop.Space, is segment.Segment) (map[string]int64, error) {
	rows, err := s.page(ctx, query{
		table: s.tables.People, hashAttr: attrPK, hash: segmentPK(sp, is.ID, is.Generation), sortAttr: attrSK, prefix: skCount, limit: len(ident.Alphabet),
	})
	out := map[string]int64{}
	for _, row := range rows {
		if n := getNum(row, "members"); n > 0 {
			out[strings.TrimPrefix(getStr(row, attrSK), skCount)] = n
		}
	}
	return out, err
}

// Members lists a page of who is in a segment, in no telling order, with the person that
// ended it ("" on the last). It asks only the partitions in which there are any.
func (s *Store) Members(ctx context.Context, sp shop.Space, id, below string, limit int) ([]customer.Customer, string, error) {
	b, err := s.book(ctx, sp)
	if err != nil {
		return nil, "", err
	}
	is, err := withID(b.all, id)
	if err != nil {
		return nil, "", err
	}
	counts, err := s.counts(ctx, sp, is)
	if err != nil {
		return nil, "", err
	}
	persons, err := s.membersBelow(ctx, sp, is, counts, below, limit+1)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(persons) > limit {
		persons = persons[:limit]
		next = persons[limit-1]
	}
	found, err := s.customersOf(ctx, sp, persons)
	return found, next, err
}

func (s *Store) membersBelow(ctx context.Context, sp shop.Space, is segment.Segment, counts map[string]int64, below string, limit int) (persons []string, err error) {
	for _, b := range slices.Backward([]byte(ident.Alphabet)) {
		bucket := string(b)
		if counts[bucket] == 0 || below != "" && bucket > below[:1] {
			continue
		}
		q := query{table: s.tables.People, hashAttr: attrPK, hash: membersPK(sp, is.ID, is.Generation, bucket), sortAttr: attrSK, limit: limit - len(persons)}
		if below != "" && bucket == below[:1] {
			q.below = below
		}
		rows, err := s.page(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			persons = append(persons, getStr(row, attrSK))
		}
		if len(persons) == limit {
			break
		}
	}
	return persons, nil
}
